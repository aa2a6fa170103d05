#pragma once
// JSON chapters 1.2 (podcast namespace), application/json+chapters.

#include <span>
#include <string>

#include "content/model/episode.hpp"

namespace earshot::feeds {

[[nodiscard]] std::string render_chapters_json(const model::Show& show, const model::Episode& episode);

}  // namespace earshot::feeds
