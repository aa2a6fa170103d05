#pragma once
// TLS 1.2 and 1.3 on a non-blocking socket (RFC 8446; choices of RFC 9325). Records are collected and leave by one system call: the usual
// one call a record costs a third more. Knows no event loop.

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "content/model/error.hpp"
#include "server/http/outgoing.hpp"

struct ssl_ctx_st;
struct ssl_st;

namespace earshot::http {

// A certificate with its key. Never changes: a renewed certificate is another context, and running connections keep theirs.
class TlsContext {
public:
    // PEM files: the certificate first, then its chain; the key. invalid_input with a sentence that names the file.
    [[nodiscard]] static model::Result<std::shared_ptr<const TlsContext>> load(const std::filesystem::path& certificate,
                                                                               const std::filesystem::path& key);
    ~TlsContext();
    TlsContext(const TlsContext&) = delete;
    TlsContext& operator=(const TlsContext&) = delete;

private:
    friend class TlsChannel;
    explicit TlsContext(ssl_ctx_st* context) noexcept : context_(context) {}
    ssl_ctx_st* context_;
};

// Which of our plain bytes are among the first so many bytes of the TCP stream. A record counts when all of it has arrived: before that its
// receiver cannot read it. Handshakes, tickets and alerts hold none of our bytes.
class RecordMap {
public:
    void add(std::uint64_t wire_end, std::uint64_t plain_end);  // ascending
    [[nodiscard]] std::uint64_t plain(std::uint64_t wire);      // ascending too: what is passed is forgotten

private:
    struct Record {
        std::uint64_t wire_end, plain_end;
    };
    std::deque<Record> records_;
    std::uint64_t plain_{};
};

// One connection's TLS. Lives on its loop's thread only.
class TlsChannel {
public:
    TlsChannel(std::shared_ptr<const TlsContext> context, int socket);  // throws std::bad_alloc
    ~TlsChannel();
    TlsChannel(const TlsChannel&) = delete;
    TlsChannel& operator=(const TlsChannel&) = delete;

    enum class Step { done, wants_read, wants_write, failed };
    [[nodiscard]] Step handshake();

    // As recv: 0 at the end of the stream; −1 with errno EAGAIN when the socket holds nothing more for now.
    [[nodiscard]] std::int64_t receive(char* place, std::size_t size);
    // As Outgoing::push; `position` counts plain bytes. `done` only when the socket has taken the last record.
    [[nodiscard]] Outgoing::Step push(Outgoing& bytes, std::uint64_t& position);
    void close();  // says that no more comes (close_notify), if the socket takes it
    [[nodiscard]] std::uint64_t plain_of(std::uint64_t wire) { return map_.plain(wire); }

private:
    [[nodiscard]] Outgoing::Step flush();
    [[nodiscard]] Outgoing::Step push_records(Outgoing& bytes, std::uint64_t& position, std::span<char> plain);
    void encrypt(const char* plain, std::size_t size, std::uint64_t position);

    std::shared_ptr<const TlsContext> context_;
    ssl_st* ssl_;
    int socket_;
    std::string unsent_;    // records the socket did not take yet
    std::size_t sent_{};    // of them
    std::size_t collect_;   // how many bytes of records the next send is worth
    std::uint64_t wire_{};  // bytes made so far, handshake and all
    RecordMap map_;
    bool broken_{};
};

}  // namespace earshot::http
