#pragma once
// Styles, scripts and pictures that travel in the binary, under addresses that hold their content's hash: /assets/<hash>/<name>.

#include <string>
#include <string_view>

namespace earshot::web {

// "/assets/3f2a…/site.css". Throws std::runtime_error for a name that was never built: a bug.
[[nodiscard]] const std::string& asset_url(std::string_view name);

}  // namespace earshot::web
