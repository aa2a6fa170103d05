#pragma once
// A validated head read by Beast's parser. Only for heads that validate_head called complete.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"

namespace earshot::http {

// Views into the bytes it was read from.
struct ParsedHead {
    Method method{Method::get};
    std::string_view target;
    std::vector<FieldView> fields;  // in order
    bool keep_alive{};
    bool http_1_0{};
    bool chunked{};
    std::optional<std::uint64_t> content_length;
};

// nullopt: Beast reads it differently; treat as 400. `head` starts at the request line.
[[nodiscard]] std::optional<ParsedHead> parse_head(std::string_view head);

}  // namespace earshot::http
