#pragma once
// Typed identifiers: a show's id cannot be passed where an episode's is wanted. The text is opaque
// (lower-case base32, made by storage::random_id) and safe in URLs and file names.

#include <compare>
#include <functional>
#include <string>

namespace earshot::model {

template <class Tag>
struct Id {
    std::string value;
    auto operator<=>(const Id&) const = default;
    [[nodiscard]] bool empty() const noexcept { return value.empty(); }
};

using ShowId = Id<struct ShowTag>;
using EpisodeId = Id<struct EpisodeTag>;
using MasterId = Id<struct MasterTag>;
using RenditionId = Id<struct RenditionTag>;
using JobId = Id<struct JobTag>;
using UploadId = Id<struct UploadTag>;
using AccountId = Id<struct AccountTag>;
using TokenId = Id<struct TokenTag>;

}  // namespace earshot::model

template <class Tag>
struct std::hash<earshot::model::Id<Tag>> {
    std::size_t operator()(const earshot::model::Id<Tag>& id) const noexcept { return std::hash<std::string>{}(id.value); }
};
