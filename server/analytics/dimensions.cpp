#include "server/analytics/dimensions.hpp"

namespace earshot::analytics {

std::span<const Dimension> dimensions() {
    static constexpr Dimension rows[] = {
        {"app", [](std::string_view, const Recognised& it) { return it.agent.listed ? it.agent.name : std::string(other_values); }},
        {"kind", [](std::string_view, const Recognised& it) { return std::string(to_string(it.agent.kind)); }},
        {"device", [](std::string_view, const Recognised& it) { return it.agent.device; }},
        {"country", [](std::string_view, const Recognised& it) { return it.country; }},
        {"site", [](std::string_view, const Recognised& it) { return it.site; }},
        {"profile", [](std::string_view profile, const Recognised&) { return std::string(profile); }},
    };
    return rows;
}

DimensionValues dimension_values(std::string_view profile, const Recognised& recognised) {
    DimensionValues result;
    result.reserve(dimensions().size());
    for (const auto& row : dimensions()) result.push_back(row.value(profile, recognised));
    return result;
}

}  // namespace earshot::analytics
