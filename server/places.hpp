#pragma once
// Where an installation keeps its things, and how the command line changes the settings. Shared by the server and the commands that work on
// the data folder directly.

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/settings.hpp"
#include "content/model/error.hpp"
#include "server/commands/commands.hpp"

namespace earshot::app {

struct Places {
    std::filesystem::path data, catalogue_db, statistics_db, media, uploads;
    std::filesystem::path runtime;   // RAM-backed; created 0700 by prepare()
    std::filesystem::path handover;  // the socket in it, see succession.hpp
};
[[nodiscard]] Places places(const config::Settings& settings);
// Creates the folders. invalid_input with a sentence when that is impossible.
[[nodiscard]] model::Status prepare(const Places& places);
// Bytes of the disk that stay free: the settings' figure, but never more than a tenth of the disk.
[[nodiscard]] std::uint64_t disk_reserve(const config::Settings& settings, const Places& places);
// A random name for this installation, kept in its data folder.
[[nodiscard]] std::string node_name(const Places& places);

// The settings file (or defaults) with --data and --port applied.
[[nodiscard]] model::Result<config::Settings> effective_settings(const commands::ServeOptions& options);
[[nodiscard]] model::Result<config::Settings> effective_settings(const commands::ConfigOption& options);

}  // namespace earshot::app
