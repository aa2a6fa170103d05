#pragma once
// What can be told from a request alone, before anything is known about its listener (PTMG §"filter": rules D1 to D4, D7, D9).

#include <cstdint>
#include <optional>
#include <string_view>

#include "content/model/delivery.hpp"
#include "server/analytics/count.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::analytics {

// In this order: opted_out (nothing else is looked at then), preview, head, withdrawn, error, probe; nullopt: it depends on who asks.
[[nodiscard]] std::optional<Verdict> verdict_of_request(const model::Delivery& delivery);
// A bot, a data centre, or a player that fetches without anybody having pressed play.
[[nodiscard]] bool is_nobody(const model::Delivery& delivery, const Recognised& recognised);

// A Range field that asks for one or two bytes of a file of `size` bytes. Malformed fields are no probes: they are ignored (RFC 9110
// §14.2).
[[nodiscard]] bool is_probe(std::string_view range, std::uint64_t size);

}  // namespace earshot::analytics
