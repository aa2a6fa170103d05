#include "server/analytics/terms.hpp"

#include "server/analytics/byte_codec.hpp"

namespace earshot::analytics {

std::uint32_t Terms::episode(std::string_view name) {
    if (const auto known = episode_numbers_.find(name); known != episode_numbers_.end()) return known->second;
    const auto number = static_cast<std::uint32_t>(episodes_.size());
    episodes_.push_back(&episode_numbers_.emplace(name, number).first->first);
    return number;
}

std::uint32_t Terms::version(const AudioVersion& version) {
    const auto number = static_cast<std::uint32_t>(versions_.size());
    const auto [entry, is_new] = version_numbers_.try_emplace({version.episode, version.bytes, version.enough}, number);
    if (is_new) versions_.push_back(version);
    return entry->second;
}

std::uint32_t Terms::context(const Context& context) {
    scratch_.clear();
    ByteWriter writer(scratch_);
    writer.number(context.episode);
    writer.number(context.version);
    for (const auto& value : context.values) writer.text(value);
    if (const auto known = context_numbers_.find(scratch_); known != context_numbers_.end()) return known->second;
    const auto number = static_cast<std::uint32_t>(contexts_.size());
    contexts_.push_back(context);
    context_numbers_.emplace(scratch_, number);
    return number;
}

}  // namespace earshot::analytics
