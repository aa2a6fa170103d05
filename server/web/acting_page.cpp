// From listening to acting: downloads, calls to action that were followed, and the totals that staff load. Small figures never reach this
// file. (The CSV is the API's.)

#include <fmt/format.h>

#include <algorithm>

#include "server/web/figure_words.hpp"
#include "server/web/handlers.hpp"
#include "server/web/multipart.hpp"
#include "server/web/page.hpp"
#include "server/web/session.hpp"
#include "server/web/statistics_frame.hpp"
#include "server/web/statistics_query.hpp"
#include "server/web/strips.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using Statistics = analytics::Statistics;
using Links = std::vector<analytics::Follows::Link>;
using Totals = std::vector<analytics::DailyTotals::Series>;

struct Beside {
    model::Show show;
    std::vector<Statistics::DayRow> downloads;
    std::vector<bool> partial;  // by day: an episode's downloads of it are too few to be shown
    Links links;
    Totals totals;
};

void read_downloads(Context& context, const Selection& selection, Beside& beside) {
    for (const auto& report : context.statistics.report(query_of(selection))) {
        auto& sums = beside.downloads;
        if (sums.empty()) sums.resize(report.days.size());
        beside.partial.resize(sums.size());
        for (std::size_t day = 0; day < sums.size(); ++day) {
            const auto& figure = report.days[day].downloads;
            sums[day].day = report.days[day].day;
            if (!figure.value) beside.partial[day] = true;
            // Hidden as long as nothing that is shown goes into it.
            if (!figure.value && sums[day].downloads.value == 0) sums[day].downloads.value.reset();
            if (figure.value.value_or(0) > 0) sums[day].downloads.value = sums[day].downloads.value.value_or(0) + *figure.value;
        }
    }
}

// A link's own words; links that the show has no longer are told by their address.
std::string label_of(const model::Show& show, const std::string& link) {
    const auto action = std::ranges::find(show.actions, link, &model::CallToAction::href);
    return action == show.actions.end() ? link : action->label;
}

std::vector<std::string> links_of(const model::Show& show) {
    std::vector<std::string> links;
    for (const auto& action : show.actions) links.push_back(action.href);
    return links;
}

std::vector<StripDay> strip_of_totals(const analytics::DailyTotals::Series& series, const std::vector<Statistics::DayRow>& rows) {
    std::vector<StripDay> days;
    for (const auto& row : rows) {
        const auto found = series.days.find(row.day);
        days.push_back({.day = row.day, .value = found == series.days.end() ? std::nullopt : std::optional(found->second)});
    }
    return days;
}

void put_strips(Values& values, const Beside& beside, const Selection& selection, unsigned fewest) {
    auto& strips = values.add("STRIPS").set("PERIOD", period_words(selection.first_day, selection.last_day));
    auto downloads = strip_of(beside.downloads, selection.first_running);
    for (std::size_t day = 0; day < downloads.size(); ++day) downloads[day].is_partial = beside.partial[day];
    const auto few = few_words(fewest);
    const auto put = [&](const std::string& title, std::size_t colour, const std::vector<StripDay>& days, const FewWords& words) {
        put_strip(strips, title, colour, days, words, selection.today);
    };
    put("Downloads", 1, downloads, few_words(fewest, selection.episodes.size() > 1));
    for (const auto& link : beside.links)
        put("Followed: " + label_of(beside.show, link.link), 2, strip_of(link.days, selection.first_running), few);
    for (const auto& series : beside.totals) put(series.name, 3, strip_of_totals(series, beside.downloads), few);
}

void put_figure(Values& row, const Statistics::Figure& figure, const FewWords& few) {
    auto& cell = row.add("CELL").set("VALUE", figure.value ? grouped(*figure.value) : few.of_day);
    if (!figure.value) cell.show("FEW");
    if (figure.value == 0) cell.show("NONE");
}

// Newest day first.
void put_day_table(Values& values, const Beside& beside, unsigned fewest, bool several) {
    const auto few = few_words(fewest), few_downloads = few_words(fewest, several);
    auto& table = values.add("DAYS");
    table.add("HEAD").set("TITLE", "Downloads");
    for (const auto& link : beside.links) table.add("HEAD").set("TITLE", "Followed: " + label_of(beside.show, link.link));
    for (const auto& series : beside.totals) table.add("HEAD").set("TITLE", series.name);
    for (std::size_t day = beside.downloads.size(); day-- > 0;) {
        const auto& name = beside.downloads[day].day;
        auto& row = table.add("ROW").set("DAY", name);
        put_figure(row, beside.downloads[day].downloads, few_downloads);
        for (const auto& link : beside.links) put_figure(row, link.days[day].downloads, few);
        for (const auto& series : beside.totals) {
            const auto found = series.days.find(name);
            auto& cell = row.add("CELL").set("VALUE", found == series.days.end() ? "–" : grouped(found->second));
            if (found == series.days.end()) cell.show("NONE");
        }
    }
}

std::string episode_name(const Selection& selection, const std::string& id) {
    if (id.empty()) return "On the show’s other pages";
    if (id == "other") return "Others, each too small to be shown";
    const auto found = std::ranges::find(selection.episodes, id, [](const auto& episode) { return episode.id.value; });
    return found == selection.episodes.end() ? "An episode that is gone" : found->title;
}

std::string place_name(const std::string& place) {
    if (place == "band") return "The band at the top of the page";
    if (place == "notes") return "The episode’s notes";
    if (place == "chapters") return "The list of chapters";
    return "Others, each too small to be shown";
}

void put_link(Values& values, const Beside& beside, const Selection& selection, const analytics::Follows::Link& link, unsigned fewest) {
    auto& item = values.add("LINK");
    item.set("LABEL", label_of(beside.show, link.link)).set("HREF", link.link);
    item.set("VALUE", sum_words(strip_of(link.days, selection.first_running), few_words(fewest), selection.today));
    if (link.episodes.empty()) {
        item.show("NO_PARTS");
        return;
    }
    auto& parts = item.add("PARTS");
    for (const auto& [episode, figure] : link.episodes)
        parts.add("PART").set("NAME", episode_name(selection, episode)).set("VALUE", shown(figure, fewest));
    for (const auto& [place, figure] : link.places) parts.add("PLACE").set("NAME", place_name(place)).set("VALUE", shown(figure, fewest));
}

Selection select_one_show(Context& context, const http::Request& request) {
    auto selection = select_all(context, request);
    if (!selection.show.empty() || selection.shows.empty()) return selection;
    selection.show = selection.shows.front().slug;
    std::erase_if(selection.episodes, [&](const auto& episode) { return episode.show != selection.shows.front().id; });
    return selection;
}

Beside read_beside(Context& context, const Selection& selection) {
    const auto show = std::ranges::find(selection.shows, selection.show, &model::Show::slug);
    Beside beside{.show = *show};
    read_downloads(context, selection, beside);
    const auto& id = beside.show.id.value;
    beside.links = context.follows.report(id, links_of(*show), selection.first_day, selection.last_day);
    beside.totals = context.totals.list(id, selection.first_day, selection.last_day);
    return beside;
}

void put_acting_filter(Values& values, const Selection& selection) {
    values.set("FROM", selection.first_day)
        .set("TO", selection.last_day)
        .set("SHOW_SLUG", selection.show)
        .maybe("PROBLEM", selection.problem)
        .maybe("WITH_TODAY", with_today("/statistics/acting", selection));
    values.set("CSV", fmt::format("/api/v1/statistics/shows/{}/acting.csv?from={}&to={}", selection.show, selection.first_day,
                                  selection.last_day));
    for (const auto& show : selection.shows) {
        auto& option = values.add("SHOW").set("SLUG", show.slug).set("TITLE", show.title);
        if (show.slug == selection.show) option.show("CHOSEN");
    }
}

std::string render_acting(Context& context, const http::Request& request, const model::Identity& identity, std::string_view pasted,
                          const model::Status& loading) {
    const auto fewest = context.settings.statistics.suppress_below;
    const auto selection = select_one_show(context, request);
    context.audit.add_look(identity.name, address_of("/statistics/acting", selection));
    Page page{.title = "From listening to acting", .main = "acting.html"};
    put_acting_filter(page.values, selection);
    if (selection.show.empty()) {
        page.values.show("NOTHING");
    } else {
        const auto beside = read_beside(context, selection);
        auto& body = page.values.add("BODY");
        body.set("SHOW_TITLE", beside.show.title).set("SHOW_SLUG", selection.show).set("CSRF", identity.csrf_token);
        body.set("PASTED", std::string(pasted));
        if (!loading) {
            auto& wrong = body.add("WRONG_TABLE");
            for (std::string_view rest = loading.error().message; !rest.empty();) {
                const auto end = std::min(rest.find('\n'), rest.size());
                wrong.add("SENTENCE").set("SENTENCE", std::string(rest.substr(0, end)));
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        }
        if (const auto loaded = request.query_value("loaded"); loaded && loaded->size() < 12)
            body.add("LOADED").set("DAYS", std::string(*loaded));
        if (fewest > 1) body.add("SMALL_NUMBERS").set("FEW", fmt::format("fewer than {}", fewest)).set("STEP", fewest);
        if (beside.downloads.empty()) {
            body.show("NOT_PUBLISHED");
        } else {
            put_strips(body, beside, selection, fewest);
            put_day_table(body, beside, fewest, selection.episodes.size() > 1);
        }
        for (const auto& link : beside.links) put_link(body, beside, selection, link, fewest);
    }
    put_tabs(page.values, "/statistics/acting");
    return render_staff(context, identity, "/statistics", std::move(page));
}

// The form's fields, whichever way they were sent.
model::Result<std::vector<http::Field>> read_sent_form(const http::Request& request) {
    const auto type = request.field("Content-Type").value_or("");
    return type.starts_with("multipart/form-data") ? parse_multipart(type, request.body) : http::parse_form(request.body);
}

}  // namespace

http::Answer acting(Context& context, const http::Request& request) {
    return staff_reply(200, render_acting(context, request, request.identity.value_or(model::Identity{}), {}, {}));
}

// The row is open to anyone; who may is settled here, where the form can be read.
http::Answer load_totals(Context& context, const http::Request& request) {
    const auto form = read_sent_form(request);
    if (!form) return error_page(context, request, 400, "This form cannot be read", form.error().message);
    const auto sender = form_sender(context, request, form_value(*form, "csrf_token"));
    if (!sender) return error_page(context, request, 403, "Nothing was loaded", sender.error().message);
    if (!*sender) return http::redirect("/sign-in?next=%2Fstatistics%2Facting");
    if ((*sender)->role == model::Role::producer)
        return error_page(context, request, 403, "Nothing was loaded", "Only analysts and admins may load totals.");
    const auto slug = form_value(*form, "show");
    const auto show = find_launched_show(context, slug);
    if (!show) return error_page(context, request, 404, "Nothing was loaded", "There is no such show.");

    auto csv = form_value(*form, "file");
    if (csv.empty()) csv = form_value(*form, "table");
    const auto table = analytics::parse_totals(csv, context.clock());
    // First the note: a change that no row tells of must not come about.
    if (table) context.audit.add((*sender)->name, "totals.load", fmt::format("{} {}/{}", slug, table->first_day(), table->last_day()));
    const auto loaded = table ? context.totals.load(show->id.value, *table) : std::unexpected(table.error());
    if (!loaded) {
        auto again = request;
        again.query = {{"show", slug}};
        return staff_reply(400, render_acting(context, again, **sender, csv, loaded));
    }
    return http::redirect(fmt::format("/statistics/acting?show={}&loaded={}", slug, table->days.size()));
}

}  // namespace earshot::web
