// The documented cases through the pure counter.

#include <algorithm>
#include <map>
#include <random>

#include "server/analytics/count.hpp"
#include "tests/analytics/cases.hpp"
#include "tests/support/catch.hpp"

namespace earshot::tests {

namespace {

using analytics::Counter;
using analytics::Verdict;

const analytics::Recognition& recognition() {
    static const auto built_in = analytics::Recognition::load(documented_lists());
    return built_in.value();
}

std::map<std::string, std::uint64_t> downloads_by_day(const Counter& counter) {
    std::map<std::string, std::uint64_t> result;
    for (const auto& [episode, days] : counter.downloads()) {
        for (const auto& [day, count] : days) result[analytics::format_day(day)] += count;
    }
    return result;
}

std::map<std::string, std::uint64_t> not_counted(const Counter& counter) {
    std::map<std::string, std::uint64_t> result;
    for (std::size_t i = 1; i < analytics::verdicts; ++i) {
        const auto count = counter.tally(static_cast<Verdict>(i));
        if (count > 0) result[std::string(to_string(static_cast<Verdict>(i)))] = count;
    }
    return result;
}

std::uint64_t sum(const std::map<std::string, std::uint64_t>& counts) {
    std::uint64_t result = 0;
    for (const auto& [name, count] : counts) result += count;
    return result;
}

}  // namespace

TEST_CASE("the documented cases count as the page says") {
    const auto cases = documented_cases();
    REQUIRE(cases.size() >= 60);
    for (const auto& one : cases) {
        INFO(one.name);
        Counter counter(recognition());
        std::uint64_t requests = 0;
        for (const auto& step : one.steps) {
            for (const auto& delivery : step) {
                REQUIRE(counter.is_timely(delivery));
                counter.add(delivery);
                requests += delivery.requests;
                REQUIRE(counter.requests() == requests);  // every request has one verdict at every moment
                REQUIRE(counter.tally(Verdict::counted) == sum(downloads_by_day(counter)));
            }
        }
        CHECK(downloads_by_day(counter) == one.downloads);
        CHECK(not_counted(counter) == one.not_counted);
        CHECK(one.requests() == sum(one.downloads) + sum(one.not_counted));  // the page itself adds up
    }
}

TEST_CASE("downloads are kept apart by episode") {
    Counter counter(recognition());
    model::Delivery delivery{.time = *model::parse_rfc3339("2026-11-23T10:00:00Z"),
                             .episode = {"e1"},
                             .address = "192.0.2.1",
                             .user_agent = "AntennaPod/3.1.2",
                             .method = "GET",
                             .status = 200,
                             .acknowledged = {{0, 7'200'000}},
                             .file = {7'200'000, 4'096, 960'000}};
    counter.add(delivery);
    delivery.episode.value = "e2";
    counter.add(delivery);
    counter.add(delivery);
    const auto day = *analytics::parse_day("2026-11-23");
    CHECK(counter.downloads().at("e1").at(day) == 1);
    CHECK(counter.downloads().at("e2").at(day) == 1);
}

TEST_CASE("a delivery of a day that is over is not timely") {
    Counter counter(recognition());
    model::Delivery delivery{.time = *model::parse_rfc3339("2026-11-24T00:10:01Z"), .episode = {"e"}, .method = "HEAD", .status = 200};
    counter.add(delivery);
    delivery.time = *model::parse_rfc3339("2026-11-23T23:59:59Z");
    CHECK_FALSE(counter.is_timely(delivery));
}

TEST_CASE("more listeners than are remembered at once count the same") {
    Counter counter(recognition());
    model::Delivery delivery{.time = *model::parse_rfc3339("2026-11-23T10:00:00Z"),
                             .episode = {"e1"},
                             .user_agent = "AntennaPod/3.1.2",
                             .method = "GET",
                             .status = 200,
                             .file = {7'200'000, 4'096, 960'000}};
    constexpr std::uint32_t listeners = 200'000;
    for (int half = 0; half < 2; ++half) {
        for (std::uint32_t listener = 0; listener < listeners; ++listener) {
            delivery.address =
                "10." + std::to_string(listener >> 16) + "." + std::to_string(listener >> 8 & 255) + "." + std::to_string(listener & 255);
            delivery.acknowledged =
                half == 0 ? std::vector<model::Interval>{{0, 500'000}} : std::vector<model::Interval>{{500'000, 1'000'000}};
            delivery.requests = half == 0 ? 1 : 0;
            counter.add(delivery);
        }
    }
    CHECK(counter.tally(Verdict::counted) == listeners);
    CHECK(counter.requests() == listeners);
}

// A second, slow way to count within one day: a set of byte numbers for each listener.
TEST_CASE("random requests count as a map of single bytes says, in fragments, together or one by one") {
    std::mt19937 random(20261123);
    const auto pick = [&random](std::uint64_t below) { return std::uniform_int_distribution<std::uint64_t>(0, below - 1)(random); };
    const auto start = *model::parse_rfc3339("2026-11-23T00:30:00Z");
    for (int round = 0; round < 300; ++round) {
        const model::CountedFile file{1'000, pick(300), 1 + pick(500)};
        std::map<std::string, std::vector<bool>> received;
        Counter whole(recognition());
        Counter in_fragments(recognition());
        Counter together(recognition());  // requests of one listener that follow each other as one delivery
        std::optional<model::Delivery> waiting;
        const auto requests = 1 + pick(60);
        for (std::uint64_t i = 0; i < requests; ++i) {
            model::Delivery delivery{.time = start + std::chrono::seconds(i),
                                     .episode = {"e" + std::to_string(pick(2))},
                                     .address = "192.0.2." + std::to_string(pick(3)),
                                     .user_agent = "AntennaPod/3.1.2",
                                     .method = "GET",
                                     .status = 206,
                                     .file = file};
            const auto begin = pick(1'000);
            const auto end = begin + pick(400);
            delivery.acknowledged = {{begin, end}};
            auto& bytes = received[delivery.address + delivery.episode.value];
            bytes.resize(1'500);
            std::fill(bytes.begin() + static_cast<long>(begin), bytes.begin() + static_cast<long>(end), true);
            whole.add(delivery);
            if (waiting && waiting->address == delivery.address && waiting->episode == delivery.episode) {
                waiting->acknowledged.push_back({begin, end});
                ++waiting->requests;
            } else {
                if (waiting) together.add(*waiting);
                waiting = delivery;
            }
            for (auto at = begin; at <= end; at += 100) {
                delivery.acknowledged = {{at, std::min(at + 100, end)}};
                in_fragments.add(delivery);
                delivery.requests = 0;
            }
        }
        together.add(*waiting);
        for (std::size_t verdict = 0; verdict < analytics::verdicts; ++verdict)
            CHECK(together.tally(static_cast<Verdict>(verdict)) == whole.tally(static_cast<Verdict>(verdict)));
        const auto need = std::min(file.bytes_for_60s, file.size - file.audio_start);
        const auto expected = std::ranges::count_if(received, [&](const auto& listener) {
            const auto& bytes = listener.second;
            return static_cast<std::uint64_t>(
                       std::count(bytes.begin() + static_cast<long>(file.audio_start), bytes.begin() + 1'000, true)) >= need;
        });
        CHECK(whole.tally(Verdict::counted) == static_cast<std::uint64_t>(expected));
        CHECK(in_fragments.tally(Verdict::counted) == static_cast<std::uint64_t>(expected));
        CHECK(whole.requests() == requests);
        CHECK(in_fragments.requests() == requests);
    }
}

}  // namespace earshot::tests
