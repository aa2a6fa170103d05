#pragma once
// Tables of raw bytes (tests/http/tables/*.txt): the same files are read by tests/bench/wire_table.py, so that other servers can be asked
// the same.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace earshot::tests {

struct TableRow {
    std::string section;             // of the last "== " line
    std::vector<std::string> cells;  // expanded, see ranges.txt
    std::string note;                // the last cell
};

// Names in braces come from `values` and from the table's own "let" lines. Throws with the line on anything it does not understand.
[[nodiscard]] std::vector<TableRow> read_table(std::string_view name, std::map<std::string, std::string> values = {});

}  // namespace earshot::tests
