#include "server/analytics/dimensions.hpp"

namespace earshot::analytics {

std::span<const Dimension> dimensions() {
    using model::Delivery;
    static constexpr Dimension rows[] = {
        {"app", [](const Delivery&, const Recognised& it) { return it.agent.listed ? it.agent.name : std::string(other_values); }},
        {"kind", [](const Delivery&, const Recognised& it) { return std::string(to_string(it.agent.kind)); }},
        {"device", [](const Delivery&, const Recognised& it) { return it.agent.device; }},
        {"country", [](const Delivery&, const Recognised& it) { return it.country; }},
        {"site", [](const Delivery&, const Recognised& it) { return it.site; }},
        {"profile", [](const Delivery& delivery, const Recognised&) { return delivery.profile; }},
    };
    return rows;
}

DimensionValues dimension_values(const model::Delivery& delivery, const Recognised& recognised) {
    DimensionValues result;
    result.reserve(dimensions().size());
    for (const auto& row : dimensions()) result.push_back(row.value(delivery, recognised));
    return result;
}

}  // namespace earshot::analytics
