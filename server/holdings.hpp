#pragma once
// What an installation holds and why: the one table behind `earshot privacy report` and docs/privacy.md. Tests compare it with the real
// schema, the real files, the headers that declare what is in memory, and that page. Who adds a column, a file or such a member explains
// it in holdings_columns.cpp or holdings_places.cpp, then runs `./dev golden`.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/storage/schema.hpp"

namespace earshot::app {

// Whom it speaks of.
enum class About {
    nobody,        // the programme and the machine
    everybody,     // listeners, as sums that nobody is in
    listeners,     // one listener; gone with the day or the connection
    staff,         // people with an account here
    contributors,  // people named in a programme, who know that they are
};
[[nodiscard]] std::string_view to_string(About about) noexcept;

struct Explanation {
    About about;
    std::string_view what, why, until;
};

// Columns of one table that are explained together; several rows may share a table.
struct ColumnsHeld {
    std::string_view database, table, columns;  // columns: names with spaces between them
    Explanation is;
};
[[nodiscard]] std::span<const ColumnsHeld> columns_held();

// Files whose path below a folder fits the pattern: * is any part of a name, # one hex digit or more.
struct FilesHeld {
    std::string_view folder, pattern;  // folder: "data" or "runtime"
    Explanation is;
};
[[nodiscard]] std::span<const FilesHeld> files_held();

// What is only ever in the process's memory.
struct MemoryHeld {
    std::string_view place, sources;  // sources: the files that declare it, with spaces between them
    Explanation is;
};
[[nodiscard]] std::span<const MemoryHeld> memory_held();

// Sentences for what is there and not explained, or explained (also twice) and not there. Empty: all is well.
[[nodiscard]] std::vector<std::string> unexplained(std::string_view database, std::span<const storage::Column> columns);
[[nodiscard]] bool is_explained(std::string_view folder, std::string_view file);  // its path below that folder

[[nodiscard]] std::string holdings_as_text();
[[nodiscard]] std::string holdings_as_markdown();  // what docs/privacy.md has between its marks

}  // namespace earshot::app
