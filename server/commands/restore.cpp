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

model::Result<std::string> fill(const app::Places& where, const fs::path& folder) {
    const auto manifest = read_manifest(folder);
    if (!manifest) return std::unexpected(manifest.error());
    if (auto good = check_database(folder / "catalogue.db", manifest->catalogue_sha256); !good) return std::unexpected(good.error());
    if (auto good = check_database(folder / "statistics.db", manifest->statistics_sha256); !good) return std::unexpected(good.error());
    const auto copied = copy_objects(folder / "media", where.media);
    if (!copied) return std::unexpected(copied.error());
    if (copied->objects != manifest->objects)
        return fail(Errc::unprocessable,
                    fmt::format("The backup is incomplete: it holds {} objects of {}.", copied->objects, manifest->objects));
    if (auto whole = check_references(folder / "catalogue.db", where.media); !whole) return std::unexpected(whole.error());
    const fs::path arriving = where.data / "catalogue.part";
    copy_file_durably(folder / "catalogue.db", arriving);
    copy_file_durably(folder / "statistics.db", where.statistics_db);
    fs::rename(arriving, where.catalogue_db);
    sync_folder(where.data);
    return fmt::format("restored the backup of {}: {} objects, {:.1f} MB, verified, into {}", manifest->made_at, copied->objects,
                       static_cast<double>(copied->bytes) / 1e6, where.data.string());
}

// Takes away what a restore has brought unless it came to its end, so that it can be tried again. The folder was empty before.
class Undo {
public:
    explicit Undo(const app::Places& where) : where_(where) {}
    ~Undo() {
        if (kept_) return;
        std::error_code ignored;
        for (const fs::path& path : {where_.data / "catalogue.part", where_.catalogue_db, where_.statistics_db, where_.media})
            fs::remove_all(path, ignored);
    }
    Undo(const Undo&) = delete;
    Undo& operator=(const Undo&) = delete;
    void keep() noexcept { kept_ = true; }

private:
    const app::Places& where_;
    bool kept_{};
};

}  // namespace

int restore(const BackupOptions& options) {
    return with_local_data(options, DataFolder::any, [&](LocalData& data) -> model::Status {
        if (holds_anything(data.where.data))
            return fail(Errc::conflict, fmt::format("{} is not empty. Restore into a new folder, so that nothing is overwritten.",
                                                    data.where.data.string()));
        Undo undo(data.where);
        const auto done = fill(data.where, fs::absolute(options.folder));
        if (!done) return std::unexpected(done.error());
        undo.keep();
        fmt::print("{}\n", *done);
        return {};
    });
}

}  // namespace earshot::commands
