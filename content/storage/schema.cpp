#include "content/storage/schema.hpp"

#include <algorithm>

#include "content/storage/statement.hpp"

namespace earshot::storage {

std::vector<Column> columns(Database& database) {
    std::vector<Column> result;
    database.read([&](soci::session& session) {
        Column column;
        Statement rows(session,
                       "select tables.name, columns.name from sqlite_master tables, pragma_table_info(tables.name) columns "
                       "where tables.type = 'table' and tables.name not like 'sqlite\\_%' escape '\\'");
        rows.into(column.table).into(column.name);
        while (rows.next()) result.push_back(column);
    });
    std::ranges::sort(result);
    return result;
}

}  // namespace earshot::storage
