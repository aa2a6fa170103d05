#include "server/web/statistics_frame.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "server/web/figure_words.hpp"

namespace earshot::web {
namespace {

struct Tab {
    std::string_view label, path;
};
constexpr Tab tabs[] = {
    {"Overview", "/statistics"},
    {"All figures", "/statistics/figures"},
    {"From listening to acting", "/statistics/acting"},
    {"Report to print", "/statistics/report"},
    {"How we count", "/statistics/method"},
};

}  // namespace

void put_tabs(Values& values, std::string_view current) {
    auto& nav = values.include("TABS", "statistics_tabs.html");
    for (const auto& tab : tabs) {
        auto& item = nav.add("TAB").set("LABEL", std::string(tab.label)).set("HREF", std::string(tab.path));
        if (tab.path == current) item.show("CURRENT");
    }
}

std::string with_today(const std::string& path, const Selection& selection) {
    if (selection.runs()) return {};
    auto longer = selection;
    longer.is_usual = false;
    longer.last_day = selection.today;
    longer.first_day = day_after(selection.today, -27);
    return address_of(path, longer);
}

void put_filter(Values& values, const Selection& selection, const std::string& path) {
    auto& form = values.include("FILTER", "statistics_filter.html");
    form.set("PATH", path).set("FROM", selection.first_day).set("TO", selection.last_day);
    form.set("BEFORE_FROM", selection.is_before_usual ? "" : selection.before_first);
    form.set("BEFORE_TO", selection.is_before_usual ? "" : selection.before_last);
    form.maybe("WITH_TODAY", with_today(path, selection));
    form.set("PINNED", address_of(path, selection, true));
    if (!selection.only.dimension.empty()) form.add("ONLY").set("BY", selection.only.dimension + ":" + selection.only.value);
    if (path == "/statistics") {
        auto whole = selection;
        whole.only = {};
        form.maybe("REPORT", address_of("/statistics/report", whole, true));
    }
    if (!selection.is_before_usual) form.show("OPENED");
    if (selection.shows.size() < 2) return;
    auto& choice = form.add("SHOWS");
    for (const auto& show : selection.shows) {
        auto& option = choice.add("SHOW").set("SLUG", show.slug).set("TITLE", show.title);
        if (show.slug == selection.show) option.show("CHOSEN");
    }
}

http::Answer statistics_reply(Context& context, const http::Request& request, std::string_view path, Page page, const std::string& address,
                              int status) {
    put_tabs(page.values, path);
    const auto identity = request.identity.value_or(model::Identity{});
    context.audit.add_look(identity.name, address);
    return staff_reply(status, render_staff(context, identity, path, std::move(page)));
}

http::Answer table_reply(Context& context, const http::Request& request, std::span<const Table> tables, const std::string& page,
                         const Selection& selection) {
    const auto& wanted = request.param("table");
    const auto found = std::ranges::find_if(tables, [&](const Table& table) { return table.id + ".csv" == wanted; });
    if (found == tables.end()) return not_found_page(context, request);
    context.audit.add(request.identity.value_or(model::Identity{}).name, "statistics.export",
                      address_of(fmt::format("{}/tables/{}", page, wanted), selection));
    http::Reply reply;
    reply.fields = {{"Content-Type", "text/csv; charset=utf-8; header=present"},
                    {"Content-Disposition", fmt::format("attachment; filename=\"{}\"", wanted)}};
    reply.body = to_csv(*found);
    return reply;
}

}  // namespace earshot::web
