#pragma once
// The data folder as the commands open it that work without a server (or beside a running one).

#include <functional>

#include "config/settings.hpp"
#include "content/storage/database.hpp"
#include "server/commands/commands.hpp"
#include "server/places.hpp"

namespace earshot::commands {

struct LocalData {
    config::Settings settings;
    app::Places where;
};

enum class DataFolder {
    existing,  // refused when it holds no catalogue
    any,       // made when absent
};
// Reads the settings and runs `work`; refusals become one line on stderr and exit status 1.
int with_local_data(const ServeOptions& options, DataFolder folder, const std::function<model::Status(LocalData&)>& work);

// The databases, not made and not migrated: beside a running server neither is a command's to do.
[[nodiscard]] storage::Database::Options catalogue_file(const std::filesystem::path& file);
[[nodiscard]] storage::Database::Options statistics_file(const std::filesystem::path& file);

}  // namespace earshot::commands
