#pragma once
// The lists that travel inside the binary (server/analytics/rules), and those an operator puts in their place.

#include <filesystem>
#include <string>
#include <string_view>

#include "content/model/error.hpp"

namespace earshot::analytics {

[[nodiscard]] model::Result<std::string_view> built_in_list(std::string_view name);  // "apps.json"; lives as long as the program
[[nodiscard]] std::string_view without_comment(std::string_view line);               // nor the spaces around it; `#` begins one
// Errors: invalid_input naming the file.
[[nodiscard]] model::Result<std::string> read_list(const std::filesystem::path& file);

}  // namespace earshot::analytics
