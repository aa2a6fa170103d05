#include "server/analytics/memo.hpp"

#include <sodium.h>

#include <stdexcept>
#include <utility>

namespace earshot::analytics {

Memo::Memo() {
    if (::sodium_init() < 0) throw std::runtime_error("The cryptography library libsodium could not be started.");
    ::randombytes_buf(key_.data(), key_.size());
}

Memo::Hash Memo::hash_of(const model::Delivery& delivery, Day day) {
    scratch_.clear();
    const std::array<std::uint64_t, 9> head{
        static_cast<std::uint64_t>(day), delivery.file.size,         delivery.file.audio_start, delivery.file.bytes_for_60s,
        delivery.address.size(),         delivery.user_agent.size(), delivery.referrer.size(),  delivery.episode.value.size(),
        delivery.profile.size()};
    scratch_.append(reinterpret_cast<const char*>(head.data()), sizeof head);
    for (const auto* text : {&delivery.address, &delivery.user_agent, &delivery.referrer, &delivery.episode.value, &delivery.profile})
        scratch_.append(*text);
    Hash hash{};
    static_assert(sizeof hash == crypto_shorthash_siphashx24_BYTES);
    ::crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(hash.data()), reinterpret_cast<const unsigned char*>(scratch_.data()),
                                  scratch_.size(), key_.data());
    hash[0] |= 1;  // never that of an empty place
    return hash;
}

// Two places for each, the one that was used again in front.
Memo::Found* Memo::places(const Hash& hash) noexcept {
    return &found_[(hash[1] & (size - 1)) & ~std::size_t{1}];
}

void Memo::foresee(const model::Delivery& delivery, Day day) {
    if (found_.empty()) found_.resize(size);
    foreseen_ = &delivery;
    foreseen_day_ = day;
    foreseen_hash_ = hash_of(delivery, day);
    const auto* pair = places(foreseen_hash_);
    __builtin_prefetch(pair);
    __builtin_prefetch(pair + 1);
}

Memo::Found& Memo::of(const model::Delivery& delivery, Day day, bool& is_new) {
    if (found_.empty()) found_.resize(size);
    asked_ = std::exchange(foreseen_, nullptr) == &delivery && foreseen_day_ == day ? foreseen_hash_ : hash_of(delivery, day);
    auto* pair = places(asked_);
    is_new = false;
    if (pair[0].hash == asked_) return pair[0];
    if (pair[1].hash == asked_) {
        std::swap(pair[0], pair[1]);
        return pair[0];
    }
    is_new = true;
    return pair[1] = {};
}

void Memo::clear() noexcept {
    if (!found_.empty()) wipe(found_.data(), found_.size() * sizeof(Found));
    wipe(scratch_.data(), scratch_.size());
}

}  // namespace earshot::analytics
