#pragma once
// multipart/form-data (RFC 7578): what browsers send when a form has a file in it. Text only, all of it in memory.

#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "server/http/message.hpp"

namespace earshot::web {

// Name and content of each part; a file's name is not looked at. Errors: invalid_input when malformed, or of more than 32 parts.
[[nodiscard]] model::Result<std::vector<http::Field>> parse_multipart(std::string_view content_type, std::string_view body);

}  // namespace earshot::web
