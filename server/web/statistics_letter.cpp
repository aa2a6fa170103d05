#include "server/web/statistics_letter.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "server/web/handlers.hpp"
#include "server/web/statistics_report.hpp"

namespace earshot::web {
namespace {

class LetterText {
public:
    template <class... Values>
    void line(fmt::format_string<Values...> format, Values&&... values) {
        fmt::format_to(std::back_inserter(text_), format, std::forward<Values>(values)...);
        text_ += '\n';
    }
    void heading(std::string_view words) {
        text_ += '\n';
        text_ += words;
        text_ += '\n';
    }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
};

void put_marks(LetterText& text, const Report& report) {
    if (report.marks.empty()) return;
    text.heading("Notes on these days");
    for (const auto& mark : report.marks) text.line("- {}: {}", mark.day, mark.words);
    if (!report.more_marks.empty()) text.line("{}", report.more_marks);
}

void put_episodes(LetterText& text, const Table& table) {
    text.heading("Episodes, most downloads first");
    for (const auto& row : table.rows)
        text.line("- {}: {} ({} of all), {} before{}", row[0].text, row[1].text, row[2].text, row[3].text,
                  row[4].text.empty() ? "" : " (" + row[4].text + ")");
    if (!table.note.empty()) text.line("{}", table.note);
}

// Every column under its own name.
void put_ages(LetterText& text, const Table& table) {
    text.heading("At the same age");
    for (const auto& row : table.rows) {
        std::string words;
        for (std::size_t i = 1; i < row.size(); ++i)
            words += fmt::format("{}{}: {}", i == 1 ? "" : "; ", table.columns[i].name, row[i].text);
        text.line("- {}. {}", row[0].text, words);
    }
    if (!table.note.empty()) text.line("{}", table.note);
}

void put_named(LetterText& text, std::string_view heading, const std::vector<Report::Named>& lines) {
    if (lines.empty()) return;
    text.heading(heading);
    for (const auto& line : lines) text.line("- {}: {}", line.name, line.words);
}

}  // namespace

model::Result<Selection> select_for_letter(Context& context, const std::string& show, const LetterPeriod& period) {
    http::Request request;
    request.query = {
        {"from", period.first_day}, {"to", period.last_day}, {"before_from", period.before_first}, {"before_to", period.before_last}};
    if (!show.empty()) request.query.push_back({"show", show});
    auto selection = select_all(context, request);
    if (selection.show != show) return model::fail(model::Errc::not_found, fmt::format("There is no show \"{}\".", show));
    return selection;
}

Letter statistics_letter(Context& context, Selection selection) {
    const auto report = gather_report(context, std::move(selection));
    Letter letter{.subject = fmt::format("{}: {}", report.heading, report.period)};
    LetterText text;
    text.line("{}", letter.subject);
    text.heading(report.sentence);
    if (!report.running.empty()) text.line("{}", report.running);
    put_marks(text, report);
    if (!report.episodes.rows.empty()) put_episodes(text, report.episodes);
    if (!report.ages.rows.empty()) put_ages(text, report.ages);
    put_named(text, "Calls to action followed on our own pages", report.followed);
    put_named(text, "Totals that were loaded", report.loaded);
    if (!report.caution.empty()) text.line("{}", report.caution);
    text.heading("What these figures are");
    for (const auto& sentence : report.meanings) text.line("{}", sentence);
    letter.text = text.take();
    return letter;
}

http::Answer statistics_report_text(Context& context, const http::Request& request) {
    auto selection = select_all(context, request);
    if (!selection.problem.empty()) return http::text(400, selection.problem + '\n');
    context.audit.add_look(request.identity.value_or(model::Identity{}).name, address_of("/statistics/report.txt", selection, true));
    return http::text(200, statistics_letter(context, std::move(selection)).text);
}

}  // namespace earshot::web
