#include "server/http/worker.hpp"

#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <exception>
#include <string_view>
#include <system_error>
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

Detached serve(Loop& loop, std::unique_ptr<Session> session) {
    try {
        co_await session->run();
    } catch (const std::exception& error) {
        loop.service.log({.route = "-", .method = "-", .status = 0, .error = error.what()});
    } catch (...) {
        loop.service.log({.route = "-", .method = "-", .status = 0, .error = "an exception of unknown type"});
    }
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
    serve(loop, std::move(session));
}

}  // namespace

// A listening socket of the thread. Level-triggered: who is not accepted now is told of again.
class Worker::Listening final : public Watched {
public:
    Listening(Worker& worker, Descriptor socket, bool secure) noexcept : worker_(worker), socket_(std::move(socket)), secure_(secure) {}

    [[nodiscard]] int socket() const noexcept { return socket_.get(); }

    void ready(std::uint32_t) override {
        for (int i = 0; i < accepts_a_turn; ++i) {
            sockaddr_storage peer{};
            socklen_t length = sizeof peer;
            Descriptor accepted(::accept4(socket_.get(), reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
            if (accepted.get() < 0) {
                if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) worker_.rest();
                return;
            }
            try {
                admit(worker_.loop_, std::move(accepted), peer, secure_);
            } catch (const std::exception& error) {
                worker_.loop_.service.log({.route = "-", .method = "-", .status = 0, .error = error.what()});
            }
        }
    }

private:
    Worker& worker_;
    Descriptor socket_;
    bool secure_;
};

Worker::Worker(Service& service, std::vector<Descriptor> plain, std::vector<Descriptor> secure) : loop_(service) {
    for (auto* sockets : {&plain, &secure}) {
        for (auto& socket : *sockets) {
            prepare(socket.get(), service.options.limits);
            listening_.emplace_back(*this, std::move(socket), sockets == &secure);
        }
    }
}

Worker::~Worker() = default;

void Worker::run() {
    // A signal would stop a sendfile short that nothing hinders, and the kernel would not tell when there is room: there is already.
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
    loop_.ready.enter(loop_.mailbox.descriptor(), loop_.mailbox, ReadySet::Trigger::level);
    accept();
    sweep_later();
    loop_.run();
}

void Worker::accept() {
    if (std::exchange(accepting_, true)) return;
    try {
        for (auto& each : listening_) loop_.ready.enter(each.socket(), each, ReadySet::Trigger::level);
    } catch (const std::system_error& error) {
        loop_.service.log({.route = "-", .method = "-", .status = 0, .error = error.what()});
        rest();
    }
}

void Worker::accept_no_more() {
    if (!std::exchange(accepting_, false)) return;
    for (auto& each : listening_) loop_.ready.leave(each.socket(), each);
}

// The process has no descriptor or memory left: who waits to be accepted can only wait on.
void Worker::rest() {
    if (!accepting_) return;
    accept_no_more();
    resting_ = true;
    loop_.at(std::chrono::steady_clock::now() + out_of_descriptors_pause, [this] {
        if (std::exchange(resting_, false)) accept();
    });
}

void Worker::sweep_later() {
    loop_.at(std::chrono::steady_clock::now() + loop_.service.options.sweep_interval, [this] {
        sweep();
        sweep_later();
    });
}

void Worker::sweep() {
    const bool over = loop_.now >= loop_.drain_deadline;
    for (auto* session : loop_.sessions) over ? session->abort() : session->sweep(loop_.now);
    loop_.mappings.drop_unused();
    most_sessions_ = std::max(most_sessions_, loop_.sessions.size());
    if (most_sessions_ > 2 * loop_.sessions.size() + few_sessions) {
        // The crowd has left; its memory goes back to the system, which the allocator would not do by itself.
        ::malloc_trim(0);
        most_sessions_ = loop_.sessions.size();
    }
}

void Worker::pause(std::move_only_function<void()> done) {
    loop_.mailbox.post([this, done = std::move(done)]() mutable {
        resting_ = false;
        accept_no_more();
        done();
    });
}

void Worker::resume() {
    loop_.mailbox.post([this] { accept(); });
}

void Worker::stop(std::chrono::milliseconds limit) {
    loop_.mailbox.post([this, limit] {
        resting_ = false;
        accept_no_more();
        listening_.clear();
        loop_.stopping = true;
        loop_.drain_deadline = std::chrono::steady_clock::now() + limit;
        for (auto* session : loop_.sessions) session->stop();
    });
}

}  // namespace earshot::http
