#pragma once
// The listens of a day by their listeners' keys: small, because there may be millions, and wiped when they go.

#include <cstdint>
#include <utility>
#include <vector>

#include "server/analytics/listen.hpp"

namespace earshot::analytics {

class ListenTable {
public:
    [[nodiscard]] Listen* find(const ListenerKey& key) noexcept;
    [[nodiscard]] const Listen* find(const ListenerKey& key) const noexcept { return const_cast<ListenTable*>(this)->find(key); }
    // The listen of that key and whether it is new. Listens stay where they are.
    std::pair<Listen*, bool> try_emplace(const ListenerKey& key);
    void prefetch(const ListenerKey& key) const noexcept {
        if (!entries_.empty()) __builtin_prefetch(&entries_[hash(key) & (entries_.size() - 1)]);
    }
    template <class What>
    void each(What what) const {
        for (const auto& entry : entries_) {
            if (entry.number != 0) what(entry.key, listen(entry.number));
        }
    }
    [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

private:
    struct Entry {
        ListenerKey key;
        std::uint32_t number{};  // of its listen; 0: an empty place
    };
    static constexpr std::uint32_t chunk = 1 << 15;
    static std::uint64_t hash(const ListenerKey& key) noexcept;
    [[nodiscard]] Entry* place_of(const ListenerKey& key) noexcept;  // where it is, or where it has to go
    [[nodiscard]] const Listen& listen(std::uint32_t number) const { return chunks_[(number - 1) / chunk][(number - 1) % chunk]; }
    void grow();

    Wiped<Entry> entries_;  // open addressing; a power of two, three quarters full at most
    std::vector<Wiped<Listen>> chunks_;
    std::uint32_t size_{};
};

}  // namespace earshot::analytics
