#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "server/http/session.hpp"

namespace earshot::http {
namespace {

constexpr std::size_t piece_size = 256 * 1024;
constexpr std::size_t kept_while_waiting = 64 * 1024;  // a slow client holds no more than this
constexpr std::chrono::milliseconds pool_pause{50};    // when the pool takes nothing more

// RFC 9112 §7.1.
std::string as_chunk(const std::string& bytes) {
    char size[24];
    const auto digits = std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return std::string(size, static_cast<std::size_t>(digits)) + bytes + "\r\n";
}

}  // namespace

struct Session::Body {
    explicit Body(const Exchange& exchange)
        : chunked(exchange.chunked), remaining(exchange.content_length.value_or(0)), limit(exchange.route->body_limit) {}
    // Looked at once a window of waiting; the time we take ourselves is not the client's.
    [[nodiscard]] bool too_slow(const config::Limits& limits) {
        if (waited_for < limits.rate_window) return false;
        const auto seconds = std::chrono::duration<double>(waited_for).count();
        const bool slow = static_cast<double>(arrived) < static_cast<double>(limits.body_minimum_rate) * seconds;
        arrived = 0;
        waited_for = {};
        return slow;
    }
    [[nodiscard]] bool done() const { return chunked ? decoder.done() : remaining == 0; }

    bool chunked;
    std::uint64_t remaining;
    std::uint64_t limit;
    std::uint64_t received{};
    std::uint64_t arrived{};                // within the running window of the minimum rate
    std::chrono::nanoseconds waited_for{};  // the client, within that window
    ChunkedDecoder decoder;
};

void Session::take(Exchange& exchange, Body& body, std::string_view bytes, std::string& piece, std::size_t at_most, std::size_t& used) {
    if (!body.chunked) {
        used = static_cast<std::size_t>(std::min<std::uint64_t>({bytes.size(), body.remaining, at_most}));
        piece.append(bytes.substr(0, used));
        body.remaining -= used;
        return;
    }
    const auto before = piece.size();
    used = body.decoder.decode(bytes, piece, static_cast<std::size_t>(std::min<std::uint64_t>(at_most, body.limit - body.received)));
    body.received += piece.size() - before;
    if (body.decoder.failed()) {
        http::refuse(exchange, 400, body.decoder.fault());
    } else if (body.decoder.pending() > body.limit - body.received) {
        http::refuse(exchange, service_,
                     {model::Errc::too_large, "The request body may have at most " + std::to_string(body.limit) + " bytes."});
    }
}

std::int64_t Session::receive_into(std::string& piece, std::size_t at_most) {
    std::int64_t count = 0;
    const auto before = piece.size();
    piece.resize_and_overwrite(before + at_most, [&](char* data, std::size_t) {
        count = receive_some(data + before, at_most);
        return before + static_cast<std::size_t>(std::max<std::int64_t>(count, 0));
    });
    return count;
}

// Fills `piece` with what is there, at least a byte, unless the body ends. Sets exchange.answer when the body is refused; sets broken_ when
// the client is gone (the piece then holds what still came).
Task<void> Session::read_piece(Exchange& exchange, Body& body, std::string& piece, std::size_t at_most) {
    piece.clear();
    if (std::exchange(exchange.expects_continue, false) && leftover_.empty()) {
        Outgoing go_on;
        go_on.add("HTTP/1.1 100 Continue\r\n\r\n");
        co_await send(go_on);
    }
    while (!body.done() && !broken_ && piece.size() < at_most) {
        std::int64_t count = 0;
        if (!leftover_.empty()) {
            std::size_t used = 0;
            take(exchange, body, leftover_, piece, at_most - piece.size(), used);
            leftover_.erase(0, used);
            if (exchange.answer) co_return;
            continue;
        }
        if (body.chunked) {
            std::string_view bytes;
            const auto received = receive(bytes);
            count = received == Received::bytes ? static_cast<std::int64_t>(bytes.size()) : received == Received::nothing ? -1 : 0;
            if (received == Received::bytes) {
                std::size_t used = 0;
                take(exchange, body, bytes, piece, at_most - piece.size(), used);
                leftover_.assign(bytes.substr(used));
                if (exchange.answer) co_return;
            }
        } else {
            count = receive_into(piece, static_cast<std::size_t>(std::min<std::uint64_t>(at_most - piece.size(), body.remaining)));
            if (count > 0) body.remaining -= static_cast<std::uint64_t>(count);
            if (count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) broken_ = true;
        }
        if (count == 0) broken_ = true;  // the end of the stream before the end of the body
        if (count > 0) body.arrived += static_cast<std::uint64_t>(count);
        if (count > 0 || broken_) continue;
        if (!piece.empty()) co_return;
        if (piece.capacity() > kept_while_waiting) piece = {};
        enter(Phase::body, service_.options.limits.body_stall);
        co_await until(Readiness::For::read);
        if (expired_ && !broken_) {
            http::refuse(exchange, 408, "The request body stopped coming.");
            co_return;
        }
        body.waited_for += std::chrono::steady_clock::now() - since_;
        if (body.too_slow(service_.options.limits)) {
            http::refuse(exchange, 408, "The request body comes too slowly.");
            co_return;
        }
    }
}

Task<void> Session::read_buffered(Exchange& exchange) {
    Body body(exchange);
    std::string piece;
    auto& whole = exchange.request.body;
    whole.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(body.remaining, kept_while_waiting)));
    while (!body.done() && !broken_ && !exchange.answer) {
        co_await read_piece(exchange, body, piece, piece_size);
        whole += piece;
    }
    if (body.done()) exchange.body_pending = false;
}

Task<void> Session::feed_sink(Exchange& exchange) {
    Body body(exchange);
    std::string piece;
    bool accepted = true;
    while (!broken_ && !exchange.answer && accepted && !body.done()) {
        co_await read_piece(exchange, body, piece, piece_size);
        if (exchange.answer || piece.empty()) continue;
        Pool::Work step = [&] { write_to_sink(exchange, piece, service_); };
        accepted = co_await on_pool(service_.pool, std::move(step));
    }
    const bool whole = body.done() && !exchange.answer && accepted && !broken_;
    exchange.body_pending = !body.done();
    // Destroying a sink may touch the disk as well.
    Pool::Work last = [&] {
        if (whole) finish_sink(exchange, service_);
        exchange.sink.reset();
    };
    const bool ended = co_await on_pool(service_.pool, std::move(last));
    exchange.sink.reset();
    if ((!accepted || (whole && !ended)) && !exchange.answer) {
        http::refuse(exchange, service_, {model::Errc::unavailable, "The server is busy; please try again in a few seconds."});
    }
}

Task<void> Session::stream_text(TextStream& text, bool chunked) {
    while (!broken_) {
        std::optional<std::string> piece;
        bool failed = false;
        Pool::Work step = [&] {
            try {
                piece = text.next();
            } catch (...) {
                failed = true;
            }
        };
        enter_work();
        if (!co_await on_pool(service_.pool, std::move(step))) {
            co_await pause(pool_pause);
            continue;
        }
        broken_ |= failed;
        if (broken_ || !piece) break;
        if (piece->empty()) continue;
        Outgoing bytes;
        bytes.add(chunked ? as_chunk(*piece) : std::move(*piece));
        co_await send(bytes);
    }
    if (broken_ || !chunked) co_return;
    Outgoing end;
    end.add(std::string("0\r\n\r\n"));
    co_await send(end);
}

Task<void> Session::stream_events(EventStream& events, bool chunked) {
    auto last_sent = std::chrono::steady_clock::now();
    while (!broken_ && !loop_.stopping) {
        std::optional<std::string> event;
        bool ended = false;
        Pool::Work step = [&] {
            try {
                event = events.next();
                ended = !event;
            } catch (...) {
                ended = true;  // the stream ends; the client asks again and then gets the error as an answer
            }
        };
        const bool asked = co_await on_pool(service_.pool, std::move(step));
        if (ended) break;
        const auto now = std::chrono::steady_clock::now();
        if (!asked || event->empty()) event = now - last_sent >= service_.options.heartbeat ? ": still here\n\n" : "";
        if (!event->empty()) {
            Outgoing bytes;
            bytes.add(chunked ? as_chunk(*event) : *event);
            co_await send(bytes);
            last_sent = now;
        }
        char peeked = 0;
        if (::recv(socket_.get(), &peeked, 1, MSG_PEEK | MSG_DONTWAIT) == 0) break;  // nobody listens any more
        if (loop_.stopping || broken_) break;
        enter_work();
        co_await pause(events.interval);
    }
    Outgoing end;
    if (chunked) end.add("0\r\n\r\n");
    co_await send(end);
}

}  // namespace earshot::http
