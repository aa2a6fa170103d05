#include "server/http/worker.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <cerrno>
#include <cstring>
#include <exception>
#include <utility>

#include "server/http/response.hpp"
#include "server/http/session.hpp"

namespace earshot::http {
namespace {

constexpr int accepts_a_turn = 64;
constexpr auto out_of_descriptors_pause = std::chrono::milliseconds(100);

std::string address_text(const sockaddr_storage& peer) {
    IpAddress address{};
    if (peer.ss_family == AF_INET6) {
        std::memcpy(address.data(), &reinterpret_cast<const sockaddr_in6*>(&peer)->sin6_addr, 16);
    } else {
        address[10] = address[11] = 0xFF;
        std::memcpy(address.data() + 12, &reinterpret_cast<const sockaddr_in*>(&peer)->sin_addr, 4);
    }
    return format_address(address);
}

void end_if_done(Loop& loop) {
    if (!loop.stopping || !loop.sessions.empty()) return;
    boost::system::error_code ignored;
    loop.sweep_timer.cancel();
    loop.mailbox_bell.cancel(ignored);
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

// At the limit an idle connection gives way; without one the newcomer is told to come back.
bool make_room(Loop& loop, int socket) {
    auto& service = loop.service;
    if (service.connections.load(std::memory_order_relaxed) < service.options.max_connections) return true;
    const auto found = std::ranges::find_if(loop.sessions, [](const Session* session) { return session->idle(); });
    if (found != loop.sessions.end()) {
        (*found)->stop();
        return true;
    }
    auto answer = make_refusal(503, "The server is busy; please try again in a few seconds.", loop.date());
    answer.insert(answer.find("\r\n") + 2, "Retry-After: 5\r\n");
    ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return false;
}

void admit(Loop& loop, Descriptor accepted, const sockaddr_storage& peer) {
    if (!make_room(loop, accepted.get())) return;
    const int on = 1;
    ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (const int size = loop.service.options.send_buffer_bytes; size > 0) {
        ::setsockopt(accepted.get(), SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
    const auto protocol = peer.ss_family == AF_INET6 ? asio::ip::tcp::v6() : asio::ip::tcp::v4();
    Socket socket(loop.io);
    socket.assign(protocol, accepted.get());
    static_cast<void>(accepted.release());
    auto session = std::make_unique<Session>(loop, std::move(socket), address_text(peer));
    asio::co_spawn(loop.io, serve(loop, std::move(session)), asio::detached);
}

// Takes what waits; false when the process has no descriptor left for now.
bool accept_some(Loop& loop, int listener) {
    for (int i = 0; i < accepts_a_turn; ++i) {
        sockaddr_storage peer{};
        socklen_t length = sizeof peer;
        Descriptor accepted(::accept4(listener, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (accepted.get() < 0) return errno != EMFILE && errno != ENFILE && errno != ENOBUFS && errno != ENOMEM;
        admit(loop, std::move(accepted), peer);
    }
    return true;
}

Task<void> accept_from(Loop& loop, Watched& listener) {
    boost::system::error_code error;
    Timer pause(loop.io);
    while (loop.accepting) {
        co_await listener.async_wait(Watched::wait_read, asio::redirect_error(use_task, error));
        if (!loop.accepting || error) co_return;
        if (accept_some(loop, listener.native_handle())) continue;
        pause.expires_after(out_of_descriptors_pause);
        co_await pause.async_wait(asio::redirect_error(use_task, error));
    }
}

Task<void> sweep_sessions(Loop& loop) {
    boost::system::error_code error;
    while (!loop.stopping || !loop.sessions.empty()) {
        loop.sweep_timer.expires_after(loop.service.options.sweep_interval);
        co_await loop.sweep_timer.async_wait(asio::redirect_error(use_task, error));
        const auto now = std::chrono::steady_clock::now();
        const bool over = now >= loop.drain_deadline;
        for (auto* session : loop.sessions) over ? session->abort() : session->sweep(now);
        loop.mappings.drop_unused();
    }
}

Task<void> read_mail(Loop& loop) {
    boost::system::error_code error;
    while (!loop.stopping || !loop.sessions.empty()) {
        co_await loop.mailbox_bell.async_wait(Watched::wait_read, asio::redirect_error(use_task, error));
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
    for (auto& listener : loop.listeners) listener.cancel(ignored);
}

void begin_stop(Loop& loop, std::chrono::milliseconds limit) {
    end_accepting(loop);
    loop.stopping = true;
    loop.drain_deadline = std::chrono::steady_clock::now() + limit;
    boost::system::error_code ignored;
    for (auto& listener : loop.listeners) listener.close(ignored);
    for (auto* session : loop.sessions) session->stop();
    end_if_done(loop);
}

}  // namespace

Loop::Loop(Service& shared) : service(shared) {
    mailbox_bell.assign(mailbox.descriptor());
}

Loop::~Loop() {
    mailbox_bell.release();
}  // the mailbox closes it

std::string_view Loop::date() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (now != date_second_ || date_.empty()) {
        date_second_ = now;
        date_ = model::format_http_date(now);
    }
    return date_;
}

Worker::Worker(Service& service, std::vector<Descriptor> listeners) : loop_(std::make_unique<Loop>(service)) {
    for (auto& listener : listeners) loop_->listeners.emplace_back(loop_->io, listener.release());
}

Worker::~Worker() = default;

void Worker::run() {
    begin_accepting(*loop_);
    asio::co_spawn(loop_->io, sweep_sessions(*loop_), asio::detached);
    asio::co_spawn(loop_->io, read_mail(*loop_), asio::detached);
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
