#pragma once
// What can be told from a request alone, before anything is known about its listener (PTMG §"filter": rules D1 to D4, D7, D9).

#include <cstdint>
#include <optional>
#include <string_view>

#include "content/model/delivery.hpp"
#include "server/analytics/count.hpp"
#include "server/analytics/recognition.hpp"

namespace earshot::analytics {

struct Screened {
    std::optional<Verdict> verdict;  // empty: the bytes decide
    Recognised recognised;           // known when the verdict is empty or `bot`
};
// In this order: opted_out (nothing else is looked at then), preview, head, withdrawn, error, probe, bot.
[[nodiscard]] Screened screen(const model::Delivery& delivery, const Recognition& recognition);

// A Range field that asks for one or two bytes of a file of `size` bytes. Malformed fields are no probes: they are ignored (RFC 9110
// §14.2).
[[nodiscard]] bool is_probe(std::string_view range, std::uint64_t size);

}  // namespace earshot::analytics
