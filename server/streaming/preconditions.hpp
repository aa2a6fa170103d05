#pragma once
// Conditional requests (RFC 9110 §13) against one representation's validators. Pure.

#include <optional>
#include <string_view>
#include <vector>

#include "content/model/time.hpp"

namespace earshot::streaming {

// The conditional fields of a request, one entry a field line. Views into the request.
struct ConditionalFields {
    std::vector<std::string_view> if_match, if_none_match, if_modified_since, if_unmodified_since, if_range, range;
};

// What the resource has now. An empty etag or no time: that validator does not exist.
struct Validators {
    std::string_view etag;  // with quotes, "W/" in front when weak
    std::optional<model::Timestamp> last_modified;
};

enum class Verdict { proceed, not_modified, precondition_failed };

// §13.2.2 in its order. `safe`: the method is GET or HEAD. Dates that do not parse, or come twice, are ignored.
[[nodiscard]] Verdict evaluate_preconditions(bool safe, const ConditionalFields& fields, const Validators& current);

// §13.1.5: may Range be honoured? True when there is no If-Range; entity tags compare strongly, dates exactly.
[[nodiscard]] bool if_range_holds(const ConditionalFields& fields, const Validators& current);

}  // namespace earshot::streaming
