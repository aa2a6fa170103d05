#pragma once
// One connection: a coroutine that reads heads, lets exchanges be answered in order, and sees to it that what arrived is reported.
// Private to session*.cpp and worker.cpp. Lives on its loop's thread only.

#include <optional>
#include <string>
#include <string_view>

#include "server/http/chunked.hpp"
#include "server/http/delivery_ledger.hpp"
#include "server/http/exchange.hpp"
#include "server/http/loop.hpp"

namespace earshot::http {

class Session {
public:
    Session(Loop& loop, Socket socket, std::string peer_address, Admission::Place place);
    ~Session();  // reports the final acknowledged bytes, closes
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Task<void> run();

    void sweep(SteadyTime now);  // acknowledged bytes and deadline
    void stop();                 // finish what runs, then close
    void abort();                // end now
    void give_way();             // end now, and let a newcomer have the place at once
    [[nodiscard]] bool waits_for_request() const noexcept { return !broken_ && (phase_ == Phase::idle || phase_ == Phase::head); }
    [[nodiscard]] SteadyTime waiting_since() const noexcept { return deadline_ - allowance_; }

private:
    enum class Phase { idle, head, body, work, write, linger };
    enum class Received { bytes, nothing, end };
    struct Body;

    void enter(Phase phase, std::chrono::milliseconds allowance);
    void enter_work();
    void update_acknowledged(SteadyTime now);
    void expire();
    [[nodiscard]] bool reads_too_slowly(SteadyTime now);

    // Before everything else, from proxies that speak the PROXY protocol (session_proxy.cpp)
    [[nodiscard]] bool expects_proxy_header() const;
    Task<void> read_proxy_header();

    // Heads
    Task<std::optional<ParsedHead>> next_head();
    Received receive(std::string_view& bytes);  // leftover and what is new, in the loop's buffer
    void keep(std::string_view bytes);
    Task<void> refuse_head(int status, std::string_view sentence);

    // Exchanges
    Task<void> exchange(ParsedHead head);
    Task<void> prepare(Exchange& exchange);
    Task<void> respond(Exchange& exchange);
    Task<void> send(Outgoing& bytes);
    Task<bool> on_pool(Pool::Work work);  // false: too busy
    Task<void> linger();

    // Bodies and event streams (session_body.cpp)
    Task<void> read_buffered(Exchange& exchange);
    Task<void> feed_sink(Exchange& exchange);
    Task<void> read_piece(Exchange& exchange, Body& body, std::string& piece, std::size_t at_most);
    Task<void> stream_events(EventStream& events, bool chunked);
    std::int64_t receive_into(std::string& piece, std::size_t at_most);
    void take(Exchange& exchange, Body& body, std::string_view bytes, std::string& piece, std::size_t at_most, std::size_t& used);

    Loop& loop_;
    Service& service_;
    Socket socket_;
    std::string peer_address_;
    Admission::Place place_;
    std::string leftover_;  // received, not yet used
    DeliveryLedger ledger_;
    Timer* waiting_{};  // a timer that stop() and expire() cut short
    boost::system::error_code error_;
    SteadyTime deadline_{};
    std::chrono::milliseconds allowance_{};
    std::uint64_t baseline_{};           // tcpi_bytes_acked of the fresh socket
    std::uint64_t written_{}, acked_{};  // of our bytes
    SteadyTime rate_since_{};            // the running window of the minimum rate, and acked_ at its begin
    std::uint64_t rate_from_{};
    std::uint32_t requests_{};
    Phase phase_{Phase::head};
    bool closing_{};    // no further request
    bool expired_{};    // the deadline of the running wait has passed
    bool broken_{};     // the client is gone, or abort()
    bool peer_done_{};  // the client sends no more
};

}  // namespace earshot::http
