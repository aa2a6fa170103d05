#include "server/analytics/hash_key.hpp"

#include <sodium.h>

#include <new>
#include <stdexcept>

namespace earshot::analytics {

HashKey::HashKey() {
    if (::sodium_init() < 0) throw std::runtime_error("The cryptography library libsodium could not be started.");
    key_ = static_cast<unsigned char*>(::sodium_malloc(crypto_shorthash_siphashx24_KEYBYTES));
    if (key_ == nullptr) throw std::bad_alloc();
    renew();
}

HashKey::~HashKey() {
    ::sodium_free(key_);  // wipes
}

void HashKey::renew() noexcept {
    ::sodium_mprotect_readwrite(key_);
    ::randombytes_buf(key_, crypto_shorthash_siphashx24_KEYBYTES);
    ::sodium_mprotect_readonly(key_);
}

HashKey::Hash HashKey::of(std::string_view text) const noexcept {
    Hash hash{};
    static_assert(sizeof hash == crypto_shorthash_siphashx24_BYTES);
    ::crypto_shorthash_siphashx24(reinterpret_cast<unsigned char*>(hash.data()), reinterpret_cast<const unsigned char*>(text.data()),
                                  text.size(), key_);
    hash[0] |= 1;
    return hash;
}

}  // namespace earshot::analytics
