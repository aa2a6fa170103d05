#include "server/http/readiness.hpp"

#include <sys/epoll.h>

#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace earshot::http {

void Readiness::await(For what, Resume resume) {
    wanted_ = what;
    resume_ = std::move(resume);
}

Readiness::Resume Readiness::cancel() noexcept {
    wanted_ = For::nothing;
    return std::exchange(resume_, nullptr);
}

void Readiness::note(std::uint32_t events) {
    const bool over = (events & (EPOLLHUP | EPOLLERR)) != 0;
    ended_ |= over || (events & EPOLLRDHUP) != 0;
    readable_ |= ended_ || (events & EPOLLIN) != 0;
    writable_ |= over || (events & EPOLLOUT) != 0;
    if (wanted_ != For::nothing && is(wanted_)) cancel()();
}

ReadySet::ReadySet() : set_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (set_.get() < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

void ReadySet::enter(int socket, Readiness& readiness) {
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &readiness}};
    if (::epoll_ctl(set_.get(), EPOLL_CTL_ADD, socket, &event) != 0) throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void ReadySet::dispatch() {
    std::array<epoll_event, 256> events;
    while (true) {
        const int count = ::epoll_wait(set_.get(), events.data(), static_cast<int>(events.size()), 0);
        for (int i = 0; i < count; ++i)
            static_cast<Readiness*>(events[static_cast<std::size_t>(i)].data.ptr)->note(events[static_cast<std::size_t>(i)].events);
        if (count < static_cast<int>(events.size())) return;
    }
}

}  // namespace earshot::http
