#pragma once
// One request on its way to its answer, without sockets: routing, policy, handler. The session reads bodies and sends.

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "server/http/head_parser.hpp"
#include "server/http/message.hpp"
#include "server/http/router.hpp"
#include "server/http/service.hpp"

namespace earshot::http {

struct Exchange {
    Request request;
    std::optional<std::uint64_t> content_length;  // as announced
    bool chunked{};
    bool expects_continue{};
    bool keep_alive{};
    bool http_1_0{};
    const Route* route{};       // null: `answer` is set
    const Route* policy_row{};  // whose caching and security fields go out
    Look look{Look::asset};
    std::optional<Answer> answer;
    std::unique_ptr<BodySink> sink;
    std::optional<Admission::Place> place;  // of a row that yields
    bool body_pending{};                    // announced and not read to its end
    std::string fault;                      // what() of an exception, for the log
    std::chrono::steady_clock::time_point started{};

    [[nodiscard]] bool needs_identity() const noexcept { return route != nullptr && route->access != Access::anyone; }
    [[nodiscard]] bool streams_body() const noexcept { return route != nullptr && std::holds_alternative<StreamHandler>(route->handler); }
};

// Decodes the target, finds the row and answers at once what needs no handler: 400, 404, 405, 413, 417, 501, OPTIONS, and
// 503 on rows that yield when the server fills up. Copies what it needs of the head.
[[nodiscard]] Exchange begin_exchange(const ParsedHead& head, const std::string& peer, bool secure, Service& service);

// Blocking; on the pool. Sets request.identity, or `answer` when the caller may not.
void authorise(Exchange& exchange, const Service& service) noexcept;

// Calls the row's handler; sets `answer`, or `sink` for a streamed body. What it throws becomes a 500.
void call_handler(Exchange& exchange, const Service& service) noexcept;

// One step of a streamed body, on the pool.
void write_to_sink(Exchange& exchange, std::string_view bytes, const Service& service) noexcept;
void finish_sink(Exchange& exchange, const Service& service) noexcept;

// Ends the exchange with an error in the look of its row.
void refuse(Exchange& exchange, const Service& service, const model::Error& error);
// For statuses without an Errc: 405, 408, 417, 501. `sentence` for a person.
void refuse(Exchange& exchange, int status, std::string_view sentence);

}  // namespace earshot::http
