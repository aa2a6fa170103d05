#include "server/analytics/memo.hpp"

#include <sodium.h>

#include <stdexcept>
#include <utility>

#include "server/analytics/byte_codec.hpp"

namespace earshot::analytics {

Memo::Memo() {
    if (::sodium_init() < 0) throw std::runtime_error("The cryptography library libsodium could not be started.");
    ::randombytes_buf(key_.data(), key_.size());
}

Memo::Found& Memo::of(const model::Delivery& delivery, Day day, bool& is_new) {
    if (found_.empty()) found_.resize(size);
    scratch_.clear();
    ByteWriter writer(scratch_);
    writer.number(day);
    writer.number(delivery.file.size);
    writer.number(delivery.file.audio_start);
    writer.number(delivery.file.bytes_for_60s);
    writer.text(delivery.address);
    writer.text(delivery.user_agent);
    writer.text(delivery.referrer);
    writer.text(delivery.episode.value);
    writer.text(delivery.profile);
    auto& hash = asked_;
    static_assert(sizeof hash == crypto_shorthash_siphashx24_BYTES);
    ::crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(hash.data()), reinterpret_cast<const unsigned char*>(scratch_.data()),
                                  scratch_.size(), key_.data());
    hash[0] |= 1;  // never that of an empty place
    // Two places for each, the one used last in front.
    auto* pair = &found_[(hash[1] & (size - 1)) & ~std::size_t{1}];
    if (pair[0].hash != hash) std::swap(pair[0], pair[1]);
    is_new = pair[0].hash != hash;
    if (is_new) pair[0] = {};
    return pair[0];
}

void Memo::clear() noexcept {
    if (!found_.empty()) wipe(found_.data(), found_.size() * sizeof(Found));
    wipe(scratch_.data(), scratch_.size());
}

}  // namespace earshot::analytics
