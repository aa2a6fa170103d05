#include "server/web/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace earshot::web {
namespace {

std::string csv_cell(std::string_view text) {
    const bool plain = !text.empty() && text.size() < 19 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    if (plain) return std::string(text);
    std::string out = "\"";
    if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos) out += '\'';
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    return out + "\"";
}

// "1,240" is a number to a program, too.
std::string without_groups(std::string text) {
    const bool is_number = !text.empty() && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || c == ','; });
    if (is_number) std::erase(text, ',');
    return text;
}

void put_cell(Values& row, const Cell& cell, bool is_number) {
    auto& values = row.add("CELL");
    if (is_number) values.show("NUMBER");
    if (cell.is_quiet) values.show("QUIET");
    if (cell.bar) {
        const auto share = std::clamp(*cell.bar, 0.0, 1.0);
        values.add("BAR").set("WIDTH", fmt::format("{:.1f}", share * 100));
    }
    if (cell.href.empty())
        values.add("PLAIN").set("TEXT", cell.text);
    else
        values.add("LINK").set("TEXT", cell.text).set("HREF", cell.href);
}

}  // namespace

void put_table(Values& values, std::string name, const Table& table) {
    auto& result = values.include(std::move(name), "table.html");
    result.set("ID", table.id).set("CAPTION", table.caption).maybe("NOTE", table.note).maybe("CSV", table.csv_path);
    for (const auto& column : table.columns) {
        if (column.is_for_programs) continue;
        auto& head = result.add("HEAD").set("NAME", column.name);
        if (column.is_number) head.show("NUMBER");
    }
    for (const auto& cells : table.rows) {
        auto& row = result.add("ROW");
        auto& head = row.add("ROW_HEAD");
        if (cells.front().href.empty())
            head.add("PLAIN").set("TEXT", cells.front().text);
        else
            head.add("LINK").set("TEXT", cells.front().text).set("HREF", cells.front().href);
        for (std::size_t i = 1; i < cells.size(); ++i) {
            if (!table.columns[i].is_for_programs) put_cell(row, cells[i], table.columns[i].is_number);
        }
    }
}

std::string to_csv(const Table& table) {
    std::string csv;
    for (std::size_t i = 0; i < table.columns.size(); ++i) csv += (i > 0 ? "," : "") + csv_cell(table.columns[i].name);
    csv += "\r\n";
    for (const auto& row : table.rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            csv += (i > 0 ? "," : "") + csv_cell(row[i].csv.empty() ? without_groups(row[i].text) : row[i].csv);
        csv += "\r\n";
    }
    return csv;
}

}  // namespace earshot::web
