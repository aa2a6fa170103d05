#include "tests/api/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <stdexcept>
#include <thread>

namespace earshot::tests {

namespace {

class Connection {
public:
    explicit Connection(std::uint16_t port) : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
            throw std::runtime_error("cannot connect");
    }
    ~Connection() { ::close(descriptor_); }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Stops early when the server answers before it has everything, as servers may.
    void send(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) return;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
    }
    std::string read_all(std::chrono::seconds patience) const {
        std::string all;
        char buffer[16384];
        pollfd watched{descriptor_, POLLIN, 0};
        while (::poll(&watched, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) == 1) {
            const ssize_t got = ::recv(descriptor_, buffer, sizeof buffer, 0);
            if (got <= 0) return all;
            all.append(buffer, static_cast<std::size_t>(got));
        }
        throw std::runtime_error("the server did not answer in time");
    }
    void reset() const {
        const linger now{1, 0};
        ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    }

private:
    int descriptor_;
};

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

std::string unchunk(std::string_view body) {
    std::string out;
    while (true) {
        const auto end = body.find("\r\n");
        std::size_t size = 0;
        if (end == std::string_view::npos || std::from_chars(body.data(), body.data() + end, size, 16).ec != std::errc{} || size == 0)
            return out;
        out.append(body.substr(end + 2, size));
        if (body.size() < end + 4 + size) return out;
        body.remove_prefix(end + 4 + size);
    }
}

}  // namespace

std::string exchange(std::uint16_t port, std::string_view bytes, std::chrono::seconds patience) {
    const Connection connection(port);
    connection.send(bytes);
    return connection.read_all(patience);
}

void send_and_break_off(std::uint16_t port, std::string_view bytes) {
    const Connection connection(port);
    connection.send(bytes);
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    connection.reset();
}

Answered request(std::uint16_t port, std::string_view method, std::string_view path, std::string_view body, const Fields& fields) {
    std::string bytes = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n";
    for (const auto& [name, value] : fields) bytes += name + ": " + value + "\r\n";
    if (!body.empty() || method == "POST" || method == "PUT" || method == "PATCH")
        bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    bytes += "\r\n";
    bytes += body;
    return parse_answer(tests::exchange(port, bytes), method == "HEAD");
}

Answered parse_answer(std::string_view bytes, bool head) {
    Answered answer;
    const auto end = bytes.find("\r\n\r\n");
    if (end == std::string_view::npos || !bytes.starts_with("HTTP/1.1 "))
        throw std::runtime_error("no HTTP answer: " + std::string(bytes.substr(0, 200)));
    std::from_chars(bytes.data() + 9, bytes.data() + 12, answer.status);
    std::string_view lines = bytes.substr(0, end + 2);
    lines.remove_prefix(lines.find("\r\n") + 2);
    while (!lines.empty()) {
        const auto stop = lines.find("\r\n");
        const std::string_view line = lines.substr(0, stop);
        const auto colon = line.find(':');
        answer.fields.emplace_back(lower(line.substr(0, colon)), line.substr(std::min(colon + 2, line.size())));
        lines.remove_prefix(stop + 2);
    }
    if (head) return answer;
    answer.body = bytes.substr(end + 4);
    if (answer.field("transfer-encoding") == "chunked") answer.body = unchunk(answer.body);
    return answer;
}

std::string Answered::field(std::string_view name) const {
    const auto found = std::ranges::find(fields, name, &Fields::value_type::first);
    return found == fields.end() ? std::string() : found->second;
}

bool Answered::has(std::string_view name) const {
    return std::ranges::find(fields, name, &Fields::value_type::first) != fields.end();
}

std::string Answered::at(std::string_view path) const {
    boost::system::error_code error;
    const boost::json::value document = boost::json::parse(body, error);
    if (error) return "not JSON: " + body.substr(0, 200);
    const boost::json::value* here = &document;
    while (here != nullptr && !path.empty()) {
        const auto dot = path.find('.');
        const std::string_view name = path.substr(0, dot);
        path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
        std::size_t index = 0;
        if (here->is_array() && std::from_chars(name.data(), name.data() + name.size(), index).ec == std::errc{})
            here = here->get_array().if_contains(index);
        else
            here = here->is_object() ? here->get_object().if_contains(name) : nullptr;
    }
    if (here == nullptr) return {};
    return here->is_string() ? std::string(here->get_string()) : boost::json::serialize(*here);
}

}  // namespace earshot::tests
