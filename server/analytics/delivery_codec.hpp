#pragma once
// Deliveries as bytes and back, so that a process that only finishes its downloads can have them counted by its successor. They pass from
// memory to memory: what they say about a listener must not be written anywhere else.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/delivery.hpp"

namespace earshot::analytics {

void write_delivery(const model::Delivery& delivery, std::string& out);  // appends
// All of what write_delivery() appended. nullopt when it is anything else.
[[nodiscard]] std::optional<std::vector<model::Delivery>> read_deliveries(std::string_view bytes);

}  // namespace earshot::analytics
