#pragma once
// From an Answer to bytes: head, content and what of it is to be counted. No sockets.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/delivery_ledger.hpp"
#include "server/http/exchange.hpp"
#include "server/http/head_writer.hpp"
#include "server/http/outgoing.hpp"

namespace earshot::http {

struct Response {
    int status{};
    Outgoing bytes;
    std::uint64_t content{};                 // bytes of content among them
    std::optional<CountedResponse> counted;  // audio; views into the request
    std::vector<StreamSegment> segments;     // positions from the start of this response
    bool open_ended{};                       // a stream follows the head
};

struct Surroundings {
    std::string_view date;  // IMF-fixdate
    bool close{};           // say so, and do so
    bool http_1_0{};
    FileMappings& mappings;
    std::string_view strict_transport;  // Strict-Transport-Security (RFC 6797); "" on plain connections
};

void add_connection(HeadWriter& head, const Surroundings& around);

// `exchange.answer` must be set; files and bodies are moved out of it.
[[nodiscard]] Response make_response(Exchange& exchange, const Service& service, const Surroundings& around);

// For a head that was refused before there was a request.
[[nodiscard]] std::string make_refusal(int status, std::string_view sentence, const Surroundings& around);

}  // namespace earshot::http
