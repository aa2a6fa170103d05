#pragma once
// A Record as bytes and back. The format lives no longer than a day, so it needs no versions: an unreadable record is the journal's end.

#include <optional>
#include <string>
#include <string_view>

#include "server/analytics/windows.hpp"

namespace earshot::analytics {

void write_record(const Record& record, std::string& out);
[[nodiscard]] std::optional<Record> read_record(std::string_view bytes);

}  // namespace earshot::analytics
