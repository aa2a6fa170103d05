#include "server/http/session.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <cstring>
#include <utility>

#include "server/http/head_validator.hpp"
#include "server/http/response.hpp"
#include "server/http/tcp_info.hpp"

namespace earshot::http {
namespace {

// Reported at the sweep, at the end, or when a busy connection has collected this many.
constexpr std::size_t ledger_batch = 16;

std::uint64_t acknowledged(Socket& socket) {
    return acknowledged_bytes(socket.native_handle()).value_or(0);
}

}  // namespace

Session::Session(Loop& loop, Socket socket, std::string peer_address, Admission::Place place)
    : loop_(loop),
      service_(loop.service),
      socket_(std::move(socket)),
      peer_address_(std::move(peer_address)),
      place_(std::move(place)),
      baseline_(acknowledged(socket_)) {
    loop_.sessions.insert(this);
    enter(Phase::head, service_.options.limits.head_timeout);
}

Session::~Session() {
    update_acknowledged(std::chrono::steady_clock::now());
    ledger_.finish(acked_, model::system_now(), service_.sink);
    if (acked_ < written_) {
        // Nobody waits for the rest any more: free the kernel's buffers now, and let the count be final.
        const ::linger at_once{1, 0};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    boost::system::error_code ignored;
    socket_.close(ignored);
    loop_.sessions.erase(this);
}

void Session::enter(Phase phase, std::chrono::milliseconds allowance) {
    phase_ = phase;
    allowance_ = allowance;
    deadline_ = std::chrono::steady_clock::now() + allowance;
    expired_ = false;
}

void Session::enter_work() {
    phase_ = Phase::work;
    deadline_ = SteadyTime::max();
    expired_ = false;
}

void Session::update_acknowledged(SteadyTime now) {
    // A FIN counts one more than we wrote.
    const auto total = std::min(std::max(acknowledged(socket_), baseline_) - baseline_, written_);
    if (total > acked_) {
        acked_ = total;
        // Deadlines move with progress: a slow listener is not a stalled one.
        if (phase_ == Phase::linger) {
            deadline_ = now + (acked_ < written_ ? service_.options.limits.write_stall : service_.options.limits.linger_timeout);
        } else if (phase_ == Phase::idle || phase_ == Phase::write) {
            deadline_ = std::max(deadline_, now + allowance_);
        }
    }
    if (!ledger_.empty()) ledger_.advance(acked_, model::system_now(), service_.sink);
}

void Session::sweep(SteadyTime now) {
    if (acked_ < written_ || !ledger_.empty()) update_acknowledged(now);
    if (reads_too_slowly(now)) return abort();
    if (now >= deadline_ && !expired_) expire();
}

// A window runs while there is something to acknowledge at every sweep: a client that has all it was sent is not slow.
bool Session::reads_too_slowly(SteadyTime now) {
    const auto& limits = service_.options.limits;
    const auto elapsed = now - rate_since_;
    const bool behind = acked_ < written_;
    if (behind && elapsed < limits.rate_window) return false;
    const auto wanted = static_cast<double>(limits.write_minimum_rate) * std::chrono::duration<double>(elapsed).count();
    const bool slow = behind && rate_since_ != SteadyTime{} && static_cast<double>(acked_ - rate_from_) < wanted;
    rate_since_ = now;
    rate_from_ = acked_;
    return slow;
}

void Session::expire() {
    expired_ = true;
    boost::system::error_code ignored;
    socket_.cancel(ignored);
    if (waiting_ != nullptr) waiting_->cancel();
}

void Session::stop() {
    closing_ = true;
    if (phase_ == Phase::idle || (phase_ == Phase::head && leftover_.empty())) expire();
    if (waiting_ != nullptr) waiting_->cancel();
}

void Session::abort() {
    broken_ = closing_ = true;
    expire();
}

void Session::give_way() {
    place_.give_back();
    abort();
}

Task<void> Session::run() {
    if (expects_proxy_header()) co_await read_proxy_header();
    while (!closing_ && !broken_ && !peer_done_) {
        auto head = co_await next_head();
        if (!head) break;
        co_await exchange(std::move(*head));
    }
    co_await linger();
}

void Session::keep(std::string_view bytes) {
    if (bytes.data() >= leftover_.data() && bytes.data() <= leftover_.data() + leftover_.size()) {
        leftover_.erase(0, static_cast<std::size_t>(bytes.data() - leftover_.data()));
    } else {
        leftover_.assign(bytes);
    }
}

Session::Received Session::receive(std::string_view& bytes) {
    std::memcpy(loop_.buffer.data(), leftover_.data(), leftover_.size());
    auto* place = loop_.buffer.data() + leftover_.size();
    const auto count = ::recv(socket_.native_handle(), place, loop_.buffer.size() - leftover_.size(), MSG_DONTWAIT);
    if (count > 0) {
        bytes = {loop_.buffer.data(), leftover_.size() + static_cast<std::size_t>(count)};
        return Received::bytes;
    }
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return Received::nothing;
    (count == 0 ? peer_done_ : broken_) = true;
    return Received::end;
}

Task<std::optional<ParsedHead>> Session::next_head() {
    std::string_view bytes = leftover_;
    while (true) {
        const auto verdict = bytes.empty() ? HeadVerdict{} : validate_head(bytes);
        if (verdict.state == HeadVerdict::State::complete) {
            auto parsed = parse_head(bytes.substr(verdict.start, verdict.length - verdict.start));
            const bool agreed = parsed && parsed->chunked == verdict.chunked && parsed->content_length == verdict.content_length &&
                                parsed->request.target == verdict.target;
            keep(bytes.substr(verdict.length));
            if (agreed) co_return parsed;
            co_await refuse_head(400, "This request head can be read in more than one way.");
            co_return std::nullopt;
        }
        if (verdict.state == HeadVerdict::State::refused) {
            co_await refuse_head(verdict.status, verdict.sentence);
            co_return std::nullopt;
        }
        keep(bytes);
        if (leftover_.empty() && requests_ > 0) {
            if (phase_ != Phase::idle) enter(Phase::idle, service_.options.limits.idle_timeout);
        } else if (phase_ != Phase::head) {
            enter(Phase::head, service_.options.limits.head_timeout);
        }
        if (!expired_) co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(use_task, error_));
        if (broken_) co_return std::nullopt;
        if (expired_) {
            if (!leftover_.empty()) co_await refuse_head(408, "The request head did not arrive in time.");
            co_return std::nullopt;
        }
        bytes = leftover_;
        if (receive(bytes) == Received::end) co_return std::nullopt;
    }
}

Task<void> Session::refuse_head(int status, std::string_view sentence) {
    closing_ = true;
    Outgoing bytes;
    bytes.add(make_refusal(status, sentence, loop_.date()));
    co_await send(bytes);
    service_.log({.route = "-", .method = "-", .status = status, .bytes = sentence.size() + 1});
}

Task<void> Session::exchange(ParsedHead head) {
    ++requests_;
    enter_work();
    auto exchange = begin_exchange(std::move(head), peer_address_, service_);
    if (!exchange.answer) {
        const bool at_once =
            exchange.route->run == Run::here && !exchange.needs_identity() && !exchange.body_pending && !exchange.streams_body();
        if (at_once) {
            call_handler(exchange, service_);
        } else {
            co_await prepare(exchange);
        }
    }
    if (exchange.answer && !broken_) co_await respond(exchange);
}

Task<void> Session::prepare(Exchange& exchange) {
    bool called = false, accepted = true;
    if (exchange.needs_identity()) {
        // One visit to the pool when nothing has to be read in between.
        const bool together = exchange.route->run == Run::pool && (exchange.streams_body() || !exchange.body_pending);
        Pool::Work step = [&] {
            authorise(exchange, service_);
            if (together && !exchange.answer) call_handler(exchange, service_);
        };
        accepted = co_await on_pool(std::move(step));
        called = together;
    }
    if (accepted && !exchange.answer && exchange.body_pending && !exchange.streams_body()) co_await read_buffered(exchange);
    if (accepted && !exchange.answer && !broken_ && !called) {
        if (exchange.route->run == Run::here) {
            call_handler(exchange, service_);
        } else {
            Pool::Work step = [&] { call_handler(exchange, service_); };
            accepted = co_await on_pool(std::move(step));
        }
    }
    if (accepted && exchange.sink) co_await feed_sink(exchange);
    if (!accepted) refuse(exchange, service_, {model::Errc::unavailable, "The server is busy; please try again in a few seconds."});
}

Task<bool> Session::on_pool(Pool::Work work) {
    enter_work();
    Timer done(loop_.io, SteadyTime::max());
    Pool::Work job = [this, &done, step = std::move(work)]() mutable {
        step();
        step = nullptr;
        loop_.mailbox.post([&done] { done.cancel(); });
    };
    if (!service_.pool.submit(job)) co_return false;
    boost::system::error_code cancelled;
    co_await done.async_wait(asio::redirect_error(use_task, cancelled));
    co_return true;
}

Task<void> Session::respond(Exchange& exchange) {
    closing_ = closing_ || !exchange.keep_alive || exchange.body_pending ||
               requests_ >= service_.options.limits.max_requests_per_connection || service_.stopping.load(std::memory_order_relaxed);
    auto* events = std::get_if<EventStream>(&*exchange.answer);
    if (events != nullptr && exchange.http_1_0) closing_ = true;  // its end is the connection's
    const Surroundings around{loop_.date(), closing_, exchange.http_1_0, loop_.mappings};
    auto response = make_response(exchange, service_, around);
    if (response.delivery) {
        if (ledger_.size() >= ledger_batch) update_acknowledged(std::chrono::steady_clock::now());
        for (auto& segment : response.segments) segment.at += written_;
        ledger_.open(std::move(*response.delivery), std::move(response.segments), written_ + response.bytes.total());
    }
    const auto before = written_;
    if (const auto step = response.bytes.push(socket_.native_handle(), written_); step == Outgoing::Step::failed) {
        broken_ = true;
    } else if (step != Outgoing::Step::done) {
        co_await send(response.bytes);
    }
    if (response.open_ended && !broken_) co_await stream_events(*events, !exchange.http_1_0);

    const auto sent = written_ - before;
    const auto head = response.bytes.total() - response.content;
    const auto* row = exchange.policy_row;
    service_.log({.route = row != nullptr ? std::string_view(row->pattern) : "-",
                  .method = to_string(exchange.request.method),
                  .status = response.status,
                  .bytes = sent > head ? sent - head : 0,
                  .duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - exchange.started),
                  .id = exchange.request.id,
                  .error = exchange.fault});
}

Task<void> Session::send(Outgoing& bytes) {
    while (!broken_) {
        switch (bytes.push(socket_.native_handle(), written_)) {
            case Outgoing::Step::done:
                co_return;
            case Outgoing::Step::failed:
                broken_ = true;
                co_return;
            case Outgoing::Step::again:
                co_await asio::post(loop_.io, use_task);
                break;
            case Outgoing::Step::blocked:
                enter(Phase::write, service_.options.limits.write_stall);
                co_await socket_.async_wait(Socket::wait_write, asio::redirect_error(use_task, error_));
                if (expired_) broken_ = true;
                break;
        }
    }
}

// Says that we are done and lets the client's last acknowledgements come in; what it still sends is thrown away, because closing on
// unread bytes would reset the connection and could take our answer with it.
Task<void> Session::linger() {
    if (broken_) co_return;
    closing_ = true;
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    update_acknowledged(std::chrono::steady_clock::now());
    enter(Phase::linger, acked_ < written_ ? service_.options.limits.write_stall : service_.options.limits.linger_timeout);
    Timer pause(loop_.io);
    auto wait = std::chrono::milliseconds(5);
    while (!expired_ && !broken_) {
        if (!peer_done_) {
            co_await socket_.async_wait(Socket::wait_read, asio::redirect_error(use_task, error_));
            if (expired_ || broken_) break;
            leftover_.clear();
            for (std::string_view bytes; receive(bytes) == Received::bytes;) continue;
            continue;
        }
        update_acknowledged(std::chrono::steady_clock::now());
        if (acked_ >= written_ || is_gone(socket_.native_handle())) break;
        pause.expires_after(wait);
        wait = std::min(wait * 2, std::chrono::milliseconds(200));
        waiting_ = &pause;
        co_await pause.async_wait(asio::redirect_error(use_task, error_));
        waiting_ = nullptr;
    }
}

}  // namespace earshot::http
