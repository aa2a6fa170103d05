#include "server/analytics/listen_table.hpp"

#include <cstring>

namespace earshot::analytics {

namespace {

constexpr std::size_t fewest_places = 1024;

}  // namespace

std::uint64_t ListenTable::hash(const ListenerKey& key) noexcept {  // a key is random already
    std::uint64_t bits;
    std::memcpy(&bits, key.bytes.data(), sizeof bits);
    return bits;
}

ListenTable::Entry* ListenTable::place_of(const ListenerKey& key) noexcept {
    const auto mask = entries_.size() - 1;
    for (auto at = hash(key) & mask;; at = (at + 1) & mask) {
        auto& entry = entries_[at];
        if (entry.number == 0 || entry.key == key) return &entry;
    }
}

Listen* ListenTable::find(const ListenerKey& key) noexcept {
    if (entries_.empty()) return nullptr;
    const auto number = place_of(key)->number;
    return number != 0 ? &chunks_[(number - 1) / chunk][(number - 1) % chunk] : nullptr;
}

std::pair<Listen*, bool> ListenTable::try_emplace(const ListenerKey& key) {
    if ((std::size_t{size_} + 1) * 4 > entries_.size() * 3) grow();
    auto* entry = place_of(key);
    if (entry->number != 0) return {&chunks_[(entry->number - 1) / chunk][(entry->number - 1) % chunk], false};
    if (size_ % chunk == 0) {
        chunks_.emplace_back();
        chunks_.back().reserve(chunk);  // so that it never moves
    }
    auto& listen = chunks_.back().emplace_back();
    *entry = {key, ++size_};
    return {&listen, true};
}

void ListenTable::grow() {
    Wiped<Entry> old(entries_.empty() ? fewest_places : entries_.size() * 2);
    old.swap(entries_);
    for (const auto& entry : old) {
        if (entry.number != 0) *place_of(entry.key) = entry;
    }
}

}  // namespace earshot::analytics
