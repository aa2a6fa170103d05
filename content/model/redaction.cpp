#include "content/model/redaction.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "content/model/time.hpp"

namespace earshot::model {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t most_ranges = 200;
constexpr milliseconds shortest_range(10), shortest_rest(1000);

// "1:02:03.250": to the millisecond where there are some.
std::string exact_clock(milliseconds time) {
    std::string text = format_clock(time);
    const auto thousandths = time.count() % 1000;
    if (thousandths > 0) text += "." + std::to_string(1000 + thousandths).substr(1);
    return text;
}

Status check_range(const Redactions& ranges, std::size_t index, std::optional<milliseconds> duration) {
    const Redaction& range = ranges[index];
    const std::string which = "Range " + std::to_string(index + 1);
    const auto refuse = [&](const std::string& rest) { return fail(Errc::invalid_input, which + rest); };
    if (range.start.count() < 0) return refuse(" starts before the recording does.");
    if (range.end <= range.start)
        return refuse(" ends at " + exact_clock(range.end) + ", which is not after its start at " + exact_clock(range.start) + ".");
    if (range.end - range.start < shortest_range) return refuse(" is shorter than a hundredth of a second: it would hide nothing.");
    if (duration && range.end > *duration)
        return refuse(" ends at " + exact_clock(range.end) + ", but the recording is only " + exact_clock(*duration) + " long.");
    if (index == 0) return {};
    const Redaction& before = ranges[index - 1];
    if (range.start < before.start)
        return refuse(" starts at " + exact_clock(range.start) + ", before range " + std::to_string(index) +
                      " does. Put them in order of time.");
    if (range.start < before.end)
        return refuse(" starts at " + exact_clock(range.start) + ", while range " + std::to_string(index) + " goes on until " +
                      exact_clock(before.end) + ". Make one of the two, or move one.");
    return {};
}

}  // namespace

Status check_redactions(const Redactions& ranges, std::optional<milliseconds> duration) {
    if (ranges.size() > most_ranges)
        return fail(Errc::invalid_input,
                    "There are " + std::to_string(ranges.size()) + " ranges; at most 200 are possible. Merge some of them.");
    milliseconds removed{};
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (auto status = check_range(ranges, i, duration); !status) return status;
        if (ranges[i].kind == RedactionKind::cut) removed += ranges[i].end - ranges[i].start;
    }
    if (duration && removed.count() > 0 && *duration - removed < shortest_rest)
        return fail(Errc::invalid_input, "These cuts leave less than a second of the recording. Withdraw the episode instead.");
    return {};
}

HeardTime::HeardTime(const Redactions& ranges) {
    std::ranges::copy_if(ranges, std::back_inserter(cuts_), [](const Redaction& range) { return range.kind == RedactionKind::cut; });
}

milliseconds HeardTime::heard(milliseconds in_master) const {
    milliseconds removed{};
    for (const Redaction& cut : cuts_)
        if (cut.start < in_master) removed += std::min(cut.end, in_master) - cut.start;
    return in_master - removed;
}

milliseconds HeardTime::start_in_master(milliseconds heard) const {
    for (const Redaction& cut : cuts_)
        if (cut.start <= heard) heard += cut.end - cut.start;
    return heard;
}

milliseconds HeardTime::end_in_master(milliseconds heard) const {
    for (const Redaction& cut : cuts_)
        if (cut.start < heard) heard += cut.end - cut.start;
    return heard;
}

Redactions beyond(const Redactions& ranges, const Redactions& known) {
    Redactions left;
    for (Redaction range : ranges) {
        for (const Redaction& each : known) {
            if (each.end <= range.start || each.start >= range.end) continue;
            if (each.start > range.start) left.push_back({range.start, each.start, range.kind});
            range.start = std::min(each.end, range.end);
        }
        if (range.start < range.end) left.push_back(range);
    }
    return left;
}

}  // namespace earshot::model
