#include "server/analytics/follows_report.hpp"

#include <algorithm>
#include <map>

#include "server/analytics/dimensions.hpp"

namespace earshot::analytics::reports {

namespace {

// Episodes and places by number; other_name for "other".
class Words {
public:
    std::uint32_t number(const std::string& word) {
        const auto at = static_cast<std::size_t>(std::ranges::find(words_, word) - words_.begin());
        if (at == words_.size()) words_.push_back(word);
        return static_cast<std::uint32_t>(at);
    }
    [[nodiscard]] const std::string& word(std::uint32_t number) const { return words_[number]; }

private:
    std::vector<std::string> words_{std::string(other_values)};
};

struct DayParts {
    std::uint64_t total{};
    Cells episodes, places;
};
using LinkDays = std::map<std::string, std::map<Day, DayParts>>;

void add(Cells& cells, const Cell& cell) {
    if (auto* known = find(cells, cell.name))
        known->count += cell.count;
    else
        cells.push_back(cell);
}

void read(soci::session& session, const std::string& show, Period period, Words& words, LinkDays& links) {
    std::string link, episode, place;
    Day day = 0;
    std::uint64_t count = 0;
    storage::Statement rows(
        session,
        "select link, hour / 24, episode, place, cast(sum(follows) as bigint) from calls_to_action join follows on call = number "
        "where show = :show and hour >= :first and hour < :past group by link, hour / 24, episode, place "
        "order by link, hour / 24, episode, place");
    rows.bind("show", show).bind("first", period.first * 24).bind("past", (period.last + 1) * 24);
    rows.into(link).into(day).into(episode).into(place).into(count);
    while (rows.next()) {
        auto& parts = links[link][day];
        parts.total += count;
        add(parts.episodes, {words.number(episode), count});
        add(parts.places, {words.number(place), count});
    }
}

void add_folded(Cells& sums, const Cells& parts, std::uint64_t total, const Source& source) {
    for (const auto& cell : folded(parts, total, source)) add(sums, cell);
}

Statistics::Breakdown most_first(const Cells& sums, const Words& words) {
    Statistics::Breakdown result;
    Statistics::Figure rest{0};
    for (const auto& [name, count] : sums) {
        if (name == other_name)
            *rest.value += count;
        else
            result.emplace_back(words.word(name), Statistics::Figure{count});
    }
    std::ranges::sort(result, {}, [](const auto& row) { return std::pair(-static_cast<std::int64_t>(*row.second.value), row.first); });
    if (*rest.value > 0) result.emplace_back(other_values, rest);
    return result;
}

Follows::Link one_link(const Source& source, const std::string& link, const std::map<Day, DayParts>& days, const Words& words,
                       Period period) {
    Follows::Link result{.link = link};
    Cells episodes, places;
    std::uint64_t sum = 0;
    for (auto day = period.first; day <= period.last; ++day) {
        const auto found = days.find(day);
        const std::uint64_t count = found == days.end() ? 0 : found->second.total;
        const bool hide = source.few(day, count);
        const auto shown = source.rounded(day, count);
        result.days.push_back({format_day(day), {hide ? std::nullopt : std::optional(shown)}});
        result.total_is_partial |= hide;
        if (hide || count == 0) continue;
        sum += shown;
        if (source.runs(day)) continue;
        add_folded(episodes, found->second.episodes, count, source);
        add_folded(places, found->second.places, count, source);
    }
    result.total.value = sum == 0 && result.total_is_partial ? std::nullopt : std::optional(sum);
    result.episodes = most_first(episodes, words);
    result.places = most_first(places, words);
    return result;
}

}  // namespace

std::vector<Follows::Link> follows(const Source& source, const std::string& show, const std::vector<std::string>& always, Period period) {
    std::vector<Follows::Link> result;
    if (period.empty()) return result;
    Words words;
    LinkDays links;
    for (const auto& link : always) links[link];
    source.database.read([&](soci::session& session) { read(session, show, period, words, links); });
    for (const auto& [link, days] : links) result.push_back(one_link(source, link, days, words, period));
    std::ranges::sort(result, {},
                      [](const auto& link) { return std::pair(-static_cast<std::int64_t>(link.total.value.value_or(0)), link.link); });
    return result;
}

}  // namespace earshot::analytics::reports
