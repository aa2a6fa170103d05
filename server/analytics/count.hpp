#pragma once
// Counting as a pure function: deliveries in time order in, downloads out. IAB Tech Lab PTMG v2.3, calendar-day UTC window, on acknowledged
// bytes. `earshot count`, the tests' tables and the running server all use it. The rules in words: docs/measurement.md.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/analytics/day.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::analytics {

// Changes with the rules of docs/measurement.md, which says so too.
constexpr std::string_view method_version = "1.1";

// What became of a request: exactly one of these.
enum class Verdict {
    counted,         // it completed a download
    bot,             // nobody listens: bots, empty agents, data centres, Apple Watch twins, players that fetch unasked
    head,            // HEAD
    probe,           // asked for two bytes or fewer
    under_a_minute,  // what arrived of the audio so far does not make 60 s
    repeat,          // this listener's download of the episode is counted already
    flood,           // more from one address than is believed
    preview,         // staff, before publication
    withdrawn,       // of audio that is gone, 410 or 451: with its episode, or replaced
    error,           // any other method, any status but 200 and 206
    opted_out,       // Sec-GPC or DNT: only bytes are added up
};
constexpr std::size_t verdicts = 11;
[[nodiscard]] std::string_view to_string(Verdict verdict) noexcept;

// What one delivery changed. A request that came in fragments is tallied once, with its first; should a later fragment complete the
// download, the request moves to `counted` in the hour when that happened.
struct Outcome {
    struct Change {
        Hour hour{};
        Verdict verdict{};
        std::int64_t requests{};
        bool operator==(const Change&) const = default;
    };
    bool download{};
    bool asked_crowd{};           // the last delivery's: it went by how many downloads its address has had
    std::vector<Change> changes;  // of the tally
};

class Counter {
public:
    explicit Counter(const Recognition& recognition);  // which must outlive it
    ~Counter();
    Outcome add(const model::Delivery& delivery);
    // False for a delivery of a day whose window has closed: deliveries come in time order, give or take the grace after midnight.
    [[nodiscard]] bool is_timely(const model::Delivery& delivery) const;

    // By episode and UTC day. At every moment: sum of downloads = tally of `counted`; sum of the tally = requests.
    [[nodiscard]] const std::map<std::string, std::map<Day, std::uint64_t>>& downloads() const noexcept { return downloads_; }
    [[nodiscard]] std::uint64_t tally(Verdict verdict) const noexcept { return tally_[static_cast<std::size_t>(verdict)]; }
    [[nodiscard]] std::uint64_t requests() const noexcept;

private:
    struct State;
    std::unique_ptr<State> state_;
    std::map<std::string, std::map<Day, std::uint64_t>> downloads_;
    std::uint64_t tally_[verdicts]{};
};

}  // namespace earshot::analytics
