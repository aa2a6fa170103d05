#include "server/analytics/context_memo.hpp"

#include <functional>

namespace earshot::analytics {

std::uint32_t ContextMemo::of(std::uint32_t episode, std::uint32_t version, std::string_view profile, const Recognised& recognised) {
    if (known_.empty()) known_.resize(size);
    const std::hash<std::string_view> hash;
    const auto& agent = recognised.agent;
    auto& known = known_[(hash(agent.name) + 3 * hash(recognised.country) + 5 * hash(recognised.site) + 7 * agent.device.size() +
                          131 * episode + 977 * version) %
                         size];
    if (known.used && known.episode == episode && known.version == version && known.profile == profile &&
        known.country == recognised.country && known.site == recognised.site && known.agent == agent)
        return known.context;
    const auto context = terms_.context({episode, version, dimension_values(profile, recognised)});
    known = {true, context, episode, version, std::string(profile), recognised.country, recognised.site, agent};
    return context;
}

}  // namespace earshot::analytics
