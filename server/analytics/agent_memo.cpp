#include "server/analytics/agent_memo.hpp"

namespace earshot::analytics {

const Agent& AgentMemo::of(std::string_view user_agent, const Classifier& classifier) {
    if (known_.empty()) known_.resize(size);
    const auto hash = key_.of(user_agent);
    auto& known = known_[hash[1] & (size - 1)];
    if (known.hash != hash) {
        known.agent = classifier.classify(user_agent);
        if (!known.agent.listed) known.agent.name.clear();
        known.hash = hash;
    }
    return known.agent;
}

void AgentMemo::clear() noexcept {
    Wiped<Known>().swap(known_);
    key_.renew();
}

}  // namespace earshot::analytics
