#pragma once
// The cases of docs/measurement.md as the tests use them.

#include "server/analytics/documented_cases.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::tests {

using analytics::documented::Case;

[[nodiscard]] inline std::vector<Case> documented_cases() {
    return analytics::documented::cases();
}
[[nodiscard]] analytics::ListFiles documented_lists();  // that the cases go by

}  // namespace earshot::tests
