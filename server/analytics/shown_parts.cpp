#include "server/analytics/shown_parts.hpp"

#include <algorithm>

#include "server/analytics/dimensions.hpp"
#include "server/analytics/episode_days.hpp"
#include "server/analytics/packed_counts.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::analytics::reports {

namespace {

std::size_t position(std::string_view dimension) {
    return static_cast<std::size_t>(std::ranges::find(dimensions(), dimension, &Dimension::name) - dimensions().begin());
}

std::uint32_t number_of(const KnownNames::Table& names, std::string_view dimension, std::string_view value) {
    for (std::uint32_t number = 1; number < names.size(); ++number) {
        if (names[number].dimension == position(dimension) && names[number].value == value) return number;
    }
    return UINT32_MAX;  // nobody's
}

// Only browsers say a site, and which apps are browsers is no secret. So beside these the sites must not tell how few browsers are on none
// of those that are shown, nor how few say none. So few browsers that none is on a site are as hidden among the apps as they are here.
Cells folded_sites(Cells named, std::uint64_t total, std::uint64_t browsers, std::uint32_t none, const Source& source) {
    const auto* said_none = find(named, none);
    const auto on_sites = sum(named) - (said_none != nullptr ? said_none->count : 0);
    if (on_sites > 0 && source.hides(browsers - std::min(browsers, on_sites)))
        std::erase_if(named, [&](const Cell& cell) { return cell.name == none; });
    auto shown = folded(std::move(named), total, source);
    while (true) {
        Cell* smallest = nullptr;
        auto elsewhere = browsers;
        for (auto& cell : shown) {
            if (cell.name == none || cell.name == other_name) continue;
            elsewhere -= std::min(elsewhere, cell.count);
            if (smallest == nullptr || cell.count < smallest->count) smallest = &cell;
        }
        if (!source.hides(elsewhere) || smallest == nullptr) return shown;
        const auto gone = *smallest;
        std::erase(shown, gone);
        if (auto* other = find(shown, other_name))
            other->count += gone.count;
        else
            shown.push_back({other_name, gone.count});
    }
}

}  // namespace

bool each_shown_part(const Source& source, soci::session& session, const KnownNames::Table& names,
                     const std::vector<std::string_view>& wanted, const Statistics::Query& query, Period period,
                     const std::function<void(const ShownParts&)>& what) {
    const auto none = number_of(names, "site", no_site), browser = number_of(names, "kind", "browser");
    const auto sites = position("site"), all = dimensions().size();
    std::vector<Cells> named(all);
    std::vector<std::size_t> positions;
    std::vector<bool> is_wanted(all + 1);
    for (const auto dimension : wanted) is_wanted[positions.emplace_back(position(dimension))] = true;
    bool any_hidden = false;
    ShownParts shown;
    each_packed(session, parts_of_days, list_of(query.episodes), period, [&](const PackedRow& row) {
        if (source.runs(row.at)) return;
        if (source.hides(row.downloads)) {
            any_hidden = true;
            return;
        }
        std::uint64_t browsers = 0;
        for (auto& cells : named) cells.clear();
        each_count(row.counts, [&](std::uint32_t number, std::int64_t count) {
            const auto& name = names.at(number);
            if (number == browser) browsers = static_cast<std::uint64_t>(count);
            if (name.dimension < all && is_wanted[name.dimension])
                named[name.dimension].push_back({name.shown_as, static_cast<std::uint64_t>(count)});
        });
        shown.episode = row.episode;
        shown.day = row.at;
        for (shown.dimension = 0; shown.dimension < wanted.size(); ++shown.dimension) {
            const auto dimension = positions[shown.dimension];
            auto cells = dimension < all ? named[dimension] : Cells();
            shown.cells = dimension == sites ? folded_sites(std::move(cells), row.downloads, browsers, none, source)
                                             : folded(std::move(cells), row.downloads, source);
            what(shown);
        }
    });
    return any_hidden;
}

DayTotals totals_of_value(const Source& source, soci::session& session, const Statistics::Query& query, Period period) {
    const auto names = source.names->of(session);
    const auto none = [](std::size_t episodes, Day first, Day last) {
        return DayTotals(episodes, std::vector<std::uint64_t>(static_cast<std::size_t>(last - first + 1)));
    };
    // What anybody can think of shall not take the place of what is remembered.
    if (query.only.value != other_values && number_of(*names, query.only.dimension, query.only.value) == UINT32_MAX)
        return none(query.episodes.size(), period.first, period.last);
    const auto read = [&](const std::vector<model::EpisodeId>& episodes, Day first, Day last) {
        auto result = none(episodes.size(), first, last);
        each_shown_part(source, session, *names, {query.only.dimension}, {.first_day = {}, .last_day = {}, .episodes = episodes},
                        {first, last}, [&](const ShownParts& shown) {
                            for (const auto& cell : shown.cells) {
                                if (names->at(cell.name).value == query.only.value)
                                    result[shown.episode][static_cast<std::size_t>(shown.day - first)] += cell.count;
                            }
                        });
        return result;
    };
    return SettledDays::of(source.settled, query.only.dimension + ':' + query.only.value, query.episodes, period.first, period.last, read);
}

}  // namespace earshot::analytics::reports
