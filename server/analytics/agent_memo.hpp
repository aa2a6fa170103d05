#pragma once
// What the rules said of agents lately: there are few agents and many who use them. Found again by a keyed hash; no agent's own text is
// kept.

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "server/analytics/classify.hpp"

namespace earshot::analytics {

class AgentMemo {
public:
    AgentMemo();
    // As the classifier says, but without a name unless it comes from a list. Stays until the next call.
    [[nodiscard]] const Agent& of(std::string_view user_agent, const Classifier& classifier);
    void clear() noexcept { known_.clear(); }  // another classifier from now on

private:
    struct Known {
        std::array<std::uint64_t, 2> hash{};
        Agent agent;
    };
    static constexpr std::size_t size = 4096;
    std::array<unsigned char, 16> key_{};
    std::vector<Known> known_;
};

}  // namespace earshot::analytics
