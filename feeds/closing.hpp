#pragma once
// What stands at the end of every episode's notes: the show's notice and what a listener is asked to do, with the real addresses,
// emergencies first. It must make sense anywhere, without this server.

#include <string>

#include "content/model/show.hpp"

namespace earshot::feeds {

[[nodiscard]] std::string closing_html(const model::Show& show);  // "" without notice and actions
[[nodiscard]] std::string closing_text(const model::Show& show);  // one line each

}  // namespace earshot::feeds
