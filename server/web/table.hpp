#pragma once
// A table of figures, once for the page and once as CSV: both say the same.

#include <optional>
#include <string>
#include <vector>

#include "server/web/values.hpp"

namespace earshot::web {

struct Cell {
    std::string text;
    std::string href;           // the text leads there
    std::optional<double> bar;  // 0 to 1, drawn behind it
    std::string csv;            // instead of the text, where a program reads it
    bool is_quiet{};            // hidden, or nothing
};

struct Table {
    struct Column {
        std::string name;
        bool is_number{};
        bool is_for_programs{};  // in the CSV only
    };
    std::string id, caption;  // names its address and the section
    std::vector<Column> columns;
    std::vector<std::vector<Cell>> rows;  // the first cell is the row's head
    std::string note;
    std::string csv_path;  // where the same can be had; empty: nowhere
};

// Fills {{>NAME}} with templates/table.html.
void put_table(Values& values, std::string name, const Table& table);

// RFC 4180, a line for the columns' names first, nothing that a spreadsheet would run as a formula.
[[nodiscard]] std::string to_csv(const Table& table);

}  // namespace earshot::web
