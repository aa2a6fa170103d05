#include "server/web/wording.hpp"

#include <fmt/format.h>

#include <array>

#include "content/model/text.hpp"

namespace earshot::web {
namespace {
using namespace std::chrono;
}

std::string long_date(model::Timestamp time) {
    static constexpr std::array<std::string_view, 12> months{"January", "February", "March",     "April",   "May",      "June",
                                                             "July",    "August",   "September", "October", "November", "December"};
    const year_month_day day{floor<days>(time)};
    return fmt::format("{} {} {}", static_cast<unsigned>(day.day()), months[static_cast<unsigned>(day.month()) - 1],
                       static_cast<int>(day.year()));
}

std::string spoken_duration(milliseconds time) {
    const auto all = round<seconds>(time);
    if (all < minutes(1)) return fmt::format("{} s", all.count());
    const auto whole = round<minutes>(all);
    if (whole < hours(1)) return fmt::format("{} min", whole.count());
    return whole.count() % 60 == 0 ? fmt::format("{} h", whole.count() / 60)
                                   : fmt::format("{} h {} min", whole.count() / 60, whole.count() % 60);
}

std::string time_left(seconds time) {
    const auto all = time.count();
    if (all < 10) return "a few seconds left";
    if (all < 60) return fmt::format("{} seconds left", (all + 2) / 5 * 5);
    if (all < 3600) return fmt::format("{} min left", (all + 30) / 60);
    const auto whole = (all + 30) / 60;
    return fmt::format("{} h {} min left", whole / 60, whole % 60);
}

std::string times(double factor) {
    return factor < 10 ? fmt::format("{:.1f}×", factor) : fmt::format("{:.0f}×", factor);
}

std::string iso_duration(milliseconds time) {
    const auto all = round<seconds>(time).count();
    return all >= 3600 ? fmt::format("PT{}H{}M{}S", all / 3600, all / 60 % 60, all % 60) : fmt::format("PT{}M{}S", all / 60, all % 60);
}

std::string file_size(std::uint64_t bytes) {
    if (bytes < 1'000'000) return fmt::format("{} kB", (bytes + 999) / 1000);
    const double megabytes = static_cast<double>(bytes) / 1e6;
    return megabytes < 10 ? fmt::format("{:.1f} MB", megabytes) : fmt::format("{:.0f} MB", megabytes);
}

std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

std::string counted(std::size_t number, std::string_view word) {
    return fmt::format("{} {}{}", grouped(number), word, number == 1 ? "" : "s");
}

std::string episode_place(const model::Episode& episode) {
    if (episode.type == model::EpisodeType::trailer) return "Trailer";
    if (episode.type == model::EpisodeType::bonus) return "Bonus";
    if (!episode.number) return {};
    if (episode.season && *episode.season > 1) return fmt::format("Season {}, episode {}", *episode.season, *episode.number);
    return fmt::format("Episode {}", *episode.number);
}

std::string capitalised(std::string_view text) {
    std::string out(text);
    if (!out.empty() && out.front() >= 'a' && out.front() <= 'z') out.front() = static_cast<char>(out.front() - 'a' + 'A');
    return out;
}

std::string whole_seconds(milliseconds time) {
    const auto all = time.count();
    return all % 1000 == 0 ? std::to_string(all / 1000) : fmt::format("{}.{:03}", all / 1000, all % 1000);
}

std::string one_line(std::string_view text, std::size_t max_bytes) {
    auto line = model::clean_line(text);
    if (line.size() <= max_bytes) return line;
    line = model::truncate_utf8(line, max_bytes);
    if (const auto space = line.rfind(' '); space != std::string::npos && space > max_bytes / 2) line.resize(space);
    return line + "…";
}

}  // namespace earshot::web
