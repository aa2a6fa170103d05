#pragma once
// A validated head read by Beast's parser. Only for heads that validate_head called complete.

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <string_view>

#include "server/http/message.hpp"

namespace earshot::http {

// Views into the bytes it was read from.
struct ParsedHead {
    Method method{Method::get};
    std::string_view target;
    boost::container::small_vector<FieldView, 16> fields;  // in order
    bool keep_alive{};
    bool http_1_0{};
    bool chunked{};
    std::optional<std::uint64_t> content_length;
};

// nullopt: Beast reads it differently; treat as 400. `head` starts at the request line.
[[nodiscard]] std::optional<ParsedHead> parse_head(std::string_view head);

}  // namespace earshot::http
