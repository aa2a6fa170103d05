#include "content/storage/time_zone.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include <fmt/format.h>

namespace earshot::storage {

namespace {

using namespace std::chrono;

constexpr int last_year = 2100;
constexpr std::size_t largest_file = 1 << 16;

// Big-endian numbers from the file; past its end zeros, and `good` is false.
struct Bytes {
    std::string_view rest;
    bool good{true};
    std::int64_t number(std::size_t size) {
        if (rest.size() < size) {
            good = false;
            return 0;
        }
        std::uint64_t value = size > 0 && (static_cast<unsigned char>(rest[0]) & 0x80) != 0 ? ~std::uint64_t{0} : 0;
        for (const char byte : rest.substr(0, size)) value = value << 8 | static_cast<unsigned char>(byte);
        rest.remove_prefix(size);
        return static_cast<std::int64_t>(value);
    }
    void skip(std::size_t size) {
        good = good && size <= rest.size();
        rest.remove_prefix(std::min(size, rest.size()));
    }
};

struct Counts {
    std::size_t is_ut{}, is_standard{}, leaps{}, changes{}, types{}, characters{};
};

Counts read_head(Bytes& file) {
    file.good = file.good && file.rest.starts_with("TZif");
    file.skip(20);
    Counts counts;
    for (auto* count : {&counts.is_ut, &counts.is_standard, &counts.leaps, &counts.changes, &counts.types, &counts.characters})
        *count = static_cast<std::size_t>(file.number(4)) & 0xffff;
    return counts;
}

// POSIX TZ, the file's last line: "GMT0BST,M3.5.0/1,M10.5.0".
struct Footer {
    std::string_view rest;

    void name() {
        const bool quoted = rest.starts_with('<');
        const auto end = quoted ? rest.find('>') : rest.find_first_of("+-0123456789,");
        rest.remove_prefix(std::min(rest.size(), end == std::string_view::npos ? rest.size() : end + (quoted ? 1 : 0)));
    }
    int number() {
        int value = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        return value;
    }
    bool take(char c) {
        if (!rest.starts_with(c)) return false;
        rest.remove_prefix(1);
        return true;
    }
    std::optional<seconds> time() {
        const bool minus = take('-');
        if (!minus) take('+');
        if (rest.empty() || rest.front() < '0' || rest.front() > '9') return std::nullopt;
        seconds result = hours(number());
        if (take(':')) result += minutes(number());
        if (take(':')) result += seconds(number());
        return minus ? -result : result;
    }
    // "M3.5.0/1" in that year: the fifth, so the last, Sunday of March, at 1:00 of the clock until then.
    std::optional<sys_seconds> moment(int of_year, seconds offset) {
        if (!take(',') || !take('M')) return std::nullopt;
        const auto month_of = static_cast<unsigned>(number());
        take('.');
        const auto week = static_cast<unsigned>(number());
        take('.');
        const weekday day{static_cast<unsigned>(number())};
        const auto at = take('/') ? time().value_or(hours(2)) : hours(2);
        const auto of = year(of_year) / month(month_of);
        const sys_days date = week >= 5 ? sys_days(of / day[last]) : sys_days(of / day[week]);
        return date + at - offset;
    }
};

}  // namespace

model::Result<TimeZone> TimeZone::find(std::string_view name) {
    TimeZone zone;
    if (name.empty() || name == "UTC") return zone;
    const auto unknown = [&] {
        return model::fail(model::Errc::invalid_input, fmt::format("There is no time zone “{}”. One is called Europe/London.", name));
    };
    const bool plain =
        name.size() < 64 && name.front() != '/' && name.find("..") == std::string_view::npos &&
        name.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-") == std::string_view::npos;
    if (!plain) return unknown();
    const auto path = "/usr/share/zoneinfo/" + std::string(name);
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error) || std::filesystem::file_size(path, error) > largest_file) return unknown();
    std::ifstream stream(path, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(stream), {}};
    Bytes file{content};
    auto counts = read_head(file);  // of the part with 32-bit times, which is not looked at
    file.skip(counts.changes * 5 + counts.types * 6 + counts.characters + counts.leaps * 8 + counts.is_standard + counts.is_ut);
    counts = read_head(file);
    std::vector<sys_seconds> times(counts.changes);
    for (auto& time : times) time = sys_seconds(seconds(file.number(8)));
    std::vector<std::size_t> kinds(counts.changes);
    for (auto& kind : kinds) kind = static_cast<std::size_t>(file.number(1)) & 0xff;
    std::vector<seconds> offsets(counts.types);
    for (auto& offset : offsets) {
        offset = seconds(file.number(4));
        file.skip(2);
    }
    file.skip(counts.characters + counts.leaps * 12 + counts.is_standard + counts.is_ut);
    if (!file.good || offsets.empty()) return unknown();
    zone.name_ = name;
    zone.first_ = offsets.front();
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (kinds[i] >= offsets.size()) return unknown();
        zone.changes_.push_back({times[i], offsets[kinds[i]]});
    }
    const auto line = file.rest.substr(std::min<std::size_t>(1, file.rest.size()));
    zone.go_on(line.substr(0, line.find('\n')));
    return zone;
}

void TimeZone::go_on(std::string_view rule) {
    Footer footer{rule};
    footer.name();
    const auto standard = footer.time();
    if (!standard || footer.rest.empty()) return;
    footer.name();
    const auto summer = footer.time().value_or(*standard - hours(1));
    const auto first_year = changes_.empty() ? 1970 : static_cast<int>(year_month_day(floor<days>(changes_.back().at)).year()) + 1;
    for (int of = first_year; of < last_year; ++of) {
        auto rules = footer;
        const auto begins = rules.moment(of, -*standard), ends = rules.moment(of, -summer);  // POSIX counts offsets to the west
        if (!begins || !ends) return;
        Change changes[] = {{*begins, -summer}, {*ends, -*standard}};
        if (changes[1].at < changes[0].at) std::swap(changes[0], changes[1]);
        changes_.insert(changes_.end(), std::begin(changes), std::end(changes));
    }
}

seconds TimeZone::offset_at(model::Timestamp time) const {
    const auto after = std::ranges::upper_bound(changes_, floor<seconds>(time), {}, &Change::at);
    return after == changes_.begin() ? first_ : std::prev(after)->offset;
}

}  // namespace earshot::storage
