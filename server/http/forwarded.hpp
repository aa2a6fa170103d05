#pragma once
// The hops that Forwarded (RFC 7239) and X-Forwarded-For name. Pure functions: whom to believe is TrustedProxies' business.

#include <optional>
#include <string_view>
#include <vector>

#include "server/http/client_address.hpp"

namespace earshot::http {

// Left to right; nullopt is a hop without a usable address: "unknown", "_hidden", none at all, or no such thing.
using Hops = std::vector<std::optional<IpAddress>>;

[[nodiscard]] Hops forwarded_for_hops(std::string_view line);  // one line of X-Forwarded-For
// One line of Forwarded. A line that breaks the grammar is one hop without an address: where its elements begin and end is anyone's guess.
[[nodiscard]] Hops forwarded_hops(std::string_view line);

}  // namespace earshot::http
