// `earshot restore`: a backup becomes the data folder of a server that is not running yet. Everything is checked before the catalogue
// appears.

#include <fmt/format.h>

#include "server/commands/backup_folder.hpp"
#include "server/commands/local_catalogue.hpp"

namespace earshot::commands {

namespace fs = std::filesystem;
using model::Errc;
using model::fail;

namespace {

// The folders that any command makes do not count, only what is in them.
bool holds_anything(const fs::path& folder) {
    if (!fs::exists(folder)) return false;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
        if (!entry.is_directory()) return true;
    return false;
}

model::Status check_database(const fs::path& file, const std::string& sha256) {
    if (!fs::exists(file)) return fail(Errc::unprocessable, fmt::format("The backup is incomplete: {} is missing.", file.string()));
    if (file_sha256(file) == sha256) return {};
    return fail(Errc::unprocessable, fmt::format("The backup is damaged: {} does not match its hash.", file.string()));
}

model::Status fill(const app::Places& where, const fs::path& folder) {
    const auto manifest = read_manifest(folder);
    if (!manifest) return std::unexpected(manifest.error());
    if (auto good = check_database(folder / "catalogue.db", manifest->catalogue_sha256); !good) return good;
    if (auto good = check_database(folder / "statistics.db", manifest->statistics_sha256); !good) return good;
    const auto copied = copy_objects(folder / "media", where.media);
    if (!copied) return std::unexpected(copied.error());
    if (copied->objects != manifest->objects)
        return fail(Errc::unprocessable,
                    fmt::format("The backup is incomplete: it holds {} objects of {}.", copied->objects, manifest->objects));
    if (auto whole = check_references(folder / "catalogue.db", where.media); !whole) return whole;
    const fs::path arriving = where.data / "catalogue.part";
    copy_file_durably(folder / "catalogue.db", arriving);
    copy_file_durably(folder / "statistics.db", where.statistics_db);
    fs::rename(arriving, where.catalogue_db);
    sync_folder(where.data);
    fmt::print("restored the backup of {}: {} objects, {:.1f} MB, verified, into {}\n", manifest->made_at, copied->objects,
               static_cast<double>(copied->bytes) / 1e6, where.data.string());
    return {};
}

// What a restore that failed has brought, so that it can be tried again.
void empty(const app::Places& where) {
    std::error_code ignored;
    for (const fs::path& path : {where.data / "catalogue.part", where.statistics_db, where.media}) fs::remove_all(path, ignored);
}

}  // namespace

int restore(const BackupOptions& options) {
    return with_local_data(options, [&](LocalData& data) -> model::Status {
        if (holds_anything(data.where.data))
            return fail(Errc::conflict, fmt::format("{} is not empty. Restore into a new folder, so that nothing is overwritten.",
                                                    data.where.data.string()));
        auto done = fill(data.where, fs::absolute(options.folder));
        if (!done) empty(data.where);
        return done;
    });
}

}  // namespace earshot::commands
