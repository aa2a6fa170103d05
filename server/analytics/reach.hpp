#pragma once
// Reach along an episode: how many of the listens that count as a download got each part of its audio. Taken once, when a day closes, from
// what is known of its listeners, just before that is wiped. A part is got when its middle byte is: delivered, not heard.

#include <array>
#include <cstdint>
#include <map>

#include "server/analytics/listen_table.hpp"
#include "server/analytics/terms.hpp"

namespace earshot::analytics {

constexpr std::size_t reach_parts = 240;  // of equal length, whatever the episode's

// Of one version of the audio.
struct ReachSums {
    std::int64_t listens{};
    std::array<std::int64_t, reach_parts> parts{};  // how many of them got each
    ReachSums& operator+=(const ReachSums& other);
};
using Reach = std::map<std::uint32_t, ReachSums>;  // by version, in Terms

// Of episodes that had at least `fewest` such listens: a day that no page tells must not be told by the sums it has gone into.
[[nodiscard]] Reach reach_of(const ListenTable& listens, const Terms& terms, unsigned fewest);

}  // namespace earshot::analytics
