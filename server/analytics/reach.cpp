#include "server/analytics/reach.hpp"

#include <algorithm>
#include <unordered_map>

namespace earshot::analytics {

namespace {

// While adding up: differences between neighbours, so that a long piece costs as much as a short one.
struct Steps {
    std::int64_t listens{};
    std::array<std::int64_t, reach_parts + 1> changes{};
};

// The first part whose middle is not before that byte.
std::size_t first_part_from(std::uint64_t byte, std::uint64_t bytes) {
    if (byte >= bytes) return reach_parts;
    const auto twice = 2 * reach_parts * byte;
    return twice <= bytes ? 0 : static_cast<std::size_t>((twice - bytes + 2 * bytes - 1) / (2 * bytes));
}

void add(Steps& steps, const Listen::Track& track, std::uint64_t bytes) {
    auto received = track.today;
    if (track.before) {
        for (const auto& piece : track.before->pieces()) received.add(piece);
    }
    ++steps.listens;
    for (const auto& piece : received.pieces()) {
        ++steps.changes[first_part_from(piece.begin, bytes)];
        --steps.changes[first_part_from(piece.end, bytes)];
    }
}

}  // namespace

ReachSums& ReachSums::operator+=(const ReachSums& other) {
    listens += other.listens;
    for (std::size_t i = 0; i < reach_parts; ++i) parts[i] += other.parts[i];
    return *this;
}

Reach reach_of(const ListenTable& listens, const Terms& terms, unsigned fewest) {
    std::unordered_map<std::uint32_t, Steps> steps;
    std::unordered_map<std::uint32_t, std::int64_t> of_episode;
    listens.each([&](const ListenerKey&, const Listen& listen) {
        if (!listen.counted || listen.tracks() == 0) return;
        std::size_t most = 0;  // of several versions that one listener took, the one that arrived best
        for (std::size_t at = 1; at < listen.tracks(); ++at) {
            if (listen.track(at).today.size() > listen.track(most).today.size()) most = at;
        }
        const auto& track = listen.track(most);
        const auto& version = terms.version_of(track.version);
        add(steps[track.version], track, version.bytes);
        ++of_episode[version.episode];
    });
    Reach reach;
    for (const auto& [version, each] : steps) {
        if (of_episode[terms.version_of(version).episode] < static_cast<std::int64_t>(fewest)) continue;
        auto& sums = reach[version];
        sums.listens = each.listens;
        std::int64_t now = 0;
        for (std::size_t i = 0; i < reach_parts; ++i) sums.parts[i] = now += each.changes[i];
    }
    return reach;
}

}  // namespace earshot::analytics
