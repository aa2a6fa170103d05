#pragma once
// One connection: a coroutine that reads heads, lets exchanges be answered in order, and sees to it that what arrived is reported.
// Private to session*.cpp and worker.cpp. Lives on its loop's thread only.

#include <coroutine>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "server/http/chunked.hpp"
#include "server/http/delivery_ledger.hpp"
#include "server/http/exchange.hpp"
#include "server/http/head_validator.hpp"
#include "server/http/loop.hpp"
#include "server/http/response.hpp"
#include "server/http/tls.hpp"

namespace earshot::http {

class Session {
public:
    Session(Loop& loop, Descriptor socket, std::string peer_address, Admission::Place place, bool secure);
    ~Session();  // reports the final acknowledged bytes, closes
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Task<void> run();

    void sweep(SteadyTime now);  // acknowledged bytes and deadline
    void stop();                 // finish what runs, then close
    void abort();                // end now
    void give_way();             // end now, and let a newcomer have the place at once
    [[nodiscard]] bool waits_for_request() const noexcept { return !broken_ && (phase_ == Phase::idle || phase_ == Phase::head); }
    [[nodiscard]] SteadyTime waiting_since() const noexcept { return since_; }

private:
    enum class Phase { idle, head, body, work, write, linger };
    enum class Received { bytes, nothing, end };
    struct Body;
    struct Until;
    struct Pause;
    struct Visit;

    void enter(Phase phase, std::chrono::milliseconds allowance);
    void enter_work();
    void update_acknowledged(SteadyTime now);
    void wake();
    void expire();
    [[nodiscard]] bool wants_to_know(SteadyTime now) const;
    [[nodiscard]] bool reads_too_slowly(SteadyTime now);

    // Before everything else, from proxies that speak the PROXY protocol (session_proxy.cpp)
    [[nodiscard]] bool expects_proxy_header() const;
    Task<void> read_proxy_header();

    Task<void> begin_tls();

    // Heads
    // What the bytes at hand came to: nothing yet, an exchange, the rest of an answer that did not leave at once, a refusal; or all is
    // done.
    struct Repeated {
        Response response;
        RequestLog entry;
        std::uint64_t written_before{};
    };
    struct Heard {
        bool incomplete{};
        int refusal{};  // status
        std::string_view sentence;
        std::unique_ptr<Exchange> exchange;
        std::unique_ptr<Repeated> rest;
    };
    [[nodiscard]] Heard hear(std::string_view bytes);
    [[nodiscard]] std::optional<ParsedHead> parse(std::string_view bytes, const HeadVerdict& verdict) const;
    Task<bool> more();                          // waits for bytes of a head; false: none will come
    Received receive(std::string_view& bytes);  // leftover and what is new, in the loop's buffer
    void keep(std::string_view bytes);
    Task<void> refuse_head(int status, std::string_view sentence);

    // Exchanges
    [[nodiscard]] const KnownFiles::Known* known_file(const ParsedHead& head);  // null: the row has to be asked
    [[nodiscard]] Response repeat(const ParsedHead& head, const KnownFiles::Known& known);
    void remember(const Exchange& exchange, std::uint64_t revision);
    Task<void> exchange(Exchange& exchange);
    Task<void> prepare(Exchange& exchange);
    Task<void> respond(Exchange& exchange);
    void close_after(bool wanted);  // this answer: when wanted, at the limit of requests, or when the server stops
    [[nodiscard]] Surroundings surroundings(bool http_1_0);
    void account(Response& response);                                                          // what counting will be told
    [[nodiscard]] bool sent_at_once(Outgoing& bytes);                                          // or broken
    void log(const Response& response, RequestLog entry, std::uint64_t written_before) const;  // once it is sent
    Task<void> send(Outgoing& bytes);
    Task<void> send_rest(Outgoing& bytes);                     // of what was not sent at once
    [[nodiscard]] Visit on_pool(Pool& pool, Pool::Work work);  // false: too busy
    Task<void> warm_up(Outgoing& bytes);
    Task<void> linger();
    [[nodiscard]] bool must_wait(Readiness::For what) const noexcept { return !ready_.is(what) && !expired_ && !broken_; }
    [[nodiscard]] Until until(Readiness::For what);               // that, the deadline, or abort(): at once when it need not wait
    [[nodiscard]] Pause pause(std::chrono::milliseconds length);  // or until wake()
    std::int64_t receive_some(char* place, std::size_t size);     // as recv

    // Bodies and event streams (session_body.cpp)
    Task<void> read_buffered(Exchange& exchange);
    Task<void> feed_sink(Exchange& exchange);
    Task<void> read_piece(Exchange& exchange, Body& body, std::string& piece, std::size_t at_most);
    Task<void> stream_events(EventStream& events, bool chunked);
    Task<void> stream_text(TextStream& text, bool chunked);
    std::int64_t receive_into(std::string& piece, std::size_t at_most);
    void take(Exchange& exchange, Body& body, std::string_view bytes, std::string& piece, std::size_t at_most, std::size_t& used);

    Loop& loop_;
    Service& service_;
    Descriptor socket_;
    Readiness ready_;
    std::unique_ptr<TlsChannel> tls_;  // null: plain
    std::string peer_address_;
    Admission::Place place_;
    std::string leftover_;  // received, not yet used
    DeliveryLedger ledger_;
    std::optional<Loop::Alarm> sleep_;  // of a pause that stop() and expire() cut short
    SteadyTime deadline_{}, since_{};   // of the phase; when it began
    std::chrono::milliseconds allowance_{};
    std::uint64_t baseline_{};           // tcpi_bytes_acked of the fresh socket
    std::uint64_t written_{}, acked_{};  // of our bytes
    SteadyTime rate_since_{};            // the running window of the minimum rate, and acked_ at its begin
    std::uint64_t rate_from_{};
    std::uint32_t requests_{};
    Phase phase_{Phase::head};
    bool secure_{};     // speaks TLS
    bool cold_{};       // what is to be sent next is not in memory
    bool closing_{};    // no further request
    bool expired_{};    // the deadline of the running wait has passed
    bool broken_{};     // the client is gone, or abort()
    bool peer_done_{};  // the client sends no more
};

// What a session's coroutines wait for.
struct Session::Until {
    Session& session;
    Readiness::For what;
    [[nodiscard]] bool await_ready() const noexcept { return !session.must_wait(what); }
    void await_suspend(std::coroutine_handle<> who) const noexcept { session.ready_.await(what, who); }
    void await_resume() const noexcept {}
};

struct Session::Pause {
    Session& session;
    std::chrono::milliseconds length;
    [[nodiscard]] bool await_ready() const noexcept { return session.expired_ || session.broken_; }
    void await_suspend(std::coroutine_handle<> who) const {
        session.sleep_ = session.loop_.at(std::chrono::steady_clock::now() + length, who);
    }
    void await_resume() const noexcept { session.sleep_.reset(); }
};

struct Session::Visit {
    Session& session;
    Pool& pool;
    Pool::Work work;
    bool accepted{};
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    [[nodiscard]] bool await_suspend(std::coroutine_handle<> who);
    [[nodiscard]] bool await_resume() const noexcept { return accepted; }
};

}  // namespace earshot::http
