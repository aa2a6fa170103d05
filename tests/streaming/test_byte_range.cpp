#include <algorithm>
#include <string>

#include "server/streaming/byte_range.hpp"
#include "tests/support/catch.hpp"

using earshot::model::Interval;
using namespace earshot::streaming;

namespace {

struct Row {
    std::string note;
    std::vector<std::string_view> lines;
    RangeOutcome outcome;
    std::vector<Interval> slices;
};

constexpr std::uint64_t size = 1000;
constexpr auto whole = RangeOutcome::whole;
constexpr auto partial = RangeOutcome::partial;
constexpr auto unsatisfiable = RangeOutcome::unsatisfiable;

const std::vector<Row> rows{
    {"no Range", {}, whole, {}},
    {"first bytes", {"bytes=0-499"}, partial, {{0, 500}}},
    {"the two-byte probe", {"bytes=0-1"}, partial, {{0, 2}}},
    {"one byte", {"bytes=999-999"}, partial, {{999, 1000}}},
    {"open end", {"bytes=500-"}, partial, {{500, 1000}}},
    {"everything", {"bytes=0-"}, partial, {{0, 1000}}},
    {"suffix", {"bytes=-500"}, partial, {{500, 1000}}},
    {"suffix longer than the file", {"bytes=-5000"}, partial, {{0, 1000}}},
    {"end is clamped", {"bytes=990-5000"}, partial, {{990, 1000}}},
    {"end of any length is clamped", {"bytes=0-99999999999999999999999999999999"}, partial, {{0, 1000}}},
    {"end at 2^63", {"bytes=0-9223372036854775808"}, partial, {{0, 1000}}},
    {"end at 2^64", {"bytes=0-18446744073709551616"}, partial, {{0, 1000}}},
    {"end at 2^64 - 1", {"bytes=0-18446744073709551615"}, partial, {{0, 1000}}},
    {"suffix of any length", {"bytes=-100000000000000000000000"}, partial, {{0, 1000}}},
    {"leading zeros", {"bytes=000000000000000000000000000000001-0002"}, partial, {{1, 3}}},
    {"unit in any case", {"ByTeS=0-0"}, partial, {{0, 1}}},
    {"white space and empty members", {"bytes= , 0-0 ,\t,"}, partial, {{0, 1}}},

    {"start beyond the end", {"bytes=1000-"}, unsatisfiable, {}},
    {"start far beyond the end", {"bytes=100000000000000000000000-100000000000000000000001"}, unsatisfiable, {}},
    {"no last bytes", {"bytes=-0"}, unsatisfiable, {}},
    {"all members unsatisfiable", {"bytes=1000-1001,-0,2000-"}, unsatisfiable, {}},
    {"unsatisfiable members are dropped", {"bytes=5000-6000,0-0,-0"}, partial, {{0, 1}}},

    {"another unit", {"seconds=0-1"}, whole, {}},
    {"no unit", {"0-1"}, whole, {}},
    {"space before =", {"bytes =0-1"}, whole, {}},
    {"no member", {"bytes="}, whole, {}},
    {"only empty members", {"bytes=,,"}, whole, {}},
    {"backwards", {"bytes=5-2"}, whole, {}},
    {"backwards beyond 2^64", {"bytes=100000000000000000000001-100000000000000000000000"}, whole, {}},
    {"a word", {"bytes=abc"}, whole, {}},
    {"one bad member spoils the set", {"bytes=0-4,x"}, whole, {}},
    {"a bad member after an unsatisfiable one", {"bytes=5000-,5-2"}, whole, {}},
    {"sign", {"bytes=+0-4"}, whole, {}},
    {"two dashes", {"bytes=0--4"}, whole, {}},
    {"a lone dash", {"bytes=-"}, whole, {}},
    {"white space inside", {"bytes=0 -4"}, whole, {}},
    {"hexadecimal", {"bytes=0x0-0x4"}, whole, {}},
    {"fraction", {"bytes=0.0-4"}, whole, {}},

    {"two ranges", {"bytes=0-9,500-509"}, partial, {{0, 10}, {500, 510}}},
    {"requested order is kept", {"bytes=500-509,0-9"}, partial, {{500, 510}, {0, 10}}},
    {"overlapping ones are joined", {"bytes=0-99,50-149"}, partial, {{0, 150}}},
    {"adjacent ones are joined", {"bytes=0-99,100-199"}, partial, {{0, 200}}},
    {"a gap of 79 is joined", {"bytes=0-99,179-199"}, partial, {{0, 200}}},
    {"a gap of 80 is not", {"bytes=0-99,180-199"}, partial, {{0, 100}, {180, 200}}},
    {"joined backwards too", {"bytes=500-599,400-499,0-0"}, partial, {{400, 600}, {0, 1}}},
    {"a late range joins two earlier ones", {"bytes=0-99,300-399,100-299"}, partial, {{0, 400}}},
    {"the joined one stands first", {"bytes=900-909,0-99,300-399,100-299"}, partial, {{900, 910}, {0, 400}}},
    {"two overlapping are fine", {"bytes=0-9,5-14,500-509"}, partial, {{0, 15}, {500, 510}}},
    {"three overlapping are not", {"bytes=0-9,5-14,10-19"}, whole, {}},
    {"the same one three times", {"bytes=0-,0-,0-"}, whole, {}},

    {"two lines are one list", {"bytes=0-9", "500-509"}, partial, {{0, 10}, {500, 510}}},
    {"two complete lines make a bad member", {"bytes=0-9", "bytes=500-509"}, whole, {}},
};

std::string many(int count) {
    std::string text = "bytes=";
    for (int i = 0; i < count; ++i) text += (i == 0 ? "" : ",") + std::to_string(i * 200) + "-" + std::to_string(i * 200);
    return text;
}

}  // namespace

TEST_CASE("Range fields select what RFC 9110 §14 says") {
    for (const auto& row : rows) {
        INFO(row.note);
        const auto got = select_ranges(row.lines, size);
        CHECK(got.outcome == row.outcome);
        CHECK(got.slices == row.slices);
    }
}

TEST_CASE("an empty file is always whole") {
    for (const std::string_view line : {"bytes=0-", "bytes=-1", "bytes=-0", "bytes=5-9"}) {
        CHECK(select_ranges(std::vector{line}, 0).outcome == whole);
    }
}

TEST_CASE("more than fifty members are declined, fifty are not") {
    const auto fifty = many(50), more = many(51);
    CHECK(select_ranges(std::vector<std::string_view>{fifty}, 1'000'000).slices.size() == 50);
    CHECK(select_ranges(std::vector<std::string_view>{more}, 1'000'000).outcome == whole);
}

TEST_CASE("slices never overlap nor exceed the file, whatever is asked") {
    std::uint32_t seed = 12345;
    const auto next = [&](std::uint32_t below) {
        seed = seed * 1664525U + 1013904223U;
        return (seed >> 8U) % below;
    };
    for (int round = 0; round < 5000; ++round) {
        std::string text = "bytes=";
        for (std::uint32_t i = 0, count = 1 + next(6); i < count; ++i) {
            const auto a = next(1200);
            text += std::to_string(a) + "-" + std::to_string(a + next(300)) + ",";
        }
        auto slices = select_ranges(std::vector<std::string_view>{text}, size).slices;
        std::ranges::sort(slices, {}, &Interval::begin);
        std::uint64_t end = 0, sum = 0;
        for (const auto& slice : slices) {
            INFO(text);
            REQUIRE(slice.begin >= end);
            REQUIRE(slice.end > slice.begin);
            end = slice.end;
            sum += slice.end - slice.begin;
        }
        REQUIRE(end <= size);
        REQUIRE(sum <= size);
    }
}
