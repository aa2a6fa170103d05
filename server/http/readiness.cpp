#include "server/http/readiness.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>
#include <span>
#include <system_error>
#include <utility>

namespace earshot::http {

void Readiness::await(For what, std::coroutine_handle<> who) noexcept {
    wanted_ = what;
    waiting_ = who;
}

std::coroutine_handle<> Readiness::cancel() noexcept {
    wanted_ = For::nothing;
    return std::exchange(waiting_, nullptr);
}

void Readiness::ready(std::uint32_t events) {
    const bool over = (events & (EPOLLHUP | EPOLLERR)) != 0;
    ended_ |= over || (events & EPOLLRDHUP) != 0;
    readable_ |= ended_ || (events & EPOLLIN) != 0;
    writable_ |= over || (events & EPOLLOUT) != 0;
    if (wanted_ != For::nothing && is(wanted_)) cancel().resume();
}

ReadySet::ReadySet() : set_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (set_.get() < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
}

void ReadySet::enter(int socket, Watched& what, Trigger trigger) {
    const std::uint32_t wanted = trigger == Trigger::edge ? EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET : EPOLLIN;
    epoll_event event{.events = wanted, .data = {.ptr = &what}};
    if (::epoll_ctl(set_.get(), EPOLL_CTL_ADD, socket, &event) != 0) throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

void ReadySet::leave(int socket, const Watched& what) noexcept {
    ::epoll_ctl(set_.get(), EPOLL_CTL_DEL, socket, nullptr);
    for (auto& event : std::span(events_).first(static_cast<std::size_t>(count_))) {
        if (event.data.ptr == &what) event.data.ptr = nullptr;
    }
}

void ReadySet::wait(std::optional<std::chrono::nanoseconds> limit) {
    int milliseconds = -1;
    if (limit) {
        const auto whole = std::chrono::ceil<std::chrono::milliseconds>(*limit).count();
        milliseconds = static_cast<int>(std::clamp<std::int64_t>(whole, 0, INT_MAX));
    }
    count_ = std::max(::epoll_wait(set_.get(), events_.data(), static_cast<int>(events_.size()), milliseconds), 0);
}

void ReadySet::dispatch() {
    for (int i = 0; i < count_; ++i) {
        const auto& event = events_[static_cast<std::size_t>(i)];
        if (event.data.ptr != nullptr) static_cast<Watched*>(event.data.ptr)->ready(event.events);
    }
    count_ = 0;
}

}  // namespace earshot::http
