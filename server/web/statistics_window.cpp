#include "server/web/statistics_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "server/web/figure_words.hpp"

namespace earshot::web {
namespace {

constexpr std::size_t most_figures = 3000, fewest_episodes = 6, most_episodes = 60;

std::size_t room_for(const Selection& selection) {
    const auto days = static_cast<std::size_t>(days_between(selection.first_day, selection.last_day)) + 1;
    return std::clamp(most_figures / days, fewest_episodes, most_episodes);
}

std::size_t last_shown(const http::Request& request, std::size_t all) {
    const auto text = request.query_value("upto").value_or("");
    std::size_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_one = read.ec == std::errc{} && read.ptr == text.data() + text.size();
    return is_one && number > 0 && number < all ? number : all;
}

}  // namespace

void narrow(Selection& selection, Values& values, const http::Request& request, const std::string& path) {
    const auto all = selection.episodes.size(), room = room_for(selection);
    if (all <= room) return;
    const auto shown = last_shown(request, all);
    const auto first_shown = shown - std::min(room, shown);
    const auto link = [&](std::size_t last) { return fmt::format("{}&upto={}", address_of(path, selection, true), last); };
    auto& window = values.add("WINDOW").set("ALL", all).set("SHOWN_FIRST", first_shown + 1).set("SHOWN_LAST", shown);
    if (shown < all) window.add("NEWER").set("HREF", link(std::min(shown + room, all)));
    if (first_shown > 0) window.add("OLDER").set("HREF", link(first_shown));
    for (auto past = shown + (all - shown + room - 1) / room * room;; past -= room) {
        const auto last = std::min(past, all), first = last > room ? last - room + 1 : 1;
        auto& part = window.add("PART").set("FIRST", first).set("LAST", last);
        part.set("HREF", link(last));
        if (last == shown) part.show("CURRENT");
        if (first == 1) break;
    }
    const auto begin = selection.episodes.begin();
    selection.episodes = {begin + static_cast<std::ptrdiff_t>(first_shown), begin + static_cast<std::ptrdiff_t>(shown)};
}

}  // namespace earshot::web
