#pragma once
// The listening server: N network threads, each with its own loop and SO_REUSEPORT listeners, and one bounded pool for blocking work.
//
// How a byte travels to a listener, and where to read about it:
//   accept (worker) → a place (admission) → PROXY header, TLS (session_proxy, session_tls, tls)
//   → the connection waits (readiness) → strict head check (head_validator) → Beast's parser (head_parser)
//   → a file that was asked for lately (known_files), or else routing (router, exchange) and the row's handler
//   → which bytes of it (streaming/stream_plan) → the head (head_writer, file_response, response)
//   → out (outgoing): mapped bytes together with the head, or sendfile; cold files are read by other threads first
//   → what the client's TCP acknowledged, as intervals of the file (tcp_info, delivery_ledger) → DeliverySink.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/limits.hpp"
#include "content/model/delivery.hpp"
#include "server/http/client_address.hpp"
#include "server/http/listener.hpp"
#include "server/http/router.hpp"

namespace earshot::http {

struct ServerOptions {
    std::vector<std::string> listen{"127.0.0.1:8080"};  // "address:port", "[::1]:8080"; port 0 = any free one
    unsigned network_threads{0};                        // 0 = cores
    unsigned pool_threads{8};
    config::Limits limits;
    std::chrono::milliseconds drain_timeout{30'000};  // graceful stop: running transfers may take that long
    struct Tls {
        std::vector<std::string> listen;           // addresses that speak TLS
        std::filesystem::path certificate, key;    // PEM; needed when `listen` names an address
        std::chrono::seconds strict_transport{0};  // of Strict-Transport-Security; 0: not said
        std::string redirect_to;                   // "https://host": plain requests are sent there by 308; "": they are answered
    } tls;
    std::vector<std::string> trusted_proxies;  // addresses or CIDR blocks that are believed when they name their client
    ForwardingField forwarding_field{ForwardingField::x_forwarded_for};
    bool proxy_protocol{false};                       // every connection of a trusted proxy begins with a PROXY v2 header
    std::size_t pool_queue{1'024};                    // blocking work waiting for a thread; beyond it requests get 503
    std::chrono::milliseconds sweep_interval{1'000};  // how often deadlines and acknowledged bytes are looked at
    std::chrono::milliseconds heartbeat{15'000};      // of event streams
};

// What a log line may say of a request: never an address, agent, referrer, query or private path.
struct RequestLog {
    std::string_view route;  // the pattern, or "-" when none matched
    std::string_view method;
    int status{};
    std::uint64_t bytes{};
    std::chrono::microseconds duration{};
    std::string_view id;
    std::string_view error;  // what() of an exception, for 500s
};

class Server {
public:
    // Throws std::system_error naming the address when it cannot listen, std::invalid_argument naming a bad option or certificate. `sink`
    // and `log` are called from network threads. `inherited`: listening sockets to use instead of opening some; what serves no address is
    // left in it.
    Server(ServerOptions options, Router router, model::DeliverySink sink, std::function<void(const RequestLog&)> log,
           std::vector<Descriptor>* inherited = nullptr);
    ~Server();
    Server(const Server&) = delete;

    void start();                                            // returns at once; accepts from now on
    [[nodiscard]] std::vector<std::uint16_t> ports() const;  // of `listen`, then of `tls.listen`

    // Reads certificate and key again: new connections get them, running ones keep theirs. When they cannot be used, everything stays.
    [[nodiscard]] model::Result<void> reload_certificate();

    // For a successor in another process. pause(): once it returns, newcomers wait in the kernel's queue; resume() takes them again.
    [[nodiscard]] const std::vector<int>& listening() const;  // descriptors, open until begin_stop()
    void pause();
    void resume();

    // The graceful end: no new connections, idle ones close, transfers finish or are cut off when `limit` has passed. begin_stop() returns
    // at once; called again it sets a new limit from then on.
    void begin_stop(std::chrono::milliseconds limit);
    [[nodiscard]] bool stopped() const noexcept;  // every connection has ended
    void stop();                                  // begin_stop(drain_timeout), and waits for it
    [[nodiscard]] std::uint32_t connections() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::http
