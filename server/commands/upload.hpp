#pragma once
// A file on its way up through tus 1.0: in pieces, going on where it was after a broken connection or a server restart.

#include <filesystem>
#include <string>

#include "server/commands/api_client.hpp"

namespace earshot::commands {

// Draws a progress bar; returns the id of the complete upload. The file's SHA-256 goes along and is checked at the end.
// Throws ApiRefusal with a sentence.
[[nodiscard]] std::string upload_file(ApiClient& client, const std::filesystem::path& file);

}  // namespace earshot::commands
