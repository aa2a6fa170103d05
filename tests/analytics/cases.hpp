#pragma once
// The cases of docs/measurement.md: the page that people read is the table that the tests run.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::tests {

struct Case {
    std::string name;
    std::vector<std::vector<model::Delivery>> steps;   // a step with "x40" is forty deliveries
    std::map<std::string, std::uint64_t> downloads;    // "2026-11-23" → downloads of all episodes
    std::map<std::string, std::uint64_t> not_counted;  // reason → requests
    [[nodiscard]] std::uint64_t requests() const;
};

[[nodiscard]] analytics::ListFiles documented_lists();  // that the cases go by
// Throws std::runtime_error naming the row that cannot be read.
[[nodiscard]] std::vector<Case> documented_cases();

}  // namespace earshot::tests
