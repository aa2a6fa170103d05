#pragma once
// Which columns a database really has, so that they can be held against what is said about them.

#include <string>
#include <vector>

#include "content/storage/database.hpp"

namespace earshot::storage {

struct Column {
    std::string table, name;
    auto operator<=>(const Column&) const = default;
};
[[nodiscard]] std::vector<Column> columns(Database& database);  // of every table, sorted

}  // namespace earshot::storage
