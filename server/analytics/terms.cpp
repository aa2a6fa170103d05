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

void Terms::spell(const Context& context) {
    scratch_.clear();
    ByteWriter writer(scratch_);
    writer.number(context.episode);
    writer.number(context.version);
    for (const auto& value : context.values) writer.text(value);
}

std::uint32_t Terms::context(const Context& context) {
    spell(context);
    auto number = static_cast<std::uint32_t>(contexts_.size());
    if (const auto known = context_numbers_.find(scratch_); known != context_numbers_.end()) {
        number = known->second;
    } else {
        if (forgotten_.empty()) {
            contexts_.emplace_back();
            asked_on_.emplace_back();
        } else {
            number = forgotten_.back();
            forgotten_.pop_back();
        }
        contexts_[number] = context;
        context_numbers_.emplace(scratch_, number);
    }
    asked_on_[number] = today_;
    return number;
}

void Terms::forget_contexts_before(Day day) {
    for (std::uint32_t number = 0; number < contexts_.size(); ++number) {
        if (contexts_[number].values.empty() || asked_on_[number] >= day) continue;
        spell(contexts_[number]);
        context_numbers_.erase(context_numbers_.find(scratch_));
        contexts_[number] = {};
        forgotten_.push_back(number);
    }
    scratch_.clear();
}

}  // namespace earshot::analytics
