#include "tests/http/wire.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>

#include "server/streaming/list_field.hpp"

namespace earshot::tests {

using streaming::equal_ignoring_case;

std::string WireResponse::field(std::string_view name) const {
    const auto found = std::ranges::find_if(fields, [&](const auto& f) { return equal_ignoring_case(f.name, name); });
    return found == fields.end() ? "-" : found->value;
}

std::size_t WireResponse::count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count_if(fields, [&](const auto& f) { return equal_ignoring_case(f.name, name); }));
}

WireClient::WireClient(std::uint16_t port, int receive_buffer) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer > 0) ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const timeval limit{20, 0};  // only a hanging server reaches it
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("cannot connect");
}

WireClient::~WireClient() {
    close();
}

void WireClient::close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
}

void WireClient::reset() {
    const ::linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close();
}

void WireClient::half_close() const {
    ::shutdown(socket_, SHUT_WR);
}

void WireClient::send(std::string_view bytes) const {
    while (!bytes.empty()) {
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;  // the server has closed: the test sees that when it reads
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

bool WireClient::fill() {
    char bytes[65536];
    const auto count = ::recv(socket_, bytes, sizeof bytes, 0);
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) throw std::runtime_error("the server did not answer");
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    taken_ += static_cast<std::uint64_t>(count);
    return true;
}

std::string WireClient::read_exactly(std::size_t count) {
    while (buffer_.size() < count && fill()) continue;
    auto taken = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return taken;
}

std::string WireClient::read_to_end() {
    while (fill()) continue;
    return std::exchange(buffer_, {});
}

bool WireClient::ended() {
    return buffer_.empty() && !fill();
}

std::optional<WireResponse> WireClient::read(bool head_only) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill()) return std::nullopt;
    }
    WireResponse response;
    const std::string head = buffer_.substr(0, end + 2);
    buffer_.erase(0, end + 4);
    if (!head.starts_with("HTTP/1.1 ")) throw std::runtime_error("not a status line: " + head);
    response.status = std::stoi(head.substr(9, 3));
    for (auto at = head.find("\r\n") + 2; at < head.size();) {
        const auto line_end = head.find("\r\n", at), colon = head.find(": ", at);
        response.fields.push_back({head.substr(at, colon - at), head.substr(colon + 2, line_end - colon - 2)});
        at = line_end + 2;
    }
    if (head_only || response.status == 204 || response.status == 304 || response.status == 100) return response;
    if (response.field("Transfer-Encoding") == "chunked") {
        while (true) {
            std::size_t line = 0;
            while ((line = buffer_.find("\r\n")) == std::string::npos) {
                if (!fill()) return std::nullopt;
            }
            const auto size = std::stoul(buffer_.substr(0, line), nullptr, 16);
            buffer_.erase(0, line + 2);
            const auto data = read_exactly(size + 2);
            if (data.size() != size + 2) return std::nullopt;
            response.body += data.substr(0, size);
            if (size == 0) return response;
        }
    }
    const auto length = response.field("Content-Length");
    if (length == "-") {
        response.body = read_to_end();
        return response;
    }
    response.body = read_exactly(std::stoul(length));
    if (response.body.size() != std::stoul(length)) return std::nullopt;
    return response;
}

std::optional<WireResponse> WireClient::ask(std::string_view bytes, bool head_only) {
    send(bytes);
    return read(head_only);
}

std::string get(std::string_view target, std::string_view more) {
    return request("GET", target, more);
}

std::string request(std::string_view method, std::string_view target, std::string_view more, std::string_view body) {
    std::string text;
    text.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: test\r\n").append(more);
    if (!body.empty()) text.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
    return text.append("\r\n").append(body);
}

std::string pattern(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint64_t state = 42;
    for (auto& c : bytes) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        c = static_cast<char>(state >> 56U);
    }
    return bytes;
}

model::OpenFilePtr open_bytes(const std::filesystem::path& file, std::string_view bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
    return std::make_shared<const model::OpenFile>(::open(file.c_str(), O_RDONLY | O_CLOEXEC), bytes.size());
}

model::DeliverySink Reports::sink() {
    return [this](model::Delivery&& delivery) {
        const std::lock_guard lock(mutex_);
        deliveries_.push_back(std::move(delivery));
        changed_.notify_all();
    };
}

std::function<void(const http::RequestLog&)> Reports::log() {
    return [this](const http::RequestLog& entry) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::string(entry.method) + " " + std::string(entry.route) + " " + std::to_string(entry.status));
        errors_ += entry.error;
        sent_ += entry.bytes;
    };
}

bool Reports::wait(const std::function<bool(const std::vector<model::Delivery>&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return condition(deliveries_); });
}

std::vector<model::Delivery> Reports::deliveries() {
    const std::lock_guard lock(mutex_);
    return deliveries_;
}

std::vector<std::string> Reports::lines() {
    const std::lock_guard lock(mutex_);
    return lines_;
}

std::string Reports::errors() {
    const std::lock_guard lock(mutex_);
    return errors_;
}

std::uint64_t Reports::sent() {
    const std::lock_guard lock(mutex_);
    return sent_;
}

std::uint64_t acknowledged(const std::vector<model::Delivery>& deliveries) {
    std::uint64_t sum = 0;
    for (const auto& delivery : deliveries) {
        for (const auto& interval : delivery.acknowledged) sum += interval.end - interval.begin;
    }
    return sum;
}

std::size_t firsts(const std::vector<model::Delivery>& deliveries) {
    std::size_t sum = 0;
    for (const auto& delivery : deliveries) sum += delivery.requests;
    return sum;
}

http::ServerOptions quick_options() {
    using namespace std::chrono_literals;
    http::ServerOptions options;
    options.listen = {"127.0.0.1:0"};
    options.network_threads = 1;
    options.pool_threads = 2;
    options.limits.head_timeout = 5s;
    options.limits.body_stall = 5s;
    options.limits.write_stall = 5s;
    options.limits.idle_timeout = 10s;
    options.drain_timeout = 10s;
    options.sweep_interval = 20ms;
    options.limits.linger_timeout = 1s;
    return options;
}

}  // namespace earshot::tests
