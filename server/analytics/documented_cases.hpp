#pragma once
// The cases of docs/measurement.md, as they were when this program was built: the page that people read is the table that the tests run,
// and that a running server can be audited with.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/delivery.hpp"

namespace earshot::analytics::documented {

struct Case {
    std::string name;
    std::vector<std::vector<model::Delivery>> steps;   // a step with "x40" is forty deliveries
    std::map<std::string, std::uint64_t> downloads;    // "2026-11-23" → downloads of all episodes
    std::map<std::string, std::uint64_t> not_counted;  // reason → requests
    [[nodiscard]] std::uint64_t requests() const;
};

// The list of shared addresses that the cases go by, as the text of its file.
[[nodiscard]] std::string_view shared_addresses();
// Throws std::runtime_error naming the row that cannot be read.
[[nodiscard]] std::vector<Case> cases();

}  // namespace earshot::analytics::documented
