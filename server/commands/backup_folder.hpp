#pragma once
// A backup as it lies on a disk: catalogue.db, statistics.db, media/ (every object under its hash) and, written last, manifest.json with
// the hashes of the databases and the number of objects. A folder without manifest is no backup.

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

#include "content/model/error.hpp"

namespace earshot::commands {

struct Manifest {
    std::string made_at;  // RFC 3339
    std::string catalogue_sha256, statistics_sha256;
    std::uint64_t objects{}, bytes{};
};
void write_manifest(const std::filesystem::path& folder, const Manifest& manifest);  // durable
[[nodiscard]] model::Result<Manifest> read_manifest(const std::filesystem::path& folder);

[[nodiscard]] std::string file_sha256(const std::filesystem::path& file);

struct Copied {
    std::uint64_t objects{}, bytes{};
};
// Keys of all objects the catalogue speaks of. Only a copy of the database, made at `copy` for the time, is opened.
[[nodiscard]] std::set<std::string> referenced_objects(const std::filesystem::path& catalogue_db, const std::filesystem::path& copy);

// Every object below media folder `from` (only those of `keys`, when given) into `to`: hard-linked where that is possible (objects never
// change), else copied and synced. Each is read again in its new place and must still have the hash it is named after. unprocessable names
// the first that has not.
[[nodiscard]] model::Result<Copied> copy_objects(const std::filesystem::path& from, const std::filesystem::path& to,
                                                 const std::set<std::string>* keys = nullptr);

// Does the media folder hold every object the catalogue speaks of? Only a copy of the database is opened. unprocessable names what is
// missing.
[[nodiscard]] model::Status check_references(const std::filesystem::path& catalogue_db, const std::filesystem::path& media);

// Copies a file and makes it durable.
void copy_file_durably(const std::filesystem::path& from, const std::filesystem::path& to);
void sync_folder(const std::filesystem::path& folder);

}  // namespace earshot::commands
