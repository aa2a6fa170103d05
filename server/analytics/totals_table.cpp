// Reads a table of daily totals as spreadsheets write them: RFC 4180, with commas, semicolons or tabs.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "content/model/text.hpp"
#include "server/analytics/daily_totals.hpp"
#include "server/analytics/day.hpp"

namespace earshot::analytics {

namespace {

using model::Errc;
using model::fail;

constexpr std::size_t most_lines = 4000, most_sentences = 10, longest_name = 40;
constexpr std::uint64_t most_of_a_day = 1'000'000'000;
constexpr Day first_day_taken = 10957;  // 2000-01-01

std::string_view without_spaces(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\r')) text.remove_suffix(1);
    return text;
}

// Cells of one line; nothing when a quotation mark is never closed. A cell in quotes cannot go on in the next line: no name needs that.
std::optional<std::vector<std::string>> cells_of(std::string_view line, char separator) {
    std::vector<std::string> cells(1);
    bool quoted = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
            cells.back() += '"';
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == separator && !quoted) {
            cells.emplace_back();
        } else {
            cells.back() += c;
        }
    }
    if (quoted) return std::nullopt;
    for (auto& cell : cells) cell = std::string(without_spaces(cell));
    return cells;
}

// The first sentence that applies, or nothing.
std::optional<std::string> wrong_heading(const std::vector<std::string>& cells) {
    if (cells.front() != "day" && cells.front() != "Day" && cells.front() != "date" && cells.front() != "Date")
        return "the first column must be headed “day”.";
    if (cells.size() < 2) return "there must be a column of figures beside the day, as in “day,calls,reports”.";
    if (cells.size() - 1 > DailyTotals::most_series)
        return fmt::format("there may be at most {} columns of figures.", DailyTotals::most_series);
    for (auto cell = cells.begin() + 1; cell != cells.end(); ++cell) {
        if (cell->empty()) return "every column needs a heading.";
        if (cell->size() > longest_name || model::clean_line(*cell) != *cell)
            return fmt::format("“{}” is no heading; use up to {} plain characters.", model::clean_line(*cell), longest_name);
        if (std::find(cells.begin() + 1, cell, *cell) != cell) return fmt::format("two columns are headed “{}”.", *cell);
    }
    return std::nullopt;
}

std::optional<std::string> wrong_figure(std::string_view cell, std::string_view column) {
    if (cell.empty()) return std::nullopt;
    std::uint64_t value = 0;
    const auto end = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (end.ec != std::errc() || end.ptr != cell.data() + cell.size())
        return fmt::format("“{}” under “{}” is no whole number; write it with digits only, as in 1234.", model::clean_line(cell), column);
    if (value > most_of_a_day) return fmt::format("{} under “{}” is more than a day can have.", cell, column);
    return std::nullopt;
}

std::optional<std::string> wrong_line(const TotalsTable& table, const std::vector<std::string>& cells, Day today) {
    const auto day = parse_day(cells.front());
    if (!day) return fmt::format("“{}” is no day; write it as in 2026-11-24.", model::clean_line(cells.front()));
    if (*day > today) return fmt::format("{} is still to come.", cells.front());
    if (*day < first_day_taken) return fmt::format("{} is too long ago.", cells.front());
    if (table.days.contains(cells.front())) return fmt::format("{} is there twice.", cells.front());
    if (cells.size() != table.series.size() + 1)
        return fmt::format("there are {} cells, but {} headings.", cells.size(), table.series.size() + 1);
    for (std::size_t i = 0; i < table.series.size(); ++i) {
        if (auto sentence = wrong_figure(cells[i + 1], table.series[i])) return sentence;
    }
    return std::nullopt;
}

char separator_of(std::string_view heading) {
    for (const char c : {'\t', ';', ','}) {
        if (heading.contains(c)) return c;
    }
    return ',';
}

class Reader {
public:
    explicit Reader(Day today) : today_(today) {}

    void take(std::size_t number, std::string_view line) {
        if (table_.series.empty()) separator_ = separator_of(line);
        const auto cells = cells_of(line, separator_);
        if (!cells) return wrong(number, "a quotation mark is opened and never closed.");
        if (table_.series.empty()) return take_heading(number, *cells);
        if (auto sentence = wrong_line(table_, *cells, today_)) return wrong(number, std::move(*sentence));
        table_.days[cells->front()] = {cells->begin() + 1, cells->end()};
    }
    void wrong(std::size_t number, std::string sentence) {
        if (++mistakes_ <= most_sentences) sentences_ += fmt::format("{}Line {}: {}", sentences_.empty() ? "" : "\n", number, sentence);
    }
    [[nodiscard]] bool hopeless() const { return mistakes_ > 0 && table_.series.empty(); }

    model::Result<TotalsTable> result() && {
        if (mistakes_ > most_sentences) sentences_ += fmt::format("\nAnd {} more lines are wrong.", mistakes_ - most_sentences);
        if (mistakes_ > 0) return fail(Errc::invalid_input, sentences_);
        if (table_.days.empty())
            return fail(Errc::invalid_input,
                        "There is no day in this table. Below “day,calls,reports” each line has a day and its figures.");
        return std::move(table_);
    }

private:
    void take_heading(std::size_t number, const std::vector<std::string>& cells) {
        if (auto sentence = wrong_heading(cells)) return wrong(number, std::move(*sentence));
        table_.series.assign(cells.begin() + 1, cells.end());
    }

    Day today_;
    char separator_{','};
    TotalsTable table_;
    std::string sentences_;
    std::size_t mistakes_{};
};

}  // namespace

model::Result<TotalsTable> parse_totals(std::string_view csv, model::Timestamp now) {
    if (csv.starts_with("\xEF\xBB\xBF")) csv.remove_prefix(3);
    if (model::clean_text(csv) != csv) return fail(Errc::invalid_input, "This is no UTF-8 text. Save the table as “CSV UTF-8”.");
    Reader reader(day_of(now));
    for (std::size_t number = 1; !csv.empty() && !reader.hopeless(); ++number) {
        if (number > most_lines) return fail(Errc::invalid_input, fmt::format("A table may have at most {} lines.", most_lines));
        const auto end = std::min(csv.find('\n'), csv.size());
        if (const auto line = without_spaces(csv.substr(0, end)); !line.empty()) reader.take(number, line);
        csv.remove_prefix(std::min(end + 1, csv.size()));
    }
    return std::move(reader).result();
}

}  // namespace earshot::analytics
