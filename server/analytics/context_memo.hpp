#pragma once
// Which context a download belongs to that has as much in common with an earlier one: then its dimensions need not be spelt out. It knows
// what lists say and numbers of Terms; nothing in it is a listener's own.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/analytics/terms.hpp"

namespace earshot::analytics {

class ContextMemo {
public:
    explicit ContextMemo(Terms& terms) : terms_(terms) {}
    [[nodiscard]] std::uint32_t of(std::uint32_t episode, std::uint32_t version, std::string_view profile, const Recognised& recognised);
    void clear() noexcept { known_.clear(); }

private:
    struct Known {
        bool used{};
        std::uint32_t context{}, episode{}, version{};
        std::string profile, country, site;
        Agent agent;
    };
    static constexpr std::size_t size = 1024;
    Terms& terms_;
    std::vector<Known> known_;
};

}  // namespace earshot::analytics
