#pragma once
// What can be said of an agent that is on no list.

#include <string>
#include <string_view>

#include "server/analytics/classify.hpp"

namespace earshot::analytics {

// Without control characters and spaces around it, and no longer than is looked at.
[[nodiscard]] std::string cleaned_agent(std::string_view agent);
// With its %XX replaced: Apple's network library writes an app's name so.
[[nodiscard]] std::string decoded_agent(std::string_view agent);
// The agent cleaned and decoded. The device is left open.
[[nodiscard]] Agent unlisted_agent(std::string_view agent);

}  // namespace earshot::analytics
