#pragma once
// JSON from producers → the model. Every member is checked, unknown ones are refused by name; on failure the caller's value must be thrown
// away.

#include <optional>
#include <string>
#include <string_view>

#include "content/model/episode.hpp"
#include "content/model/error.hpp"
#include "content/model/job.hpp"
#include "content/model/show.hpp"

namespace earshot::api {

[[nodiscard]] model::Status read_new_show(std::string_view body, model::Show& show);
[[nodiscard]] model::Status read_show_edit(std::string_view body, model::Show& show);  // no slug: addresses never change
[[nodiscard]] model::Status read_new_episode(std::string_view body, model::Episode& episode);
[[nodiscard]] model::Status read_episode_edit(std::string_view body, model::Episode& episode);

// {"upload": "…"}
[[nodiscard]] model::Result<std::string> read_upload_id(std::string_view body);
// {"ranges": [{"start": 12.5, "end": "0:14", "kind": "mute"}]}; how they fit together is for others to check.
[[nodiscard]] model::Result<model::Redactions> read_redactions(std::string_view body);
// {} or {"at": "RFC 3339"}
[[nodiscard]] model::Result<std::optional<model::Timestamp>> read_publication(std::string_view body);
// {"priority": "low" | "normal" | "high" | "urgent"}
[[nodiscard]] model::Result<model::JobPriority> read_priority(std::string_view body);
// {} only: acts without arguments.
[[nodiscard]] model::Status read_nothing(std::string_view body);

}  // namespace earshot::api
