#pragma once
// Tables as spreadsheets read them (RFC 4180).

#include <string>
#include <string_view>

#include "server/http/message.hpp"

namespace earshot::api {

// In quotes, and nothing a spreadsheet would run as a formula.
[[nodiscard]] std::string csv_cell(std::string_view text);

[[nodiscard]] http::Reply csv_reply(std::string csv, std::string_view file_name);

}  // namespace earshot::api
