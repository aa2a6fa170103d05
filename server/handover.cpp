#include "server/handover.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace earshot::app {

namespace {

constexpr char protocol = '1';
constexpr timeval longest_wait{.tv_sec = 60, .tv_usec = 0};

http::Descriptor open_socket() {
    http::Descriptor socket(::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) throw std::system_error(errno, std::generic_category(), "cannot make a socket for handing over");
    return socket;
}

// A path of any length: the folder is named by its descriptor, for an address has room for 107 bytes only.
struct Address {
    explicit Address(const std::filesystem::path& file) : folder(::open(file.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
        const auto path = fmt::format("/proc/self/fd/{}/{}", folder.get(), file.filename().string());
        if (path.size() >= sizeof address.sun_path) throw std::length_error(file.string() + ": the name is too long for a socket");
        std::memcpy(address.sun_path, path.data(), path.size());
    }
    [[nodiscard]] const sockaddr* raw() const { return reinterpret_cast<const sockaddr*>(&address); }
    http::Descriptor folder;
    sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
};

ucred peer_of(int socket) {
    ucred peer{.pid = 0, .uid = static_cast<uid_t>(-1), .gid = static_cast<gid_t>(-1)};
    socklen_t size = sizeof peer;
    ::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &size);
    return peer;
}

void limit_waits(int socket) {
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &longest_wait, sizeof longest_wait);
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &longest_wait, sizeof longest_wait);
}

// Room for the control data of one message.
union Control {
    char bytes[CMSG_SPACE(most_descriptors * sizeof(int))];
    cmsghdr aligned;
};

std::vector<http::Descriptor> descriptors_of(msghdr& message) {
    std::vector<http::Descriptor> descriptors;
    for (auto* part = CMSG_FIRSTHDR(&message); part != nullptr; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
        for (std::size_t at = 0; CMSG_LEN(at) < part->cmsg_len; at += sizeof(int)) {
            int number = -1;
            std::memcpy(&number, CMSG_DATA(part) + at, sizeof number);
            descriptors.emplace_back(number);
        }
    }
    return descriptors;
}

}  // namespace

std::optional<Channel> Channel::connect(const std::filesystem::path& file) {
    auto socket = open_socket();
    const Address address(file);
    if (::connect(socket.get(), address.raw(), sizeof address.address) != 0) {
        if (errno == ENOENT || errno == ECONNREFUSED) return std::nullopt;
        throw std::runtime_error(fmt::format("{}: the running server cannot be reached: {}.", file.string(), std::strerror(errno)));
    }
    if (peer_of(socket.get()).uid != ::geteuid())
        throw std::runtime_error(
            fmt::format("{}: the running server belongs to another user. Start the new one as that user.", file.string()));
    limit_waits(socket.get());
    return Channel(std::move(socket));
}

bool Channel::send(Word word, std::string_view body, std::span<const int> descriptors) const {
    char head[2] = {static_cast<char>(word), protocol};
    iovec parts[2] = {{head, sizeof head}, {const_cast<char*>(body.data()), body.size()}};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    Control control{};
    if (!descriptors.empty()) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
        auto* part = CMSG_FIRSTHDR(&message);
        part->cmsg_level = SOL_SOCKET;
        part->cmsg_type = SCM_RIGHTS;
        part->cmsg_len = CMSG_LEN(descriptors.size_bytes());
        std::memcpy(CMSG_DATA(part), descriptors.data(), descriptors.size_bytes());
    }
    return ::sendmsg(socket_.get(), &message, MSG_NOSIGNAL) >= 0;
}

std::optional<Channel::Message> Channel::receive() const {
    char head[2] = {};
    Message result;
    result.body.resize(largest_body);
    iovec parts[2] = {{head, sizeof head}, {result.body.data(), result.body.size()}};
    Control control{};
    msghdr message{};
    message.msg_iov = parts;
    message.msg_iovlen = 2;
    message.msg_control = control.bytes;
    message.msg_controllen = sizeof control.bytes;
    const auto count = ::recvmsg(socket_.get(), &message, MSG_CMSG_CLOEXEC);
    result.descriptors = descriptors_of(message);
    if (count < static_cast<ssize_t>(sizeof head) || head[1] != protocol) return std::nullopt;
    if ((message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0) return std::nullopt;
    result.word = static_cast<Word>(head[0]);
    result.body.resize(static_cast<std::size_t>(count) - sizeof head);
    return result;
}

void Channel::end_input() const {
    ::shutdown(socket_.get(), SHUT_RD);
}

pid_t Channel::peer() const {
    return peer_of(socket_.get()).pid;
}

HandoverSocket::HandoverSocket(std::filesystem::path file) : file_(std::move(file)), socket_(open_socket()) {
    const Address address(file_);
    ::unlink(file_.c_str());
    if (::bind(socket_.get(), address.raw(), sizeof address.address) != 0 || ::chmod(file_.c_str(), 0600) != 0 ||
        ::listen(socket_.get(), 16) != 0)
        throw std::system_error(errno, std::generic_category(), file_.string());
    ::fcntl(socket_.get(), F_SETFL, O_NONBLOCK);
}

std::optional<Channel> HandoverSocket::accept() const {
    http::Descriptor accepted(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (accepted.get() < 0 || peer_of(accepted.get()).uid != ::geteuid()) return std::nullopt;
    limit_waits(accepted.get());
    return Channel(std::move(accepted));
}

void HandoverSocket::close_door() const noexcept {
    ::shutdown(socket_.get(), SHUT_RD);
}

void HandoverSocket::remove() const noexcept {
    ::unlink(file_.c_str());
}

}  // namespace earshot::app
