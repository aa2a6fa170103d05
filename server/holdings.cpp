#include "server/holdings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace earshot::app {

namespace {

std::vector<std::string_view> words(std::string_view text) {
    std::vector<std::string_view> result;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) result.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
}

// `#` takes one digit or more, `*` anything but a folder.
bool fits(std::string_view pattern, std::string_view name) {
    if (pattern.empty()) return name.empty();
    const char first = pattern.front();
    if (first != '*' && first != '#') return !name.empty() && name.front() == first && fits(pattern.substr(1), name.substr(1));
    for (std::size_t taken = 1; taken <= name.size(); ++taken) {
        const char c = name[taken - 1];
        if (first == '#' ? !is_hex(c) : c == '/') return false;
        if (fits(pattern.substr(1), name.substr(taken))) return true;
    }
    return false;
}

std::string in_columns(const ColumnsHeld& held, std::string_view between) {
    std::string names;
    for (const auto& name : words(held.columns)) names += (names.empty() ? "" : std::string(between)) + std::string(name);
    return names;
}

std::string paragraph(std::string_view heading, std::string_view place, const Explanation& is) {
    return fmt::format("{}\n    {}{}about {}: {}\n    why    {}\n    until  {}\n", heading, place, place.empty() ? "" : "\n    ",
                       to_string(is.about), is.what, is.why, is.until);
}

std::string row(std::string_view place, const Explanation& is) {
    return fmt::format("| {} | {} | {} | {} | {} |\n", place, to_string(is.about), is.what, is.why, is.until);
}

std::string table_head(std::string_view place) {
    return fmt::format("| {} | speaks of | what | why | until |\n| --- | --- | --- | --- | --- |\n", place);
}

}  // namespace

std::string_view to_string(About about) noexcept {
    switch (about) {
        case About::nobody:
            return "nobody";
        case About::everybody:
            return "all listeners together";
        case About::listeners:
            return "a listener";
        case About::staff:
            return "staff";
        case About::contributors:
            return "contributors";
    }
    return "";
}

std::vector<std::string> unexplained(std::string_view database, std::span<const storage::Column> columns) {
    std::map<storage::Column, int> left;  // 1: there, and not explained yet
    for (const auto& column : columns) left[column] = 1;
    std::vector<std::string> findings;
    for (const auto& held : columns_held()) {
        if (held.database != database) continue;
        for (const auto& name : words(held.columns)) {
            const auto found = left.find({std::string(held.table), std::string(name)});
            if (found == left.end())
                findings.push_back(fmt::format("{}: {}.{} is explained, but there is no such column.", database, held.table, name));
            else if (--found->second < 0)
                findings.push_back(fmt::format("{}: {}.{} is explained twice.", database, held.table, name));
        }
    }
    for (const auto& [column, times] : left) {
        if (times > 0)
            findings.push_back(
                fmt::format("{}: {}.{} is not explained in server/holdings_columns.cpp.", database, column.table, column.name));
    }
    return findings;
}

bool is_explained(std::string_view folder, std::string_view file) {
    return std::ranges::any_of(files_held(), [&](const auto& held) { return held.folder == folder && fits(held.pattern, file); });
}

std::string holdings_as_text() {
    std::string text;
    for (const auto& held : columns_held())
        text += paragraph(fmt::format("{}: {}", held.database, held.table), in_columns(held, " "), held.is);
    for (const auto& held : files_held()) text += paragraph(fmt::format("{} folder: {}", held.folder, held.pattern), "", held.is);
    for (const auto& held : memory_held()) text += paragraph(fmt::format("memory: {}", held.place), "", held.is);
    return text;
}

std::string holdings_as_markdown() {
    std::string text;
    for (std::string_view database : {"catalogue.db", "statistics.db"}) {
        text += fmt::format("### `{}`\n\n{}", database, table_head("columns"));
        for (const auto& held : columns_held())
            if (held.database == database) text += row(fmt::format("**{}**: {}", held.table, in_columns(held, ", ")), held.is);
        text += "\n";
    }
    text += "### Files\n\n" + table_head("file");
    for (const auto& held : files_held()) text += row(fmt::format("{}: `{}`", held.folder, held.pattern), held.is);
    text += "\n### Memory alone\n\n" + table_head("place");
    for (const auto& held : memory_held()) text += row(held.place, held.is);
    return text;
}

}  // namespace earshot::app
