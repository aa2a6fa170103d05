#pragma once
// What a network thread waits for: one epoll set, and in it the connections, edge-triggered. A socket enters it once, and a wait costs no
// system call of its own; one wait for everybody is all there is.

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <coroutine>
#include <cstdint>
#include <optional>

#include "server/http/listener.hpp"

namespace earshot::http {

// Something in the set.
class Watched {
public:
    virtual void ready(std::uint32_t events) = 0;  // EPOLLIN…; never throws

protected:
    ~Watched() = default;
};

// Of one connection's socket. A flag means "worth trying"; whoever meets EAGAIN, or gets less than asked for, says so, and the next edge
// sets it again.
class Readiness final : public Watched {
public:
    enum class For { nothing, read, write };

    [[nodiscard]] bool is(For what) const noexcept { return what == For::read ? readable_ : writable_; }
    void await(For what, std::coroutine_handle<> who) noexcept;  // resumed once, from ready()
    [[nodiscard]] std::coroutine_handle<> cancel() noexcept;     // null when nobody waits

    void read_all() noexcept { readable_ = ended_; }  // after the peer's end every read says so
    void wrote_all() noexcept { writable_ = false; }

    void ready(std::uint32_t events) override;

private:
    bool readable_{true}, writable_{true}, ended_{};
    For wanted_{For::nothing};
    std::coroutine_handle<> waiting_;
};

class ReadySet {
public:
    ReadySet();  // throws std::system_error

    enum class Trigger { edge, level };              // edge: reading and writing; level: reading
    void enter(int socket, Watched& what, Trigger);  // until leave(); throws std::system_error
    // From now on nothing is told, also of what has come already. Closing would not do: a process that is just starting holds the socket as
    // well, and the kernel goes on watching it.
    void leave(int socket, const Watched& what) noexcept;

    void wait(std::optional<std::chrono::nanoseconds> limit);  // for something to come, or that long
    void dispatch();                                           // tells whom it came for

private:
    Descriptor set_;
    std::array<epoll_event, 256> events_;
    int count_{};
};

}  // namespace earshot::http
