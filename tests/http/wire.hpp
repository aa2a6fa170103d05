#pragma once
// A raw-byte client and a running server for wire tests.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

struct WireResponse {
    int status{};
    std::vector<http::Field> fields;
    std::string body;
    [[nodiscard]] std::string field(std::string_view name) const;  // "-" when absent
    [[nodiscard]] std::size_t count(std::string_view name) const;
};

class WireClient {
public:
    explicit WireClient(std::uint16_t port, int receive_buffer = 0);
    ~WireClient();
    WireClient(const WireClient&) = delete;
    WireClient& operator=(const WireClient&) = delete;

    void send(std::string_view bytes) const;
    // One response by its own framing; nullopt when the connection ended before it was whole. `head_only` for answers to HEAD.
    [[nodiscard]] std::optional<WireResponse> read(bool head_only = false);
    [[nodiscard]] std::optional<WireResponse> ask(std::string_view bytes, bool head_only = false);
    [[nodiscard]] std::string read_exactly(std::size_t count);  // less at the end of the stream
    [[nodiscard]] std::string read_to_end();
    [[nodiscard]] bool ended();  // true when the server has closed and nothing more comes
    void reset();                // closes with RST
    void close();
    void half_close() const;
    [[nodiscard]] int descriptor() const noexcept { return socket_; }
    [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }  // bytes received so far, returned by the above or not

private:
    bool fill();
    int socket_;
    std::string buffer_;
    std::uint64_t taken_{};
};

// GET with Host; `more` are extra field lines, each with CR LF.
[[nodiscard]] std::string get(std::string_view target, std::string_view more = {});
[[nodiscard]] std::string request(std::string_view method, std::string_view target, std::string_view more = {}, std::string_view body = {});

[[nodiscard]] std::string pattern(std::size_t size);  // bytes that differ from place to place
[[nodiscard]] model::OpenFilePtr open_bytes(const std::filesystem::path& file, std::string_view bytes);

// Collects what the server reports. Waiting is on the condition itself, with a generous limit that only a fault reaches.
class Reports {
public:
    [[nodiscard]] model::DeliverySink sink();
    [[nodiscard]] std::function<void(const http::RequestLog&)> log();
    [[nodiscard]] bool wait(const std::function<bool(const std::vector<model::Delivery>&)>& condition);
    [[nodiscard]] std::vector<model::Delivery> deliveries();
    [[nodiscard]] std::vector<std::string> lines();  // "GET /pattern 200"
    [[nodiscard]] std::string errors();
    [[nodiscard]] std::uint64_t sent();  // bytes of content the server handed to its sockets

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<model::Delivery> deliveries_;
    std::vector<std::string> lines_;
    std::string errors_;
    std::uint64_t sent_{};
};

[[nodiscard]] std::uint64_t acknowledged(const std::vector<model::Delivery>& deliveries);  // bytes in all fragments
[[nodiscard]] std::size_t firsts(const std::vector<model::Delivery>& deliveries);

[[nodiscard]] http::ServerOptions quick_options();  // short time limits, port 0, one thread

}  // namespace earshot::tests
