#pragma once
// One listener's listen to one episode within a day, and what a delivery changes of it.

#include <cstdint>
#include <optional>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/analytics/boxed.hpp"
#include "server/analytics/count.hpp"
#include "server/analytics/crowds.hpp"
#include "server/analytics/day.hpp"
#include "server/analytics/interval_set.hpp"
#include "server/analytics/listener.hpp"
#include "server/analytics/terms.hpp"

namespace earshot::analytics {

// There may be millions, nearly all with one track of one piece.
struct Listen {
    struct Track {
        IntervalSet today;
        Boxed<IntervalSet> before;  // received by the same listen before midnight
        std::uint32_t version{};    // in Terms
        bool counted_before{};
    };
    struct Request {
        std::uint32_t hour{};
        Verdict verdict{};
    };
    Track first;
    Boxed<std::vector<Track>> others;
    Request last;       // that did not count, should a fragment of it still do so
    bool has_track{};   // `first` is one
    bool is_waiting{};  // `last` is one
    bool counted{};
    bool in_evening{};  // active in the day's last half hour: may go on after midnight

    [[nodiscard]] std::size_t tracks() const noexcept { return has_track ? 1 + (others ? others->size() : 0) : 0; }
    [[nodiscard]] Track& track(std::size_t at) noexcept { return at == 0 ? first : (*others)[at - 1]; }
    [[nodiscard]] const Track& track(std::size_t at) const noexcept { return at == 0 ? first : (*others)[at - 1]; }
    Track& add_track();
};
static_assert(sizeof(Listen) <= 64);

// A delivery without the listener: the key instead of address and agent. This is all that a journal may hold.
struct Record {
    Hour hour{};                // its day says which window it belongs to
    std::uint32_t context{};    // in Terms
    std::uint32_t requests{1};  // that begin with it; of several each has one piece of `audio`, which may be empty
    ListenerKey listener;
    bool in_evening{};
    Crowds::Place place{};               // address and episode
    std::uint32_t most_at_place{};       // downloads there today that are believed; 0: any number
    std::vector<model::Interval> audio;  // positions in the audio
    std::optional<Listen> carried;       // what this listener's listen had come to before midnight, when it goes on after it
};

[[nodiscard]] AudioVersion version_of(std::uint32_t episode, const model::CountedFile& file);
// The delivery's intervals as positions in the audio, one for each when several requests begin with it.
void audio_of(const model::Delivery& delivery, std::vector<model::Interval>& audio);

// Takes the record's requests and audio into the listen; what becomes of the tally is added to `outcome`. False: nothing has changed.
bool take_in(Listen& listen, Crowds& crowds, const Record& record, const Terms& terms, Outcome& outcome);

// What goes on of a listen after midnight.
[[nodiscard]] Listen carried_over(const Listen& yesterday, const Terms& terms);

}  // namespace earshot::analytics
