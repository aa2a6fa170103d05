#pragma once
// Which connections of a network thread are worth a read or a write: an epoll set of our own, edge-triggered. A socket enters it once, and
// a wait costs no system call, where Asio renews the registration for every wait (one epoll_ctl a request). The loop watches the set
// itself.

#include <cstdint>
#include <functional>

#include "server/http/listener.hpp"

namespace earshot::http {

// Of one socket. A flag means "worth trying"; whoever meets EAGAIN, or gets less than asked for, says so, and the next edge sets it again.
class Readiness {
public:
    enum class For { nothing, read, write };
    using Resume = std::move_only_function<void()>;

    [[nodiscard]] bool is(For what) const noexcept { return what == For::read ? readable_ : writable_; }
    void await(For what, Resume resume);  // called once, from ReadySet::dispatch
    [[nodiscard]] Resume cancel() noexcept;

    void read_all() noexcept { readable_ = ended_; }  // after the peer's end every read says so
    void wrote_all() noexcept { writable_ = false; }

private:
    friend class ReadySet;
    void note(std::uint32_t events);

    bool readable_{true}, writable_{true}, ended_{};
    For wanted_{For::nothing};
    Resume resume_;
};

class ReadySet {
public:
    ReadySet();                                    // throws std::system_error
    void enter(int socket, Readiness& readiness);  // until the socket is closed; throws std::system_error
    void dispatch();                               // resumes who waited for what has come
    [[nodiscard]] int descriptor() const noexcept { return set_.get(); }

private:
    Descriptor set_;
};

}  // namespace earshot::http
