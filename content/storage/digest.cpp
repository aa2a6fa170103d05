#include "content/storage/digest.hpp"

#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

namespace earshot::storage {

namespace {

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string one_shot(std::string_view bytes, const EVP_MD* kind) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), out, &length, kind, nullptr) != 1) throw std::runtime_error("hashing failed");
    return {reinterpret_cast<const char*>(out), length};
}

class Stream {
public:
    explicit Stream(const EVP_MD* kind) {
        if (!context_ || EVP_DigestInit_ex(context_.get(), kind, nullptr) != 1) throw std::runtime_error("hashing failed");
    }
    void update(std::span<const std::byte> bytes) {
        if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) throw std::runtime_error("hashing failed");
    }
    std::string finish() {
        unsigned char out[EVP_MAX_MD_SIZE];
        unsigned length = 0;
        if (EVP_DigestFinal_ex(context_.get(), out, &length) != 1) throw std::runtime_error("hashing failed");
        return {reinterpret_cast<const char*>(out), length};
    }

private:
    std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

void start_sodium() {
    static const bool ready = sodium_init() >= 0;
    if (!ready) throw std::runtime_error("libsodium cannot start: no source of randomness");
}

// RFC 9562 §5: version in the high nibble of octet 6, variant 10 in octet 8.
std::string format_uuid(std::string bytes, unsigned version) {
    bytes[6] = static_cast<char>((static_cast<unsigned char>(bytes[6]) & 0x0fU) | (version << 4U));
    bytes[8] = static_cast<char>((static_cast<unsigned char>(bytes[8]) & 0x3fU) | 0x80U);
    auto text = hex(std::string_view(bytes).substr(0, 16));
    for (const auto position : {20U, 16U, 12U, 8U}) text.insert(position, "-");
    return text;
}

}  // namespace

std::string hmac_sha256_raw(std::string_view key, std::string_view bytes) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), raw(bytes), bytes.size(), out, &length) == nullptr)
        throw std::runtime_error("hashing failed");
    return {reinterpret_cast<const char*>(out), length};
}

std::string sha256_hex(std::string_view bytes) {
    return hex(one_shot(bytes, EVP_sha256()));
}
std::string sha1_raw(std::string_view bytes) {
    return one_shot(bytes, EVP_sha1());
}

std::string hex(std::string_view bytes) {
    std::string out(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(out.data(), out.size(), raw(bytes), bytes.size());
    out.pop_back();
    return out;
}

std::string base64(std::string_view bytes) {
    std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(out.data(), out.size(), raw(bytes), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
    out.pop_back();
    return out;
}

bool decode_base64(std::string_view text, std::string& out) {
    if (text.size() % 4 != 0) return false;
    std::string bytes(text.size() / 4 * 3, '\0');
    std::size_t length = 0;
    const char* end = nullptr;
    const int rc = sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(), nullptr,
                                     &length, &end, sodium_base64_VARIANT_ORIGINAL);
    if (rc != 0 || end != text.data() + text.size()) return false;
    bytes.resize(length);
    out = std::move(bytes);
    return true;
}

struct Sha256::State : Stream {
    State() : Stream(EVP_sha256()) {}
};
struct Sha1::State : Stream {
    State() : Stream(EVP_sha1()) {}
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
void Sha256::update(std::span<const std::byte> bytes) {
    state_->update(bytes);
}
std::string Sha256::finish_hex() {
    return hex(state_->finish());
}

Sha1::Sha1() : state_(std::make_unique<State>()) {}
Sha1::~Sha1() = default;
Sha1::Sha1(Sha1&&) noexcept = default;
Sha1& Sha1::operator=(Sha1&&) noexcept = default;
void Sha1::update(std::span<const std::byte> bytes) {
    state_->update(bytes);
}
std::string Sha1::finish_raw() {
    return state_->finish();
}

std::string random_bytes(std::size_t count) {
    start_sodium();
    std::string bytes(count, '\0');
    randombytes_buf(bytes.data(), bytes.size());
    return bytes;
}

std::string random_id(unsigned bits) {
    const auto bytes = random_bytes((bits + 4) / 5);  // five bits of each byte
    std::string id;
    for (const char byte : bytes) id += "abcdefghijklmnopqrstuvwxyz234567"[static_cast<unsigned char>(byte) & 31U];
    return id;
}

std::string uuid_v4() {
    return format_uuid(random_bytes(16), 4);
}

std::string podcast_guid(std::string_view feed_url) {
    if (const auto scheme = feed_url.find("://"); scheme != std::string_view::npos) feed_url.remove_prefix(scheme + 3);
    while (feed_url.ends_with('/')) feed_url.remove_suffix(1);
    // ead4c236-bf58-58c6-a2c6-a6b28d128cb6, the podcast namespace of the podcast:guid specification
    constexpr unsigned char space[16] = {0xea, 0xd4, 0xc2, 0x36, 0xbf, 0x58, 0x58, 0xc6, 0xa2, 0xc6, 0xa6, 0xb2, 0x8d, 0x12, 0x8c, 0xb6};
    std::string input(reinterpret_cast<const char*>(space), sizeof space);
    input += feed_url;
    return format_uuid(sha1_raw(input), 5);
}

bool equal_constant_time(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace earshot::storage
