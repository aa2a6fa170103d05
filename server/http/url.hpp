#pragma once
// Request targets and forms, decoded once and strictly (RFC 3986, WHATWG urlencoded). Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "server/http/message.hpp"

namespace earshot::http {

// "/a%20b?x" → "/a b". invalid_input: does not start with '/', broken percent code, dot segment, control character, or an encoded
// '/' or '\' (a decoded path must split where the encoded one did).
[[nodiscard]] model::Result<std::string> decode_path(std::string_view target);

// The part after '?': pairs decoded with '+' as space. Broken percent codes are an error.
[[nodiscard]] model::Result<std::vector<Field>> decode_query(std::string_view target);

// An absolute-form target (RFC 9112 §3.2.2) as origin-form plus authority; nullopt when it is neither http nor https.
struct AbsoluteTarget {
    std::string_view authority, origin_form;  // views into the target; origin_form "" stands for "/"
};
[[nodiscard]] std::optional<AbsoluteTarget> split_absolute(std::string_view target);

// uri-host [":" port] as we accept it: names of letters, digits, '-', '.', '_', '~'; IPv4; bracketed IPv6.
[[nodiscard]] bool is_authority(std::string_view text);

}  // namespace earshot::http
