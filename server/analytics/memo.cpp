#include "server/analytics/memo.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <utility>

namespace earshot::analytics {

Memo::~Memo() {
    if (locked_) ::sodium_munlock(found_.data(), found_.size() * sizeof(Found));
}

bool Memo::prepare() {
    if (found_.empty()) {
        found_.resize(size);
        locked_ = ::sodium_mlock(found_.data(), found_.size() * sizeof(Found)) == 0;
    }
    return locked_;
}

Memo::Hash Memo::hash_of(const model::Delivery& delivery, Day day) {
    const std::array<const std::string*, 5> texts{&delivery.address, &delivery.user_agent, &delivery.referrer, &delivery.episode.value,
                                                  &delivery.profile};
    std::array<std::uint64_t, 4> head{static_cast<std::uint64_t>(day), delivery.file.size, delivery.file.audio_start,
                                      delivery.file.bytes_for_60s};
    std::array<std::uint32_t, texts.size()> sizes{};
    std::size_t size_of_all = sizeof head + sizeof sizes;
    for (std::size_t i = 0; i < texts.size(); ++i) {
        sizes[i] = static_cast<std::uint32_t>(texts[i]->size());
        size_of_all += texts[i]->size();
    }
    if (scratch_.size() < size_of_all) scratch_.resize(std::max<std::size_t>(size_of_all, 4096));  // from that size on it is in no dump
    auto* end = scratch_.data();
    const auto append = [&end](const void* bytes, std::size_t count) {
        std::memcpy(end, bytes, count);
        end += count;
    };
    append(head.data(), sizeof head);
    append(sizes.data(), sizeof sizes);
    for (const auto* text : texts) append(text->data(), text->size());
    return key_.of({scratch_.data(), size_of_all});
}

// Two places for each, the one that was used again in front.
Memo::Found* Memo::places(const Hash& hash) noexcept {
    return &found_[(hash[1] & (size - 1)) & ~std::size_t{1}];
}

void Memo::foresee(const model::Delivery& delivery, Day day) {
    prepare();
    foreseen_ = &delivery;
    foreseen_day_ = day;
    foreseen_hash_ = hash_of(delivery, day);
    const auto* pair = places(foreseen_hash_);
    __builtin_prefetch(pair);
    __builtin_prefetch(pair + 1);
}

Memo::Found& Memo::of(const model::Delivery& delivery, Day day, bool& is_new) {
    prepare();
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
    Wiped<char>().swap(scratch_);  // all of its room, not only what is in use
    wipe(&asked_, sizeof asked_);
    wipe(&foreseen_hash_, sizeof foreseen_hash_);
    skip();
    key_.renew();
}

}  // namespace earshot::analytics
