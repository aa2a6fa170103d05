#pragma once
// Brings an open database forward to what this program knows, or refuses it with a sentence. Used by Database only.

#include <filesystem>
#include <span>

#include "content/storage/database.hpp"

namespace earshot::storage {

// Several statements at once, no parameters: pragmas and migrations. Throws the library's error.
void run_script(soci::session& session, std::string_view sql);

enum class Migrate {
    fresh,     // an empty file, to be filled
    existing,  // whatever it lacks
    nothing,   // a file that lacks something is refused
};
// Checks that the file is whole and one of ours, then runs the missing migrations, each in one transaction with its row in
// schema_migrations. Throws DatabaseError.
void migrate(soci::session& session, const std::filesystem::path& file, std::span<const Migration> migrations, Migrate what);

}  // namespace earshot::storage
