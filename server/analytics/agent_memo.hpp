#pragma once
// What the rules said of agents lately: there are few agents and many who use them. Found again by a keyed hash, which nobody can make
// again after clear(); no agent's own text is kept.

#include <string_view>

#include "server/analytics/classify.hpp"
#include "server/analytics/hash_key.hpp"
#include "server/analytics/wiped.hpp"

namespace earshot::analytics {

class AgentMemo {
public:
    // As the classifier says, but without a name unless it comes from a list. Stays until the next call.
    [[nodiscard]] const Agent& of(std::string_view user_agent, const Classifier& classifier);
    void clear() noexcept;  // wiped, and hashes are others: when a day ends, or another classifier comes

private:
    struct Known {
        HashKey::Hash hash{};  // 0: empty
        Agent agent;
    };
    static constexpr std::size_t size = 4096;
    HashKey key_;
    Wiped<Known> known_;
};

}  // namespace earshot::analytics
