#pragma once
// schema.org descriptions for search engines (JSON-LD), as text for templates/layout.html.

#include <string>

#include "content/storage/public_view.hpp"

namespace earshot::web {

[[nodiscard]] std::string describe_show(const storage::PublicShow& show, const std::string& base_url);
[[nodiscard]] std::string describe_episode(const storage::PublicShow& show, const model::Episode& episode, const std::string& base_url);

}  // namespace earshot::web
