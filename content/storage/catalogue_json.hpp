#pragma once
// The lists of the catalogue as JSON text columns and back. '' is an empty list or "none". Used by the catalogue only.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/show.hpp"

namespace earshot::storage {

[[nodiscard]] std::string to_json(const std::vector<model::Person>& people);
[[nodiscard]] std::string to_json(const std::vector<model::CallToAction>& actions);
[[nodiscard]] std::string to_json(const std::vector<model::Chapter>& chapters);
[[nodiscard]] std::string to_json(const std::optional<model::Artwork>& artwork);
[[nodiscard]] std::string to_json(const std::optional<model::MasterInfo>& info);
[[nodiscard]] std::string to_json(const std::optional<model::Sound>& sound);
[[nodiscard]] std::string to_json(const model::Redactions& redactions);

// They throw when the text is not what to_json made: the database was tampered with.
[[nodiscard]] std::vector<model::Person> people_from_json(std::string_view text);
[[nodiscard]] std::vector<model::CallToAction> actions_from_json(std::string_view text);
[[nodiscard]] std::vector<model::Chapter> chapters_from_json(std::string_view text);
[[nodiscard]] std::optional<model::Artwork> artwork_from_json(std::string_view text);
[[nodiscard]] std::optional<model::MasterInfo> master_info_from_json(std::string_view text);
[[nodiscard]] std::optional<model::Sound> sound_from_json(std::string_view text);
[[nodiscard]] model::Redactions redactions_from_json(std::string_view text);

}  // namespace earshot::storage
