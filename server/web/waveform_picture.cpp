#include "server/web/waveform_picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t bars = 200;
constexpr double middle = picture_height / 2;
constexpr double bar_width = 0.66;     // of its place
constexpr double smallest_height = 1;  // silence is a line, not a gap
constexpr std::size_t most_pauses_listed = 8;

// Heights from 0 to 1: the mean of the peaks of each stretch, since every stretch of a levelled recording has some peak near the ceiling.
std::vector<double> heights_of(const media::Waveform& waveform) {
    const std::size_t points = waveform.lows.size(), count = std::min(points, bars);
    std::vector<double> heights;
    double highest = 0;
    for (std::size_t bar = 0; bar < count; ++bar) {
        const std::size_t begin = bar * points / count, end = (bar + 1) * points / count;
        double sum = 0;
        for (std::size_t i = begin; i < end; ++i) sum += std::max(std::abs(waveform.lows[i]), std::abs(waveform.highs[i]));
        heights.push_back(sum / static_cast<double>(end - begin));
        highest = std::max(highest, heights.back());
    }
    if (highest > 0)
        for (double& height : heights) height /= highest;
    return heights;
}

std::string bars_path(const media::Waveform& waveform) {
    const auto heights = heights_of(waveform);
    const double place = picture_width / static_cast<double>(std::max<std::size_t>(heights.size(), 1)), width = place * bar_width;
    std::string path;
    for (std::size_t bar = 0; bar < heights.size(); ++bar) {
        const double half = std::max(heights[bar] * (middle - 2), smallest_height / 2);
        fmt::format_to(std::back_inserter(path), "M{:.1f} {:.1f}h{:.1f}v{:.1f}h-{:.1f}z",
                       static_cast<double>(bar) * place + (place - width) / 2, middle - half, width, 2 * half, width);
    }
    return path;
}

std::string x_of(milliseconds time, milliseconds duration) {
    const double share = duration.count() > 0 ? static_cast<double>(time.count()) / static_cast<double>(duration.count()) : 0;
    return fmt::format("{:.1f}", picture_width * std::clamp(share, 0.0, 1.0));
}

void put_span(Values& part, const char* section, milliseconds start, milliseconds end, milliseconds duration, std::string text) {
    const double length = static_cast<double>((end - start).count()) / std::max(static_cast<double>(duration.count()), 1.0);
    part.add(section)
        .set("X", x_of(start, duration))
        .set("W", fmt::format("{:.1f}", std::max(length * picture_width, 1.5)))  // the shortest must still be seen
        .set("TEXT", std::move(text));
}

std::string from_to(milliseconds start, milliseconds end) {
    return fmt::format("{} to {}", model::format_clock(start), model::format_clock(end));
}

}  // namespace

void put_waveform(Values& values, const media::Waveform& waveform, const model::Episode& episode, milliseconds duration) {
    auto& part = values.add("WAVEFORM");
    part.set("PATH", bars_path(waveform)).set("DURATION", whole_seconds(duration)).set("LENGTH", model::format_clock(duration));
    for (const auto& chapter : episode.chapters)
        if (chapter.start.count() > 0 && chapter.start < duration) part.add("MARK").set("X", x_of(chapter.start, duration));
}

void put_shape(Values& values, const media::Waveform& waveform, const publishing::SoundAnalysis& analysis, milliseconds duration) {
    auto& part = values.add("SHAPE");
    part.set("PATH", bars_path(waveform)).set("LENGTH", model::format_clock(duration));
    for (const auto& pause : analysis.pauses)
        put_span(part, "PAUSE", pause.start, pause.end, duration, from_to(pause.start, pause.end) + (pause.silent ? ", silent" : ""));
    auto longest = analysis.pauses;
    std::ranges::stable_sort(longest, std::greater<>(), [](const media::Pause& pause) { return pause.end - pause.start; });
    if (longest.empty()) {
        part.show("NO_PAUSES");
        return;
    }
    auto& list = part.add("PAUSES");
    list.set("COUNT", counted(longest.size(), "pause"));
    if (longest.size() > most_pauses_listed) {
        longest.resize(most_pauses_listed);
        list.show("MORE");
    }
    for (const auto& pause : longest) {
        auto& item = list.add("LISTED");
        item.set("PLACE", from_to(pause.start, pause.end));
        item.set("SECONDS", fmt::format("{:.1f} s", std::chrono::duration<double>(pause.end - pause.start).count()));
        if (pause.silent) item.show("SILENT");
    }
}

void put_curve(Values& values, const media::LoudnessCurve& curve) {
    constexpr double top = 0, bottom = -48, height = 160;  // LUFS at the edges of the picture, and its units
    if (curve.short_term_lufs.size() < 2) return;
    const auto y_of = [&](double lufs) { return fmt::format("{:.1f}", height * (top - std::clamp(lufs, bottom, top)) / (top - bottom)); };
    const std::size_t count = curve.short_term_lufs.size();
    const std::size_t step = std::max<std::size_t>(count / picture_points, 1);
    std::string path;
    for (std::size_t second = 0; second < count; second += step) {
        const auto from = curve.short_term_lufs.begin() + static_cast<std::ptrdiff_t>(second);
        const auto to = curve.short_term_lufs.begin() + static_cast<std::ptrdiff_t>(std::min(second + step, count));
        fmt::format_to(std::back_inserter(path), "{}{:.1f} {}", path.empty() ? 'M' : 'L',
                       picture_width * static_cast<double>(second) / static_cast<double>(count - 1), y_of(*std::max_element(from, to)));
    }
    const auto [softest, loudest] = std::ranges::minmax(curve.short_term_lufs);
    auto& part = values.add("CURVE");
    part.set("PATH", path).set("TARGET_Y", y_of(curve.target_lufs)).set("TARGET", fmt::format("−{:.0f} LUFS", -curve.target_lufs));
    part.set("TEXT", fmt::format("Loudness of every second after levelling, from −{:.0f} to −{:.0f} LUFS, around its target of −{:.0f}.",
                                 -softest, -loudest, -curve.target_lufs));
}

void put_ranges(Values& redact, const media::Waveform& waveform, const model::Redactions& ranges, milliseconds duration,
                std::string address) {
    auto& part = redact.add("MASTER_SHAPE");
    part.set("PATH", bars_path(waveform)).set("DURATION", whole_seconds(duration)).set("WAVEFORM", std::move(address));
    for (const auto& range : ranges)
        put_span(part, "TAKEN", range.start, range.end, duration,
                 fmt::format("{}: {}", model::to_string(range.kind), from_to(range.start, range.end)));
}

}  // namespace earshot::web
