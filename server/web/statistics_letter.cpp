#include "server/web/statistics_letter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "server/analytics/count.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/handlers.hpp"
#include "server/web/statistics_frame.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

constexpr std::size_t most_episodes = 10;

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

void put_episodes(LetterText& text, const Overview& all) {
    text.heading("Episodes, most downloads first");
    const auto& table = all.table("episodes");
    for (const auto& row : table.rows) {
        if (&row - table.rows.data() == static_cast<std::ptrdiff_t>(most_episodes)) break;
        text.line("- {}: {}, {} before{}", row[0].text, row[1].text, row[3].text, row[4].text.empty() ? "" : " (" + row[4].text + ")");
    }
    if (table.rows.size() > most_episodes) text.line("and {} more.", table.rows.size() - most_episodes);
}

void put_annotations(LetterText& text, const Overview& all) {
    if (all.annotations.empty()) return;
    text.heading("What you know of these days");
    for (const auto& annotation : all.annotations) text.line("- {}: {}", full_day(annotation.day), annotation.words);
}

void put_acting(Context& context, LetterText& text, const Selection& selection, unsigned fewest) {
    const auto show = std::ranges::find(selection.shows, selection.show, &model::Show::slug);
    if (show == selection.shows.end()) return;
    std::vector<std::string> links;
    for (const auto& action : show->actions) links.push_back(action.href);
    const auto followed = context.follows.report(show->id.value, links, selection.first_day, selection.last_day);
    if (!followed.empty()) text.heading("Calls to action followed on our own pages");
    for (const auto& link : followed) {
        const auto action = std::ranges::find(show->actions, link.link, &model::CallToAction::href);
        text.line("- {}: {}{}", action == show->actions.end() ? link.link : action->label,
                  link.total_is_partial && link.total.value ? "at least " : "", shown(link.total, fewest));
    }
    auto totals = context.totals.list(show->id.value, selection.first_day, selection.last_day);
    std::erase_if(totals, [](const auto& series) { return series.days.empty(); });
    if (!totals.empty()) text.heading("Totals that were loaded");
    for (const auto& series : totals) {
        std::uint64_t sum = 0;
        for (const auto& [day, total] : series.days) sum += total;
        text.line("- {}: {} in {}", series.name, grouped(sum), counted(series.days.size(), "day"));
    }
    if (!followed.empty() || !totals.empty())
        text.line("What rises on the same day need not have the same cause: together is not because.");
}

}  // namespace

std::string heading_of(const Selection& selection) {
    for (const auto& show : selection.shows) {
        if (show.slug == selection.show || selection.shows.size() == 1) return show.title;
    }
    return "All shows";
}

std::string period_sentence(const Overview& all, unsigned fewest) {
    const auto now = all.chosen.sum(0, all.chosen.days.size()), before = all.before.sum(0, all.before.days.size());
    auto sentence = fmt::format("{} downloads in {}", total_words(now, fewest), counted(all.chosen.days.size(), "day"));
    const auto words = change_words(now, before, fewest);
    if (words.empty()) return sentence + '.';
    const auto then = "in " + period_words(all.selection.before_first, all.selection.before_last);
    return sentence + fmt::format(", {} ({}).", compared_with(words, then), total_words(before, fewest));
}

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
    const auto fewest = context.settings.statistics.suppress_below;
    const auto all = gather_overview(context, std::move(selection));
    const auto& chosen = all.selection;
    const auto period = period_words(chosen.first_day, chosen.last_day);
    Letter letter{.subject = fmt::format("{}: {}", heading_of(chosen), period)};
    LetterText text;
    text.line("{}", letter.subject);
    text.heading(chosen.episodes.empty() ? "No episode has been published, so there is nothing to count yet."
                                         : period_sentence(all, fewest));
    if (!chosen.episodes.empty()) put_episodes(text, all);
    put_annotations(text, all);
    put_acting(context, text, chosen, fewest);
    text.heading("A download is at least a minute of audio that arrived, once a day for each listener: delivered, not heard.");
    text.line("{}", day_rule(chosen.zone, chosen.first_day, chosen.last_day));
    if (fewest > 1) text.line("Figures of a day under {} are not shown, and are in no sum.", fewest);
    text.line("How we count (method {}): {}/how-we-count", analytics::method_version, context.settings.server.public_url);
    text.line("Every figure: {}{}", context.settings.server.public_url, address_of("/statistics", chosen, true));
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
