#pragma once
// What was found out lately about requests, so that the next fragment of a listen costs no hashing, no rules and no search. It holds no
// address and no agent: a request is found by a keyed hash of all that was looked at, which nobody can make again after clear().

#include <cstdint>

#include "content/model/delivery.hpp"
#include "server/analytics/day.hpp"
#include "server/analytics/hash_key.hpp"
#include "server/analytics/listen.hpp"
#include "server/analytics/wiped.hpp"

namespace earshot::analytics {

class Memo {
public:
    static constexpr std::uint32_t nobody = 0xffffffff;  // instead of a context
    using Hash = HashKey::Hash;
    struct Found {
        Hash hash{};  // 0: empty
        std::uint32_t episode{};
        std::uint32_t context{nobody};
        ListenerKey listener;
        std::uint32_t most_at_place{};
        Crowds::Place place{};
        Listen* listen{};  // null: not looked for yet, or nobody listens
    };

    Memo() = default;
    ~Memo();
    Memo(const Memo&) = delete;
    Memo& operator=(const Memo&) = delete;
    // Before the first request. False: the system refused to keep what is remembered out of swap.
    bool prepare();
    // Begins to look for a request that will be asked for next; when it is not, skip() has to say so, for another one may come to lie
    // there.
    void foresee(const model::Delivery& delivery, Day day);
    void skip() noexcept { foreseen_ = nullptr; }
    // The place for this request in that day's window: with what is known of it, or emptied for it, to be filled and kept. It stays until
    // the next call.
    Found& of(const model::Delivery& delivery, Day day, bool& is_new);
    void keep(Found& found) noexcept { found.hash = asked_; }
    void clear() noexcept;  // wiped, and hashes are others: after lists have changed or a window is closed

private:
    static constexpr std::size_t size = 1 << 15;
    [[nodiscard]] Hash hash_of(const model::Delivery& delivery, Day day);
    [[nodiscard]] Found* places(const Hash& hash) noexcept;
    HashKey key_;
    Wiped<Found> found_;
    bool locked_{};
    Hash asked_{}, foreseen_hash_{};
    const model::Delivery* foreseen_{};
    Day foreseen_day_{};
    Wiped<char> scratch_;
};

}  // namespace earshot::analytics
