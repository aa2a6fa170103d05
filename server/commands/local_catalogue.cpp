#include "server/commands/local_catalogue.hpp"

#include <fmt/format.h>

namespace earshot::commands {

int with_local_data(const ServeOptions& options, DataFolder folder, const std::function<model::Status(LocalData&)>& work) {
    const auto refused = [](std::string_view sentence) {
        fmt::print(stderr, "{}\n", sentence);
        return 1;
    };
    auto settings = app::effective_settings(options);
    if (!settings) return refused(settings.error().message);
    LocalData data{std::move(*settings), {}};
    data.where = app::places(data.settings);
    if (folder == DataFolder::existing && !std::filesystem::exists(data.where.catalogue_db))
        return refused(fmt::format("There is no catalogue at {}. Say with --data (or --config) where the server keeps its things.",
                                   data.where.catalogue_db.string()));
    if (folder == DataFolder::any)
        if (auto ready = app::prepare(data.where); !ready) return refused(ready.error().message);
    const model::Status done = work(data);
    return done ? 0 : refused(done.error().message);
}

storage::Database::Options catalogue_file(const std::filesystem::path& file) {
    return {.file = file, .migrations = storage::catalogue_migrations(), .readers = 1, .create = false, .migrate = false};
}

storage::Database::Options statistics_file(const std::filesystem::path& file) {
    return {
        .file = file, .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false, .create = false, .migrate = false};
}

}  // namespace earshot::commands
