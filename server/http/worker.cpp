#include "server/http/worker.hpp"

#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cerrno>
#include <climits>
#include <cstring>
#include <exception>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "server/http/response.hpp"
#include "server/http/session.hpp"

namespace earshot::http {
namespace {

constexpr int accepts_a_turn = 64;
constexpr std::size_t few_sessions = 100;
constexpr auto out_of_descriptors_pause = std::chrono::milliseconds(100);

constexpr std::string_view busy = "The server is busy; please try again in a few seconds.";
constexpr std::string_view share_taken =
    "There are too many connections from your address; please close some or try again in a few seconds.";

IpAddress address_of(const sockaddr_storage& peer) {
    IpAddress address{};
    if (peer.ss_family == AF_INET6) {
        std::memcpy(address.data(), &reinterpret_cast<const sockaddr_in6*>(&peer)->sin6_addr, 16);
    } else {
        address[10] = address[11] = 0xFF;
        std::memcpy(address.data() + 12, &reinterpret_cast<const sockaddr_in*>(&peer)->sin_addr, 4);
    }
    return address;
}

void end_if_done(Loop& loop) {
    if (!loop.stopping || !loop.sessions.empty()) return;
    boost::system::error_code ignored;
    loop.sweep_timer.cancel();
    loop.mailbox_bell.cancel(ignored);
    loop.ready_bell.cancel(ignored);
}

Task<void> serve(Loop& loop, std::unique_ptr<Session> session) {
    try {
        co_await session->run();
    } catch (const std::exception& error) {
        loop.service.log({.route = "-", .method = "-", .status = 0, .error = error.what()});
    }
    session.reset();
    end_if_done(loop);
}

// Those that wait longest for a request go first. Looking for many at once keeps the search cheap: each call leaves some room.
void make_room(Loop& loop) {
    std::vector<Session*> waiting;
    for (auto* session : loop.sessions) {
        if (session->waits_for_request()) waiting.push_back(session);
    }
    const auto going =
        waiting.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(loop.service.admission.excess(), waiting.size()));
    if (going != waiting.end()) std::ranges::nth_element(waiting, going, {}, &Session::waiting_since);
    std::for_each(waiting.begin(), going, [](Session* session) { session->give_way(); });
}

// The connection's first and last answer. A request that is here already is taken off, or closing would be a reset that may overtake the
// answer; one that is still under way can have that effect, and the client then only knows that there was no room.
void turn_away(Loop& loop, int socket, Admission::Refusal refusal) {
    const bool full = refusal == Admission::Refusal::full;
    auto answer = make_refusal(full ? 503 : 429, full ? busy : share_taken, {loop.date(), true, false, loop.mappings, {}});
    answer.insert(answer.find("\r\n") + 2, "Retry-After: 5\r\n");
    ::recv(socket, loop.buffer.data(), loop.buffer.size(), MSG_DONTWAIT);
    ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

// Accepted sockets inherit these: no system call for each. The kernel goes on choosing SO_SNDBUF as the path allows (set by hand it would
// be capped at net.core.wmem_max and hold far listeners back), but takes no more from us while so much is not yet on its way.
void prepare(int listener, const config::Limits& limits) {
    const int on = 1, unsent = static_cast<int>(std::min<std::uint64_t>(limits.send_buffer, INT_MAX));
    ::setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(listener, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

void admit(Loop& loop, Descriptor accepted, const sockaddr_storage& from, bool secure) {
    auto& service = loop.service;
    loop.now = std::chrono::steady_clock::now();
    const auto peer = address_of(from);
    if (service.admission.crowded()) make_room(loop);
    auto place = service.admission.connection(service.proxies.contains(peer) ? std::nullopt : std::optional(peer));
    if (!place) {
        if (!secure) turn_away(loop, accepted.get(), place.error());
        return;
    }
    auto session = std::make_unique<Session>(loop, std::move(accepted), format_address(peer), std::move(*place), secure);
    asio::co_spawn(loop.io, serve(loop, std::move(session)), asio::detached);
}

// Takes what waits; false when the process has no descriptor left for now.
bool accept_some(Loop& loop, Loop::Listening& listener) {
    for (int i = 0; i < accepts_a_turn; ++i) {
        sockaddr_storage peer{};
        socklen_t length = sizeof peer;
        Descriptor accepted(
            ::accept4(listener.socket.native_handle(), reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (accepted.get() < 0) return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
        admit(loop, std::move(accepted), peer, listener.secure);
    }
    return true;
}

Task<void> accept_from(Loop& loop, Loop::Listening& listener) {
    boost::system::error_code error;
    Timer pause(loop.io);
    while (loop.accepting) {
        co_await listener.socket.async_wait(Watched::wait_read, asio::redirect_error(use_task, error));
        if (!loop.accepting || error) co_return;
        if (accept_some(loop, listener)) continue;
        pause.expires_after(out_of_descriptors_pause);
        co_await pause.async_wait(asio::redirect_error(use_task, error));
    }
}

Task<void> sweep_sessions(Loop& loop) {
    boost::system::error_code error;
    std::size_t most_sessions = 0;
    while (!loop.stopping || !loop.sessions.empty()) {
        loop.sweep_timer.expires_after(loop.service.options.sweep_interval);
        co_await loop.sweep_timer.async_wait(asio::redirect_error(use_task, error));
        loop.now = std::chrono::steady_clock::now();
        const bool over = loop.now >= loop.drain_deadline;
        for (auto* session : loop.sessions) over ? session->abort() : session->sweep(loop.now);
        loop.mappings.drop_unused();
        most_sessions = std::max(most_sessions, loop.sessions.size());
        if (most_sessions > 2 * loop.sessions.size() + few_sessions) {
            // The crowd has left; its memory goes back to the system, which the allocator would not do by itself.
            ::malloc_trim(0);
            most_sessions = loop.sessions.size();
        }
    }
}

Task<void> watch_sockets(Loop& loop) {
    boost::system::error_code error;
    while (!loop.stopping || !loop.sessions.empty()) {
        co_await loop.ready_bell.async_wait(Watched::wait_read, asio::redirect_error(use_task, error));
        loop.now = std::chrono::steady_clock::now();
        loop.ready.dispatch();
    }
}

Task<void> read_mail(Loop& loop) {
    boost::system::error_code error;
    while (!loop.stopping || !loop.sessions.empty()) {
        co_await loop.mailbox_bell.async_wait(Watched::wait_read, asio::redirect_error(use_task, error));
        loop.now = std::chrono::steady_clock::now();
        for (auto& note : loop.mailbox.take()) note();
    }
}

void begin_accepting(Loop& loop) {
    loop.accepting = true;
    for (auto& listener : loop.listeners) asio::co_spawn(loop.io, accept_from(loop, listener), asio::detached);
}

void end_accepting(Loop& loop) {
    loop.accepting = false;
    boost::system::error_code ignored;
    for (auto& listener : loop.listeners) listener.socket.cancel(ignored);
}

void begin_stop(Loop& loop, std::chrono::milliseconds limit) {
    end_accepting(loop);
    loop.stopping = true;
    loop.drain_deadline = std::chrono::steady_clock::now() + limit;
    boost::system::error_code ignored;
    for (auto& listener : loop.listeners) listener.socket.close(ignored);
    for (auto* session : loop.sessions) session->stop();
    end_if_done(loop);
}

}  // namespace

Loop::Loop(Service& shared) : service(shared) {
    mailbox_bell.assign(mailbox.descriptor());
    ready_bell.assign(ready.descriptor());
}

Loop::~Loop() {
    mailbox_bell.release();  // their owners close them
    ready_bell.release();
}

std::string_view Loop::date() {
    const auto second = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (second != date_second_ || date_.empty()) {
        date_second_ = second;
        date_ = model::format_http_date(second);
    }
    return date_;
}

Worker::Worker(Service& service, std::vector<Descriptor> plain, std::vector<Descriptor> secure) : loop_(std::make_unique<Loop>(service)) {
    for (auto* sockets : {&plain, &secure}) {
        for (auto& socket : *sockets) {
            prepare(socket.get(), service.options.limits);
            loop_->listeners.push_back({Watched(loop_->io, socket.release()), sockets == &secure});
        }
    }
}

Worker::~Worker() = default;

void Worker::run() {
    begin_accepting(*loop_);
    asio::co_spawn(loop_->io, sweep_sessions(*loop_), asio::detached);
    asio::co_spawn(loop_->io, read_mail(*loop_), asio::detached);
    asio::co_spawn(loop_->io, watch_sockets(*loop_), asio::detached);
    loop_->io.run();
}

void Worker::pause(std::move_only_function<void()> done) {
    loop_->mailbox.post([loop = loop_.get(), done = std::move(done)]() mutable {
        end_accepting(*loop);
        done();
    });
}

void Worker::resume() {
    loop_->mailbox.post([loop = loop_.get()] { begin_accepting(*loop); });
}

void Worker::stop(std::chrono::milliseconds limit) {
    loop_->mailbox.post([loop = loop_.get(), limit] { begin_stop(*loop, limit); });
}

}  // namespace earshot::http
