#pragma once
// A validated head into a Request, by Beast's parser. Only for heads that validate_head called complete.

#include <optional>
#include <string_view>

#include "server/http/message.hpp"

namespace earshot::http {

struct ParsedHead {
    Request request;  // method, target and fields are set
    bool keep_alive{};
    bool http_1_0{};
    bool chunked{};
    std::optional<std::uint64_t> content_length;
};

// nullopt: Beast reads it differently; treat as 400. `head` starts at the request line.
[[nodiscard]] std::optional<ParsedHead> parse_head(std::string_view head);

}  // namespace earshot::http
