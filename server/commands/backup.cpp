// `earshot backup`: beside a running server. Databases first, objects afterwards: whatever the copied catalogue speaks of was stored before
// it.

#include <fmt/format.h>

#include "server/commands/backup_folder.hpp"
#include "server/commands/local_catalogue.hpp"

namespace earshot::commands {

namespace fs = std::filesystem;

namespace {

model::Status make_backup(const app::Places& where, const fs::path& folder) {
    std::error_code ignored;
    if (fs::exists(folder) && !fs::is_empty(folder, ignored))
        return model::fail(model::Errc::conflict, fmt::format("{} is not empty. Give a new folder for each backup.", folder.string()));
    fs::create_directories(folder);
    fs::permissions(folder, fs::perms::owner_all);

    Manifest manifest;
    manifest.made_at = model::format_rfc3339(model::system_now());
    storage::Database(catalogue_file(where.catalogue_db)).backup_to(folder / "catalogue.db");
    storage::Database(statistics_file(where.statistics_db)).backup_to(folder / "statistics.db");
    manifest.catalogue_sha256 = file_sha256(folder / "catalogue.db");
    manifest.statistics_sha256 = file_sha256(folder / "statistics.db");

    const auto keys = referenced_objects(folder / "catalogue.db", folder / "media" / "look.db");
    const auto copied = copy_objects(where.media, folder / "media", &keys);
    if (!copied) return std::unexpected(copied.error());
    if (auto whole = check_references(folder / "catalogue.db", folder / "media"); !whole) return whole;
    manifest.objects = copied->objects;
    manifest.bytes = copied->bytes;
    write_manifest(folder, manifest);
    fmt::print("{} objects, {:.1f} MB, verified: {}\n", manifest.objects, static_cast<double>(manifest.bytes) / 1e6, folder.string());
    return {};
}

}  // namespace

int backup(const BackupOptions& options) {
    return with_local_data(options, DataFolder::existing,
                           [&](LocalData& data) { return make_backup(data.where, fs::absolute(options.folder)); });
}

}  // namespace earshot::commands
