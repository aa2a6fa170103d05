// Every request is in exactly one cell of the tally (episode, hour, reason), and what is shown of the tally gives no small cell away.

#include <random>

#include "content/storage/statement.hpp"
#include "tests/analytics/room.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

namespace {

using analytics::Statistics;
using Cell = std::pair<int, std::string>;  // hour, reason
using Cells = std::map<Cell, std::uint64_t>;

const Statistics::Query one_day(const std::string& episode) {
    return {"2026-11-23", "2026-11-23", {{episode}}};
}

Cells shown_cells(Statistics& statistics, const Statistics::Query& query) {
    Cells result;
    const auto hours = statistics.tallies(query).by_hour;
    for (std::size_t hour = 0; hour < hours.size(); ++hour) {
        for (const auto& [reason, figure] : hours[hour].reasons) {
            if (figure.value.value_or(0) > 0) result[{static_cast<int>(hour), reason}] = *figure.value;
        }
    }
    return result;
}

// Requests of listeners that nobody else is, so that what becomes of one is plain: what it is by itself, or where its minute is complete.
class Script {
public:
    explicit Script(unsigned seed) : random_(seed) {}

    void request(std::multimap<model::Timestamp, model::Delivery>& out, std::map<std::string, Cells>& expected) {
        model::Delivery delivery{.episode = {"e" + std::to_string(below(3))}, .profile = "mp3"};
        delivery.address = "10.1." + std::to_string(next_ >> 8) + "." + std::to_string(next_ & 255);
        ++next_;
        delivery.user_agent = "AntennaPod/3.1.2";
        delivery.method = "GET";
        delivery.status = 206;
        delivery.file = {10'000, 100, 1'000};
        auto& cells = expected[delivery.episode.value];
        auto minute = static_cast<int>(below(20 * 60));
        const auto at = [&] { delivery.time = *model::parse_rfc3339("2026-11-23T00:00:00Z") + std::chrono::minutes(minute); };
        at();
        const std::string plain = plain_reason(delivery);
        if (!plain.empty()) {
            ++cells[{minute / 60, plain}];
            out.emplace(delivery.time, delivery);
            return;
        }
        Cell cell{minute / 60, "under_a_minute"};
        std::uint64_t arrived = 0;
        for (auto fragments = 1 + below(6); fragments > 0; --fragments) {
            const auto begin = 100 + arrived, length = below(500);
            delivery.acknowledged = {{begin, begin + length}};
            arrived += length;
            if (arrived >= 1'000 && cell.second != "counted") cell = {minute / 60, "counted"};
            out.emplace(delivery.time, delivery);
            delivery.requests = 0;
            minute += static_cast<int>(below(40));
            at();
        }
        ++cells[cell];
        if (cell.second != "counted") return;
        delivery.requests = 1 + static_cast<std::uint32_t>(below(3));  // several at once, all of them repeats
        delivery.acknowledged.assign(delivery.requests, {100, 200});
        out.emplace(delivery.time, delivery);
        cells[{minute / 60, "repeat"}] += delivery.requests;
    }

private:
    std::uint64_t below(std::uint64_t end) { return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random_); }
    std::string plain_reason(model::Delivery& delivery) {
        switch (below(16)) {
            case 0:
                return delivery.opted_out = true, "opted_out";
            case 1:
                return delivery.preview = true, "preview";
            case 2:
                return delivery.method = "HEAD", "head";
            case 3:
                return delivery.status = 416, "error";
            case 4:
                return delivery.status = 410, "withdrawn";
            case 5:
                return delivery.range = "bytes=0-1", "probe";
            case 6:
                return delivery.user_agent = "Googlebot/2.1", "bot";
            case 7:
                return delivery.address = "54.72.1.1", "bot";
            default:
                return "";
        }
    }
    std::mt19937 random_;
    int next_{};
};

}  // namespace

TEST_CASE("every request is in one cell of the tally, whatever was restarted in between") {
    const auto seed = std::random_device{}();
    INFO("seed " << seed);
    std::mt19937 random(seed);
    for (int round = 0; round < 6; ++round) {
        Script script(random());
        std::multimap<model::Timestamp, model::Delivery> deliveries;
        std::map<std::string, Cells> expected;
        for (int i = 0; i < 2'000; ++i) script.request(deliveries, expected);
        std::uint64_t requests = 0;
        Room room({.commit_every = std::chrono::milliseconds(2), .long_journal = random() % 2 == 0 ? 20'000U : 64U << 20});
        room.set_clock("2026-11-23T23:59:00Z");
        for (auto& [time, delivery] : deliveries) {
            requests += delivery.requests;
            room.statistics().submit(std::move(delivery));
            if (random() % 1'000 == 0) room.restart();
        }
        room.statistics().flush();
        std::uint64_t tallied = 0;
        for (const auto& [episode, cells] : expected) {
            CHECK(shown_cells(room.statistics(), one_day(episode)) == cells);
            for (const auto& [cell, count] : cells) tallied += count;
        }
        CHECK(tallied == requests);
        CHECK(room.statistics().tallies({"2026-11-23", "2026-11-23", {{"e0"}, {"e1"}, {"e2"}}}).all.requests.value == requests);
    }
}

TEST_CASE("beside a day's figures no hour's small one can be computed") {
    std::mt19937 random(std::random_device{}());
    const auto below = [&random](std::uint64_t end) { return std::uniform_int_distribution<std::uint64_t>(0, end - 1)(random); };
    for (int round = 0; round < 40; ++round) {
        Room room({.suppress_below = 10});
        room.set_clock("2026-11-23T23:59:00Z");
        for (int cell = 0; cell < 12; ++cell) {
            auto delivery = room.download("e" + std::to_string(below(2)), "2026-11-23T00:00:00Z", "AntennaPod/3.1.2");
            delivery.method = below(2) == 0 ? "HEAD" : "POST";
            delivery.time += std::chrono::hours(below(5));
            for (auto requests = below(4) == 0 ? below(40) : below(9); requests > 0; --requests)
                room.statistics().submit(model::Delivery(delivery));
        }
        room.statistics().flush();
        const Statistics::Query both{"2026-11-23", "2026-11-23", {{"e0"}, {"e1"}}};
        room.set_clock("2026-11-24T00:11:00Z");
        const auto tallies = room.statistics().tallies(both);
        for (const auto& [reason, figure] : tallies.all.reasons) {
            std::uint64_t sum = 0;
            for (std::size_t episode = 0; episode < 2; ++episode) {
                const auto day = tallies.by_episode[episode].reasons.at(reason).value;
                sum += day.value_or(0);
                std::uint64_t shown = 0;
                for (const auto& [cell, count] : shown_cells(room.statistics(), one_day("e" + std::to_string(episode)))) {
                    if (cell.second != reason) continue;
                    CHECK(count >= 10);
                    shown += count;
                }
                CHECK(shown <= day.value_or(0));
                const auto left = day.value_or(shown) - shown;
                CHECK((left == 0 || left >= 10));
            }
            CHECK(figure.value.value_or(0) == sum);
        }
    }
}

TEST_CASE("who asks again and again sees no single listener of a running day come") {
    Room room({.suppress_below = 10});
    room.set_clock("2026-11-23T20:00:00Z");
    const Statistics::Query today{"2026-11-22", "2026-11-23", {{"e1"}}};
    using Told = std::vector<std::optional<std::uint64_t>>;  // also which figures are hidden
    const auto figures = [&] {
        Told result;
        const auto report = room.statistics().report(today);
        for (const auto& day : report.front().days) result.push_back(day.downloads.value);
        result.push_back(report.front().total.value);
        result.push_back(report.front().total_is_partial ? 10 : 0);
        const auto tallies = room.statistics().tallies(today);
        const auto add = [&](const Statistics::Tally& tally) {
            for (const auto& [reason, figure] : tally.reasons) result.push_back(figure.value);
            result.push_back(tally.requests.value);
            result.push_back(tally.is_partial ? 10 : 0);
        };
        add(tallies.all);
        for (const auto& tally : tallies.by_episode) add(tally);
        for (const auto& tally : room.statistics().tallies(one_day("e1")).by_hour) add(tally);
        for (const auto* dimension : {"app", "device", "country", "site"}) CHECK(room.statistics().breakdown(dimension, today).empty());
        return result;
    };
    CHECK(room.statistics().first_rounded_day(today) == "2026-11-23");
    auto before = figures();
    CHECK(before[1] == std::nullopt);  // not even that nobody has come yet
    int changes = 0;
    for (int listener = 1; listener <= 34; ++listener) {
        room.statistics().submit(room.download("e1", "2026-11-23T19:00:00Z", "Overcast/3.0"));
        room.statistics().flush();
        const auto now = figures();
        for (const auto& figure : now) CHECK(figure.value_or(0) % 10 == 0);
        if (now != before) CHECK(listener % 10 == 0);
        changes += now != before;
        before = now;
    }
    CHECK(changes == 3);

    room.set_clock("2026-11-24T00:10:00Z");  // somebody may still complete a minute of yesterday's
    CHECK(figures() == before);
    room.set_clock("2026-11-24T00:10:01Z");
    CHECK_FALSE(room.statistics().first_rounded_day(today));
    CHECK(room.statistics().report(today).front().total.value == 34);
    const auto tallies = room.statistics().tallies(today);
    CHECK(tallies.all.reasons.at("counted").value == 34);
    CHECK(tallies.by_hour.empty());  // of two days
    const auto hours = room.statistics().tallies(one_day("e1")).by_hour;
    CHECK(hours.at(18).reasons.at("counted").value == std::nullopt);  // none and few look alike
    CHECK(hours.at(19).reasons.at("head").value == 0);                // there were none all day
    CHECK(hours.at(19).reasons.at("counted").value == 20);            // 30 would tell four beside the day
    CHECK(room.statistics().breakdown("app", today) == Statistics::Breakdown{{"Overcast", {34}}});
}

TEST_CASE("requests are known by the hour for some months, by the day for good") {
    Room room;
    room.set_clock("2026-11-23T20:00:00Z");
    for (int i = 0; i < 12; ++i) room.statistics().submit(room.download("e1", "2026-11-23T19:00:00Z", "Overcast/3.0"));
    room.statistics().flush();
    const auto rows_by_hour = [&] {
        storage::Database database(
            {.file = room.data() / "statistics.db", .migrations = storage::statistics_migrations(), .readers = 1, .full_sync = false});
        int count = -1;
        database.read([&](soci::session& session) { (void)storage::Statement(session, "select count(*) from hours").into(count).next(); });
        return count;
    };
    room.set_clock("2027-02-23T10:00:00Z");  // 92 days later
    room.restart();
    CHECK(room.statistics().tallies(one_day("e1")).by_hour.at(19).reasons.at("counted").value == 12);
    CHECK(rows_by_hour() == 1);
    room.set_clock("2027-02-24T10:00:00Z");
    CHECK(room.statistics().tallies(one_day("e1")).by_hour.empty());
    room.restart();
    CHECK(rows_by_hour() == 0);
    CHECK(room.statistics().tallies(one_day("e1")).all.reasons.at("counted").value == 12);
    CHECK(room.total("e1") == 12);
}

}  // namespace earshot::tests
