#pragma once
// Hashes and random ids for every room that may see storage. OpenSSL and libsodium stay behind this header.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace earshot::storage {

[[nodiscard]] std::string sha256_hex(std::string_view bytes);
[[nodiscard]] std::string sha1_raw(std::string_view bytes);                               // 20 bytes; tus checksums and UUIDv5 only
[[nodiscard]] std::string hmac_sha256_raw(std::string_view key, std::string_view bytes);  // RFC 2104, 32 bytes
[[nodiscard]] std::string hex(std::string_view bytes);
[[nodiscard]] std::string base64(std::string_view bytes);
// Strict RFC 4648 §4 with padding; false when malformed.
[[nodiscard]] bool decode_base64(std::string_view text, std::string& out);

// SHA-256 over a stream.
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(Sha256&&) noexcept;
    Sha256& operator=(Sha256&&) noexcept;
    void update(std::span<const std::byte> bytes);
    [[nodiscard]] std::string finish_hex();

private:
    struct State;
    std::unique_ptr<State> state_;
};

// SHA-1 over a stream: tus checksums only.
class Sha1 {
public:
    Sha1();
    ~Sha1();
    Sha1(Sha1&&) noexcept;
    Sha1& operator=(Sha1&&) noexcept;
    void update(std::span<const std::byte> bytes);
    [[nodiscard]] std::string finish_raw();  // 20 bytes

private:
    struct State;
    std::unique_ptr<State> state_;
};

// `bits` of randomness from the kernel as lower-case base32 (a-z, 2-7): ids, URL keys.
[[nodiscard]] std::string random_id(unsigned bits = 80);
[[nodiscard]] std::string random_bytes(std::size_t count);

// RFC 9562 §5.3/§5.5. A podcast:guid is uuid_v5(podcast_namespace, feed URL without scheme and trailing slashes).
[[nodiscard]] std::string uuid_v4();
[[nodiscard]] std::string podcast_guid(std::string_view feed_url);

[[nodiscard]] bool equal_constant_time(std::string_view a, std::string_view b) noexcept;

}  // namespace earshot::storage
