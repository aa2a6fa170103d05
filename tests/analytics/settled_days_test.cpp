// Days that are long over are remembered, and what is remembered never differs from what the database says.

#include "server/analytics/settled_days.hpp"
#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

using analytics::Day;
using analytics::Statistics;
using analytics::reports::DayTotals;
using analytics::reports::SettledDays;

namespace {

// A database whose figures are an episode's number and the day, and one greater with each change; says how many figures it was asked for.
struct Source {
    std::shared_ptr<SettledDays> memory{std::make_shared<SettledDays>()};
    std::uint64_t changes{};
    std::size_t read{};

    [[nodiscard]] std::uint64_t figure(const model::EpisodeId& episode, Day day) const {
        return std::stoull(episode.value) * 10'000 + static_cast<std::uint64_t>(day) + changes;
    }
    [[nodiscard]] DayTotals answer(const std::vector<model::EpisodeId>& episodes, Day first, Day last) const {
        DayTotals result;
        for (const auto& episode : episodes) {
            auto& row = result.emplace_back();
            for (auto day = first; day <= last; ++day) row.push_back(figure(episode, day));
        }
        return result;
    }
    [[nodiscard]] DayTotals ask(const std::vector<model::EpisodeId>& episodes, Day first, Day last, Day settled_before) {
        return SettledDays::of(SettledDays::begin(memory, settled_before), "", episodes, first, last,
                               [&](const std::vector<model::EpisodeId>& wanted, Day from, Day to) {
                                   read += wanted.size() * static_cast<std::size_t>(to - from + 1);
                                   return answer(wanted, from, to);
                               });
    }
};

}  // namespace

TEST_CASE("what is remembered of days is what was read, whatever is asked after what") {
    Source source;
    const std::vector<model::EpisodeId> one{{"1"}}, both{{"2"}, {"1"}}, all{{"1"}, {"2"}, {"3"}};
    const struct {
        const std::vector<model::EpisodeId>& episodes;
        Day first, last, settled_before;
        std::size_t read;
    } asked[] = {
        {one, 100, 119, 110, 20},  {one, 100, 119, 110, 10},      {one, 100, 109, 110, 0},       {both, 100, 109, 110, 10},
        {one, 95, 104, 110, 5},    {all, 95, 109, 112, 30},       {one, 108, 113, 112, 4},       {one, 60, 70, 112, 35},
        {one, 60, 113, 112, 2},    {one, 61, 111, 105, 7},        {both, 120, 125, 130, 32},     {all, 60, 129, 130, 210},
        {all, 60, 129, 130, 0},    {one, 9'000, 9'001, 9'100, 2}, {one, 9'000, 9'001, 9'100, 0}, {one, 60, 129, 130, 70},
        {one, 496, 500, 510, 371}, {one, 868, 870, 900, 3},       {one, 496, 500, 510, 5},
    };
    for (const auto& [episodes, first, last, settled_before, read] : asked) {
        CAPTURE(first, last, settled_before, episodes.size());
        source.read = 0;
        CHECK(source.ask(episodes, first, last, settled_before) == source.answer(episodes, first, last));
        CHECK(source.read == read);
    }
}

TEST_CASE("a change of settled days ends what was remembered, also for who began to read before it") {
    Source source;
    const std::vector<model::EpisodeId> one{{"1"}};
    (void)source.ask(one, 100, 109, 110);
    const auto before = SettledDays::begin(source.memory, 110);
    const auto old = source.answer(one, 90, 109);
    ++source.changes;
    source.memory->changed(110);  // not one of them
    CHECK(source.ask(one, 100, 109, 110) != source.answer(one, 100, 109));
    source.memory->changed(105);
    CHECK(source.ask(one, 100, 109, 110) == source.answer(one, 100, 109));
    const auto late = [&](const std::vector<model::EpisodeId>&, Day, Day) { return old; };
    CHECK(SettledDays::of(before, "", one, 90, 109, late) == old);
    CHECK(source.ask(one, 90, 109, 110) == source.answer(one, 90, 109));
}

TEST_CASE("what a day counts after it was shown as over is shown as well") {
    Room room({.suppress_below = 2});
    const auto listen = [&](const char* time, int listeners) {
        room.set_clock(time);
        for (int i = 0; i < listeners; ++i) room.statistics().submit(room.download("e1", time, "AntennaPod/3.5.0"));
        room.statistics().flush();
    };
    const auto shown = [&](Statistics::Query::Only only) {
        room.set_clock("2026-11-24T12:00:00Z");
        const Statistics::Query query{"2026-11-19", "2026-11-24", {{"e1"}}, only};
        const auto grid = room.statistics().grid(query);
        CHECK(room.statistics().report(query).front().total.value == grid.sum(0, 6).shown);
        CHECK(room.statistics().grid(query).episodes == grid.episodes);
        return grid.sum(0, 6).shown;
    };
    listen("2026-11-20T10:00:00Z", 5);
    CHECK(shown({}) == 5);
    CHECK(shown({"app", "AntennaPod"}) == 5);
    listen("2026-11-20T11:00:00Z", 2);  // the clock was ahead
    CHECK(shown({}) == 7);
    CHECK(shown({"app", "AntennaPod"}) == 7);
}

TEST_CASE("the days of an episode, asked for at once, say what each says alone") {
    Room room({.suppress_below = 10});
    const auto listen = [&](const char* time, const char* agent, int listeners) {
        room.set_clock(time);
        for (int i = 0; i < listeners; ++i) room.statistics().submit(room.download("e1", time, agent));
        room.statistics().flush();
    };
    listen("2026-11-18T10:00:00Z", "AntennaPod/3.5.0", 23);
    listen("2026-11-18T11:00:00Z", "Overcast/3.0", 12);
    listen("2026-11-18T12:00:00Z", "Castro 2024", 4);
    listen("2026-11-20T10:00:00Z", "AntennaPod/3.5.0", 6);
    listen("2026-11-22T10:00:00Z", "AntennaPod/3.5.0", 31);
    const model::EpisodeId episode{"e1"};
    const std::vector<std::string_view> dimensions{"app", "device", "site"};
    auto& statistics = room.statistics();
    for (const auto* now : {"2026-11-22T11:00:00Z", "2026-11-24T11:00:00Z"}) {
        room.set_clock(now);
        CAPTURE(now);
        std::size_t told = 0;
        const auto days = statistics.details(episode, "2026-11-16", "2026-11-23", dimensions);
        const auto reports = statistics.report({"2026-11-16", "2026-11-23", {episode}});
        for (const auto& day : reports.front().days) {
            CAPTURE(day.day);
            const Statistics::Query alone{day.day, day.day, {episode}};
            const auto tally = statistics.tallies(alone).all;
            if (told == days.size() || days[told].day != day.day) {
                CHECK(day.downloads.value == 0);
                CHECK(tally.requests.value == 0);
                continue;
            }
            const auto& details = days[told++];
            CHECK(details.downloads == day.downloads);
            CHECK(details.requests.reasons == tally.reasons);
            CHECK(details.requests.requests == tally.requests);
            CHECK(details.requests.is_partial == tally.is_partial);
            if (day.downloads.value) CHECK(details.breakdowns == statistics.breakdowns(dimensions, alone));
        }
        CHECK(told == days.size());
    }
}

}  // namespace earshot::tests
