#include "server/analytics/dimensions.hpp"

namespace earshot::analytics {

std::span<const Dimension> dimensions() {
    static constexpr Dimension rows[] = {
        {"app", [](const model::Delivery&, const Agent& agent) { return agent.listed ? agent.name : std::string(other_apps); }},
        {"kind", [](const model::Delivery&, const Agent& agent) { return std::string(to_string(agent.kind)); }},
        {"profile", [](const model::Delivery& delivery, const Agent&) { return delivery.profile; }},
    };
    return rows;
}

DimensionValues dimension_values(const model::Delivery& delivery, const Agent& agent) {
    DimensionValues result;
    for (const auto& row : dimensions()) result.emplace_back(row.name, row.value(delivery, agent));
    return result;
}

}  // namespace earshot::analytics
