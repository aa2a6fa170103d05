#pragma once
// The words between a running server and the process that takes over from it, on a Unix socket in the runtime folder: one packet a message,
// to and from processes of the same user only. What they mean stands in succession.hpp.

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/listener.hpp"

namespace earshot::app {

enum class Word : char {
    take_over = 'T',   // new → old
    sockets = 'S',     // old → new: some listening sockets; body "more" when others follow
    ready = 'R',       // new → old
    yours = 'Y',       // old → new
    serving = 'G',     // new → old
    deliveries = 'D',  // old → new, on a connection of its own: analytics::write_delivery
};

// One end of a connection.
class Channel {
public:
    explicit Channel(http::Descriptor socket) : socket_(std::move(socket)) {}
    // nullopt when nobody listens there. Throws std::runtime_error with a sentence when it is somebody else's or cannot be reached.
    [[nodiscard]] static std::optional<Channel> connect(const std::filesystem::path& socket);

    struct Message {
        Word word{};
        std::string body;
        std::vector<http::Descriptor> descriptors;
    };
    // Both wait, but no longer than a minute. False and nullopt: the other end is gone, stuck, or speaks another version of this.
    [[nodiscard]] bool send(Word word, std::string_view body = {}, std::span<const int> descriptors = {}) const;
    [[nodiscard]] std::optional<Message> receive() const;
    void end_input() const;  // the other end can send no more; what it has sent can still be received
    [[nodiscard]] pid_t peer() const;
    [[nodiscard]] int descriptor() const noexcept { return socket_.get(); }

private:
    http::Descriptor socket_;
};

constexpr std::size_t largest_body = 128U << 10U;
constexpr std::size_t most_descriptors = 200;  // in one message

// Where the running server is asked. Making one replaces what stands under that name.
class HandoverSocket {
public:
    explicit HandoverSocket(std::filesystem::path file);  // throws std::system_error
    [[nodiscard]] std::optional<Channel> accept() const;  // nullopt: nobody there, or not our user
    void close_door() const noexcept;                     // nobody can connect any more; who did can still be accepted
    void remove() const noexcept;                         // the name
    [[nodiscard]] int descriptor() const noexcept { return socket_.get(); }

private:
    std::filesystem::path file_;
    http::Descriptor socket_;
};

}  // namespace earshot::app
