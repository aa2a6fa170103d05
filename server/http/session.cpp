#include "server/http/session.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "server/http/tcp_info.hpp"

namespace earshot::http {
namespace {

// Reported at the sweep, at the end, or when a busy connection has collected this many.
constexpr std::size_t ledger_batch = 128;

std::uint64_t acknowledged(const Descriptor& socket) {
    return acknowledged_bytes(socket.get()).value_or(0);
}

}  // namespace

Session::Session(Loop& loop, Descriptor socket, std::string peer_address, Admission::Place place, bool secure)
    : loop_(loop),
      service_(loop.service),
      socket_(std::move(socket)),
      peer_address_(std::move(peer_address)),
      place_(std::move(place)),
      baseline_(acknowledged(socket_)),
      secure_(secure) {
    loop_.ready.enter(socket_.get(), ready_, ReadySet::Trigger::edge);
    loop_.sessions.insert(this);
    enter(Phase::head, service_.options.limits.head_timeout);
}

Session::~Session() {
    update_acknowledged(std::chrono::steady_clock::now());
    ledger_.finish(acked_, model::system_now(), service_.sink);
    if (acked_ < written_) {
        // Nobody waits for the rest any more: free the kernel's buffers now, and let the count be final.
        const ::linger at_once{1, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    loop_.sessions.erase(this);
    loop_.ready.leave(socket_.get(), ready_);
}

void Session::enter(Phase phase, std::chrono::milliseconds allowance) {
    phase_ = phase;
    allowance_ = allowance;
    since_ = loop_.now;
    deadline_ = since_ + allowance;
    expired_ = false;
}

void Session::enter_work() {
    phase_ = Phase::work;
    deadline_ = SteadyTime::max();
    expired_ = false;
}

void Session::update_acknowledged(SteadyTime now) {
    // A FIN counts one more than we wrote.
    const auto received = std::max(acknowledged(socket_), baseline_) - baseline_;
    const auto total = std::min(tls_ ? tls_->plain_of(received) : received, written_);
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
    if (wants_to_know(now)) update_acknowledged(now);
    if (reads_too_slowly(now)) return abort();
    if (now >= deadline_ && !expired_) return expire();
    // Nothing is left in the kernel that could tell of room: a send stopped short for another reason (a debugger; a file cut short).
    if (phase_ == Phase::write && acked_ == written_) wake();
}

// What was acknowledged: a system call. Not while more is to be sent, counting waits for nothing, and no decision is near.
bool Session::wants_to_know(SteadyTime now) const {
    if (acked_ == written_ && ledger_.empty()) return false;
    const bool decides = deadline_ - now < allowance_ / 2 || now - rate_since_ >= service_.options.limits.rate_window;
    return phase_ != Phase::write || decides || !ledger_.rests(model::system_now());
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

void Session::wake() {
    // Not resumed here: the caller may be walking over the sessions.
    if (const auto waiting = ready_.cancel()) loop_.soon(waiting);
    if (sleep_) loop_.hurry(*std::exchange(sleep_, std::nullopt));
}

void Session::expire() {
    expired_ = true;
    wake();
}

void Session::stop() {
    closing_ = true;
    if (phase_ == Phase::idle) wake();  // a request that has come already is still answered
    // It may have been accepted just now, and its first request be on the way.
    if (phase_ == Phase::head && leftover_.empty())
        deadline_ = std::min(deadline_, std::chrono::steady_clock::now() + service_.options.limits.linger_timeout);
    if (sleep_) wake();
}

void Session::abort() {
    broken_ = closing_ = true;
    expire();
}

void Session::give_way() {
    place_.give_back();
    abort();
}

// Only what an idle connection needs lives in this coroutine's frame: everything else of a request is the callee's, or on the heap.
Task<void> Session::run() {
    if (expects_proxy_header()) co_await read_proxy_header();
    if (secure_ && !broken_) co_await begin_tls();
    std::string_view bytes;  // received and not used yet, in the loop's buffer or left over; never across a suspension
    while (!broken_ && !peer_done_) {
        auto heard = hear(bytes);
        if (heard.exchange) {
            co_await exchange(*heard.exchange);
        } else if (heard.rest) {
            co_await send_rest(heard.rest->response.bytes);
            log(heard.rest->response, heard.rest->entry, heard.rest->written_before);
        } else if (heard.refusal != 0) {
            co_await refuse_head(heard.refusal, heard.sentence);
        } else if (heard.incomplete) {
            if (!co_await more()) break;
            bytes = leftover_;
            if (receive(bytes) == Received::end) break;
            continue;
        }
        if (closing_) break;
        bytes = leftover_;
    }
    co_await linger();
}

Session::Heard Session::hear(std::string_view bytes) {
    Heard heard;
    const auto verdict = bytes.empty() ? HeadVerdict{} : validate_head(bytes);
    if (verdict.state == HeadVerdict::State::incomplete) {
        keep(bytes);
        heard.incomplete = true;
        return heard;
    }
    const auto head = verdict.state == HeadVerdict::State::complete ? parse(bytes, verdict) : std::nullopt;
    if (!head) {
        const bool refused = verdict.state == HeadVerdict::State::refused;
        heard.refusal = refused ? verdict.status : 400;
        heard.sentence = refused ? verdict.sentence : "This request head can be read in more than one way.";
        return heard;
    }
    ++requests_;
    enter_work();
    if (const auto* known = known_file(*head)) {
        Repeated repeated{repeat(*head, *known), {.route = known->row->pattern, .method = to_string(head->method)}, written_};
        keep(bytes.substr(verdict.length));
        if (sent_at_once(repeated.response.bytes)) {
            log(repeated.response, repeated.entry, repeated.written_before);
        } else {
            heard.rest = std::make_unique<Repeated>(std::move(repeated));
        }
    } else {
        heard.exchange = std::make_unique<Exchange>(begin_exchange(*head, peer_address_, secure_, service_));
        keep(bytes.substr(verdict.length));
    }
    return heard;
}

void Session::keep(std::string_view bytes) {
    if (bytes.data() >= leftover_.data() && bytes.data() <= leftover_.data() + leftover_.size()) {
        leftover_.erase(0, static_cast<std::size_t>(bytes.data() - leftover_.data()));
    } else {
        leftover_.assign(bytes);
    }
}

std::int64_t Session::receive_some(char* place, std::size_t size) {
    if (tls_) {
        const auto count = tls_->receive(place, size);
        if (count < 0 && errno == EAGAIN) ready_.read_all();
        return count;
    }
    const auto count = ::recv(socket_.get(), place, size, MSG_DONTWAIT);
    if (count < static_cast<std::int64_t>(size)) ready_.read_all();
    return count;
}

Session::Received Session::receive(std::string_view& bytes) {
    std::memcpy(loop_.buffer.data(), leftover_.data(), leftover_.size());
    const auto count = receive_some(loop_.buffer.data() + leftover_.size(), loop_.buffer.size() - leftover_.size());
    if (count > 0) {
        bytes = {loop_.buffer.data(), leftover_.size() + static_cast<std::size_t>(count)};
        return Received::bytes;
    }
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return Received::nothing;
    (count == 0 ? peer_done_ : broken_) = true;
    return Received::end;
}

Session::Until Session::until(Readiness::For what) {
    return {*this, what};
}

Session::Pause Session::pause(std::chrono::milliseconds length) {
    return {*this, length};
}

Task<bool> Session::more() {
    if (closing_ && requests_ > 0 && leftover_.empty()) co_return false;
    if (leftover_.empty() && requests_ > 0) {
        if (phase_ != Phase::idle) enter(Phase::idle, service_.options.limits.idle_timeout);
    } else if (phase_ != Phase::head) {
        enter(Phase::head, service_.options.limits.head_timeout);
    }
    co_await until(Readiness::For::read);
    if (broken_) co_return false;
    if (expired_) {
        if (!leftover_.empty()) co_await refuse_head(408, "The request head did not arrive in time.");
        co_return false;
    }
    co_return true;
}

std::optional<ParsedHead> Session::parse(std::string_view bytes, const HeadVerdict& verdict) const {
    auto parsed = parse_head(bytes.substr(verdict.start, verdict.length - verdict.start));
    const bool agreed = parsed && parsed->chunked == verdict.chunked && parsed->content_length == verdict.content_length &&
                        parsed->target == verdict.target;
    return agreed ? std::move(parsed) : std::nullopt;
}

Task<void> Session::refuse_head(int status, std::string_view sentence) {
    closing_ = true;
    Outgoing bytes;
    bytes.add(make_refusal(status, sentence, surroundings(false)));
    co_await send(bytes);
    service_.log({.route = "-", .method = "-", .status = status, .bytes = sentence.size() + 1});
}

void Session::close_after(bool wanted) {
    closing_ = closing_ || wanted || requests_ >= service_.options.limits.max_requests_per_connection ||
               service_.stopping.load(std::memory_order_relaxed);
}

Surroundings Session::surroundings(bool http_1_0) {
    return {loop_.date(), closing_, http_1_0, loop_.mappings, secure_ ? std::string_view(service_.strict_transport) : std::string_view()};
}

const KnownFiles::Known* Session::known_file(const ParsedHead& head) {
    const bool plain = (head.method == Method::get || head.method == Method::head) && !head.chunked && head.content_length.value_or(0) == 0;
    if (!plain || service_.redirects(secure_)) return nullptr;
    const auto expects = [](const FieldView& field) { return streaming::equal_ignoring_case(field.name, "Expect"); };
    return std::ranges::any_of(head.fields, expects) ? nullptr : loop_.known.find(head.target);
}

Response Session::repeat(const ParsedHead& head, const KnownFiles::Known& known) {
    close_after(!head.keep_alive);
    const auto client = service_.proxies.client_of(peer_address_, head.fields);
    auto response = http::respond(file_request(head.method, head.fields), client, known.file, surroundings(head.http_1_0));
    account(response);
    return response;
}

void Session::remember(const Exchange& exchange, std::uint64_t revision) {
    const auto* reply = exchange.answer ? std::get_if<FileReply>(&*exchange.answer) : nullptr;
    // Queries are without number and without meaning to a file.
    if (reply == nullptr || !exchange.request.query.empty()) return;
    const auto& policy = service_.policy_of(exchange.route, exchange.look);
    loop_.known.remember(exchange.request.target, {exchange.route, revision, http::prepare(*reply, policy)});
}

Task<void> Session::exchange(Exchange& exchange) {
    if (!exchange.answer) {
        const auto* row = exchange.route;
        const bool at_once = row->run == Run::here && !exchange.needs_identity() && !exchange.body_pending && !exchange.streams_body();
        if (at_once) {
            const auto revision = row->revision ? row->revision() : 0;  // before the answer: it may be newer, not older
            call_handler(exchange, service_);
            if (row->revision) remember(exchange, revision);
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
        accepted = co_await on_pool(service_.pool, std::move(step));
        called = together;
    }
    if (accepted && !exchange.answer && exchange.body_pending && !exchange.streams_body()) co_await read_buffered(exchange);
    if (accepted && !exchange.answer && !broken_ && !called) {
        if (exchange.route->run == Run::here) {
            call_handler(exchange, service_);
        } else {
            Pool::Work step = [&] { call_handler(exchange, service_); };
            accepted = co_await on_pool(service_.pool, std::move(step));
        }
    }
    if (accepted && exchange.sink) co_await feed_sink(exchange);
    if (!accepted) refuse(exchange, service_, {model::Errc::unavailable, "The server is busy; please try again in a few seconds."});
}

Session::Visit Session::on_pool(Pool& pool, Pool::Work work) {
    return {*this, pool, std::move(work)};
}

bool Session::Visit::await_suspend(std::coroutine_handle<> who) {
    session.enter_work();
    Pool::Work job = [&mailbox = session.loop_.mailbox, who, step = std::move(work)]() mutable {
        step();
        step = nullptr;
        mailbox.post(who);
    };
    accepted = pool.submit(job);
    return accepted;
}

void Session::account(Response& response) {
    if (!response.counted) return;
    if (ledger_.size() >= ledger_batch) update_acknowledged(loop_.now);
    for (auto& segment : response.segments) segment.at += written_;
    ledger_.open(*response.counted, std::move(response.segments), written_ + response.bytes.total());
    response.counted.reset();  // its views end with the request
}

void Session::log(const Response& response, RequestLog entry, std::uint64_t written_before) const {
    const auto sent = written_ - written_before;
    const auto head = response.bytes.total() - response.content;
    entry.status = response.status;
    entry.bytes = sent > head ? sent - head : 0;
    service_.log(entry);
}

Task<void> Session::respond(Exchange& exchange) {
    auto* events = std::get_if<EventStream>(&*exchange.answer);
    auto* text = std::get_if<TextStream>(&*exchange.answer);
    const bool end_is_the_connections = (events != nullptr || text != nullptr) && exchange.http_1_0;
    close_after(!exchange.keep_alive || exchange.body_pending || end_is_the_connections);
    auto response = make_response(exchange, service_, surroundings(exchange.http_1_0));
    account(response);
    const auto before = written_;
    if (!sent_at_once(response.bytes)) co_await send_rest(response.bytes);
    if (response.open_ended && !broken_ && events != nullptr) co_await stream_events(*events, !exchange.http_1_0);
    if (response.open_ended && !broken_ && text != nullptr) co_await stream_text(*text, !exchange.http_1_0);
    const auto* row = exchange.policy_row;
    log(response,
        {.route = row != nullptr ? std::string_view(row->pattern) : "-",
         .method = to_string(exchange.request.method),
         .duration = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - exchange.started),
         .id = exchange.request.id,
         .error = exchange.fault},
        before);
}

// Most answers leave in one system call: those need no coroutine of their own.
bool Session::sent_at_once(Outgoing& bytes) {
    const auto step = tls_ ? tls_->push(bytes, written_) : bytes.push(socket_.get(), written_);
    cold_ = step == Outgoing::Step::cold;
    broken_ = broken_ || step == Outgoing::Step::failed;
    if (step == Outgoing::Step::blocked) ready_.wrote_all();
    return step == Outgoing::Step::done || step == Outgoing::Step::failed;
}

Task<void> Session::send(Outgoing& bytes) {
    if (!broken_ && !sent_at_once(bytes)) co_await send_rest(bytes);
}

Task<void> Session::send_rest(Outgoing& bytes) {
    do {
        if (cold_) {
            co_await warm_up(bytes);
            continue;
        }
        if (ready_.is(Readiness::For::write)) {  // its turn is over
            co_await pause(std::chrono::milliseconds(0));
            continue;
        }
        enter(Phase::write, service_.options.limits.write_stall);
        co_await until(Readiness::For::write);
        if (expired_) broken_ = true;
    } while (!broken_ && !sent_at_once(bytes));
}

// The disk holds up one thread of a small pool, not the listeners of this one.
Task<void> Session::warm_up(Outgoing& bytes) {
    Pool::Work step = [part = bytes.cold_part()] { warm(*part.file, part.slice); };
    static_cast<void>(co_await on_pool(service_.readers, std::move(step)));
    bytes.trust_cold_part();
}

// Says that we are done and lets the client's last acknowledgements come in; what it still sends is thrown away, because closing on
// unread bytes would reset the connection and could take our answer with it.
Task<void> Session::linger() {
    if (broken_) co_return;
    closing_ = true;
    if (tls_) tls_->close();
    ::shutdown(socket_.get(), SHUT_WR);
    update_acknowledged(std::chrono::steady_clock::now());
    enter(Phase::linger, acked_ < written_ ? service_.options.limits.write_stall : service_.options.limits.linger_timeout);
    auto delay = std::chrono::milliseconds(5);
    while (!expired_ && !broken_) {
        if (!peer_done_) {
            co_await until(Readiness::For::read);
            if (expired_ || broken_) break;
            leftover_.clear();
            for (std::string_view bytes; receive(bytes) == Received::bytes;) continue;
            continue;
        }
        update_acknowledged(std::chrono::steady_clock::now());
        if (acked_ >= written_ || is_gone(socket_.get())) break;
        co_await pause(delay);
        delay = std::min(delay * 2, std::chrono::milliseconds(200));
    }
}

}  // namespace earshot::http
