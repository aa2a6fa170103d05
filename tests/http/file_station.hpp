#pragma once
// A server with files, as podcast apps meet it.

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "tests/http/wire.hpp"

namespace earshot::tests {

// A counted GET route for whatever file is current. `repeated`: a row with a revision that stands still, whose answer a network thread
// repeats without asking the handler again.
[[nodiscard]] http::Route file_route(std::string path, std::function<model::OpenFilePtr()> file, bool repeated = false);

inline constexpr std::string_view station_etag = "\"v1\"";
inline constexpr std::string_view station_date = "Tue, 24 Nov 2026 07:00:00 GMT";

}  // namespace earshot::tests
