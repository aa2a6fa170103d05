#include "content/model/time.hpp"

#include <array>
#include <cstdio>

namespace earshot::model {

namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 7> day_names{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 12> month_names{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Parts {
    year_month_day date;
    hh_mm_ss<seconds> clock;
    weekday day;
};

Parts split(Timestamp time) {
    const auto whole = floor<seconds>(time);
    const auto date = floor<days>(whole);
    return {year_month_day{date}, hh_mm_ss<seconds>{whole - date}, weekday{date}};
}

// Reads exactly `digits` decimal digits at the front and takes them off.
bool take_number(std::string_view& text, std::size_t digits, int& out) {
    if (text.size() < digits) return false;
    int value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
        value = value * 10 + (text[i] - '0');
    }
    out = value;
    text.remove_prefix(digits);
    return true;
}

bool take(std::string_view& text, std::string_view literal) {
    if (!text.starts_with(literal)) return false;
    text.remove_prefix(literal.size());
    return true;
}

template <std::size_t N>
bool take_name(std::string_view& text, const std::array<std::string_view, N>& names, int& index) {
    for (std::size_t i = 0; i < N; ++i) {
        if (take(text, names[i])) {
            index = static_cast<int>(i);
            return true;
        }
    }
    return false;
}

std::optional<Timestamp> assemble(int y, int mon, int d, int h, int min, int s) {
    const year_month_day date{year{y}, month{static_cast<unsigned>(mon)}, day{static_cast<unsigned>(d)}};
    if (!date.ok() || h > 23 || min > 59 || s > 60) return std::nullopt;
    return Timestamp{sys_days{date}} + hours{h} + minutes{min} + seconds{s};
}

bool take_clock(std::string_view& text, int& h, int& m, int& s) {
    return take_number(text, 2, h) && take(text, ":") && take_number(text, 2, m) && take(text, ":") && take_number(text, 2, s);
}

// "Sunday, 06-Nov-94 08:49:37 GMT" (obsolete RFC 850 form); two-digit years over 50 years ahead are past (RFC 9110 §5.6.7).
std::optional<Timestamp> parse_rfc850(std::string_view text) {
    const auto comma = text.find(", ");
    if (comma == std::string_view::npos) return std::nullopt;
    text.remove_prefix(comma + 2);
    int d = 0, mon = 0, y = 0, h = 0, m = 0, s = 0;
    if (!take_number(text, 2, d) || !take(text, "-") || !take_name(text, month_names, mon) || !take(text, "-") ||
        !take_number(text, 2, y) || !take(text, " ") || !take_clock(text, h, m, s) || text != " GMT")
        return std::nullopt;
    const int now_year = static_cast<int>(split(system_now()).date.year());
    y += now_year / 100 * 100;
    if (y > now_year + 50) y -= 100;
    return assemble(y, mon + 1, d, h, m, s);
}

// "Sun Nov  6 08:49:37 1994" (obsolete asctime form).
std::optional<Timestamp> parse_asctime(std::string_view text) {
    int weekday_index = 0, mon = 0, d = 0, h = 0, m = 0, s = 0, y = 0;
    if (!take_name(text, day_names, weekday_index) || !take(text, " ") || !take_name(text, month_names, mon) || !take(text, " "))
        return std::nullopt;
    const bool single = take(text, " ");
    if (!take_number(text, single ? 1 : 2, d) || !take(text, " ") || !take_clock(text, h, m, s) || !take(text, " ") ||
        !take_number(text, 4, y) || !text.empty())
        return std::nullopt;
    return assemble(y, mon + 1, d, h, m, s);
}

template <class... T>
std::string print(const char* format, T... values) {
    std::array<char, 64> buffer{};
    const int n = std::snprintf(buffer.data(), buffer.size(), format, values...);
    return {buffer.data(), static_cast<std::size_t>(n)};
}

std::string day_and_date(Timestamp time, const char* zone) {
    const Parts p = split(time);
    return print("%s, %02u %s %04d %02d:%02d:%02d %s", day_names[p.day.c_encoding()].data(), static_cast<unsigned>(p.date.day()),
                 month_names[static_cast<unsigned>(p.date.month()) - 1].data(), static_cast<int>(p.date.year()),
                 static_cast<int>(p.clock.hours().count()), static_cast<int>(p.clock.minutes().count()),
                 static_cast<int>(p.clock.seconds().count()), zone);
}

}  // namespace

Timestamp system_now() {
    return floor<milliseconds>(system_clock::now());
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    int y = 0, mon = 0, d = 0, h = 0, m = 0, s = 0;
    if (!take_number(text, 4, y) || !take(text, "-") || !take_number(text, 2, mon) || !take(text, "-") || !take_number(text, 2, d) ||
        !(take(text, "T") || take(text, "t") || take(text, " ")) || !take_clock(text, h, m, s))
        return std::nullopt;
    auto time = assemble(y, mon, d, h, m, s);
    if (!time) return std::nullopt;
    if (take(text, ".")) {
        int scale = 100, fraction = 0;
        std::size_t digits = 0;
        for (int digit = 0; take_number(text, 1, digit); ++digits, scale /= 10) fraction += digit * scale;
        if (digits == 0) return std::nullopt;
        *time += milliseconds{fraction};
    }
    if (text == "Z" || text == "z") return time;
    const int sign = text.starts_with('-') ? -1 : 1;
    int offset_hours = 0, offset_minutes = 0;
    if (!(take(text, "+") || take(text, "-")) || !take_number(text, 2, offset_hours) || !take(text, ":") ||
        !take_number(text, 2, offset_minutes) || !text.empty() || offset_hours > 23 || offset_minutes > 59)
        return std::nullopt;
    return *time - sign * (hours{offset_hours} + minutes{offset_minutes});
}

std::string format_rfc3339(Timestamp time) {
    const Parts p = split(time);
    return format_utc_day(time) + print("T%02d:%02d:%02dZ", static_cast<int>(p.clock.hours().count()),
                                        static_cast<int>(p.clock.minutes().count()), static_cast<int>(p.clock.seconds().count()));
}

std::optional<Timestamp> parse_http_date(std::string_view text) {
    std::string_view rest = text;
    int weekday_index = 0, d = 0, mon = 0, y = 0, h = 0, m = 0, s = 0;
    if (take_name(rest, day_names, weekday_index) && take(rest, ", ") && take_number(rest, 2, d) && take(rest, " ") &&
        take_name(rest, month_names, mon) && take(rest, " ") && take_number(rest, 4, y) && take(rest, " ") && take_clock(rest, h, m, s) &&
        rest == " GMT")
        return assemble(y, mon + 1, d, h, m, s);
    if (auto time = parse_rfc850(text)) return time;
    return parse_asctime(text);
}

std::string format_http_date(Timestamp time) {
    return day_and_date(time, "GMT");
}

std::string format_rfc2822(Timestamp time) {
    return day_and_date(time, "+0000");
}

std::string format_utc_day(Timestamp time) {
    const Parts p = split(time);
    return print("%04d-%02u-%02u", static_cast<int>(p.date.year()), static_cast<unsigned>(p.date.month()),
                 static_cast<unsigned>(p.date.day()));
}

std::string format_clock(milliseconds duration) {
    const auto total = floor<seconds>(duration).count();
    const long long h = total / 3600, m = total / 60 % 60, s = total % 60;
    return h > 0 ? print("%lld:%02lld:%02lld", h, m, s) : print("%lld:%02lld", m, s);
}

std::optional<milliseconds> parse_clock(std::string_view text) {
    const auto dot = text.find('.');
    std::string_view whole = text.substr(0, dot);
    long long total = 0;
    int fields = 0;
    while (true) {
        const auto colon = whole.find(':');
        const std::string_view field = whole.substr(0, colon);
        if (field.empty() || field.size() > 6 || ++fields > 3) return std::nullopt;
        long long value = 0;
        for (const char c : field) {
            if (c < '0' || c > '9') return std::nullopt;
            value = value * 10 + (c - '0');
        }
        if (fields > 1 && (value > 59 || field.size() != 2)) return std::nullopt;
        total = total * 60 + value;
        if (colon == std::string_view::npos) break;
        whole.remove_prefix(colon + 1);
    }
    milliseconds result = seconds{total};
    if (dot != std::string_view::npos) {
        std::string_view fraction = text.substr(dot + 1);
        if (fraction.empty() || fraction.size() > 9) return std::nullopt;
        int scale = 100, value = 0;
        for (const char c : fraction) {
            if (c < '0' || c > '9') return std::nullopt;
            value += (c - '0') * scale;
            scale /= 10;
        }
        result += milliseconds{value};
    }
    return result;
}

}  // namespace earshot::model
