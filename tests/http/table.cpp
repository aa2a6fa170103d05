#include "tests/http/table.hpp"

#include <fstream>
#include <stdexcept>

#include "server/streaming/list_field.hpp"

namespace earshot::tests {
namespace {

using Values = std::map<std::string, std::string>;

std::string one_byte_ranges(int count) {
    std::string text;
    for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + std::to_string(i * 200) + "-" + std::to_string(i * 200);
    return text;
}

std::size_t closing_brace(std::string_view text, std::size_t open) {
    int depth = 0;
    for (auto i = open; i < text.size(); ++i) {
        if (text[i] == '{') ++depth;
        if (text[i] == '}' && --depth == 0) return i;
    }
    throw std::runtime_error("an open brace");
}

char escaped(std::string_view text, std::size_t& at) {
    switch (text.at(at)) {
        case 'r':
            return '\r';
        case 'n':
            return '\n';
        case 't':
            return '\t';
        case 'v':
            return '\v';
        case '0':
            return '\0';
        case '\\':
            return '\\';
        case 'x':
            at += 2;
            return static_cast<char>(std::stoi(std::string(text.substr(at - 1, 2)), nullptr, 16));
        default:
            throw std::runtime_error("an unknown escape");
    }
}

std::string expand(std::string_view text, const Values& values) {
    std::string bytes;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\') {
            bytes += escaped(text, ++i);
        } else if (text[i] != '{') {
            bytes += text[i];
        } else {
            const auto end = closing_brace(text, i);
            const std::string inner(text.substr(i + 1, end - i - 1));
            if (const auto star = inner.find('*'); star != std::string::npos) {
                const auto piece = expand(std::string_view(inner).substr(star + 1), values);
                for (int n = std::stoi(inner); n > 0; --n) bytes += piece;
            } else if (inner.starts_with("ranges ")) {
                bytes += one_byte_ranges(std::stoi(inner.substr(7)));
            } else {
                bytes += values.at(inner);
            }
            i = end;
        }
    }
    return bytes;
}

std::vector<std::string> split_cells(std::string_view line, const Values& values) {
    std::vector<std::string> cells;
    while (true) {
        const auto bar = line.find('|');
        cells.push_back(expand(streaming::trim(line.substr(0, bar)), values));
        if (bar == std::string_view::npos) return cells;
        line.remove_prefix(bar + 1);
    }
}

}  // namespace

std::vector<TableRow> read_table(std::string_view name, Values values) {
    std::ifstream file(std::string(EARSHOT_SOURCE_DIR "/tests/http/tables/").append(name));
    std::vector<TableRow> rows;
    std::string section, line;
    while (std::getline(file, line)) try {
            if (line.empty() || line.starts_with('#')) continue;
            if (line.starts_with("== ")) {
                section = line.substr(3);
            } else if (line.starts_with("let ")) {
                const auto equals = line.find(" = ");
                values[line.substr(4, equals - 4)] = expand(line.substr(equals + 3), values);
            } else {
                auto cells = split_cells(line, values);
                auto note = cells.back();
                cells.pop_back();
                rows.push_back({section, std::move(cells), std::move(note)});
            }
        } catch (const std::exception& error) {
            throw std::runtime_error(std::string(name) + ": " + error.what() + " in: " + line);
        }
    if (rows.empty()) throw std::runtime_error("no table " + std::string(name));
    return rows;
}

}  // namespace earshot::tests
