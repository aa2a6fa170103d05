#define OPENSSL_SUPPRESS_DEPRECATED  // the interface that lets a hash be copied half way, without an allocation, and uses the processor's
                                     // own
#include "server/analytics/listener.hpp"

#include <fcntl.h>
#include <openssl/sha.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "server/analytics/ip_address.hpp"
#include "server/analytics/wiped.hpp"

namespace earshot::analytics {

namespace {

constexpr std::size_t key_size = 32;

// HMAC-SHA-256 (RFC 2104) after its key block.
struct Hmac {
    SHA256_CTX inner, outer;
    void begin(const std::uint8_t* key) {
        std::array<std::uint8_t, SHA256_CBLOCK> block;
        const auto start = [&](SHA256_CTX& hash, std::uint8_t pad) {
            for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<std::uint8_t>((i < key_size ? key[i] : 0) ^ pad);
            ::SHA256_Init(&hash);
            ::SHA256_Update(&hash, block.data(), block.size());
        };
        start(inner, 0x36);
        start(outer, 0x5c);
        wipe(block.data(), block.size());
    }
    void end(std::array<std::uint8_t, SHA256_DIGEST_LENGTH>& digest) {
        ::SHA256_Final(digest.data(), &inner);
        ::SHA256_Update(&outer, digest.data(), digest.size());
        ::SHA256_Final(digest.data(), &outer);
    }
};

void ensure_sodium() {
    if (::sodium_init() < 0) throw std::runtime_error("The cryptography library libsodium could not be started.");
}

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

struct Descriptor {
    int number;
    ~Descriptor() {
        if (number >= 0) ::close(number);
    }
};

// Under its final name the file is always complete: a process that dies half way leaves only the ".new" one.
void make_key_file(const std::filesystem::path& file) {
    const auto fresh = file.string() + ".new";
    ::unlink(fresh.c_str());
    const Descriptor out{::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (out.number < 0) fail("create " + fresh);
    std::array<std::uint8_t, key_size> key;
    ::randombytes_buf(key.data(), key.size());
    const auto written = ::write(out.number, key.data(), key.size());
    wipe(key.data(), key.size());
    if (written != static_cast<ssize_t>(key_size)) fail("write " + fresh);
    if (::rename(fresh.c_str(), file.c_str()) != 0) fail("rename " + fresh);
}

bool is_key_file(const std::filesystem::path& file) {
    struct stat info{};
    return ::lstat(file.c_str(), &info) == 0 && S_ISREG(info.st_mode) && info.st_size == static_cast<off_t>(key_size);
}

void update(Hmac& hmac, std::string_view text) {
    const auto length = static_cast<std::uint32_t>(text.size());  // so that no two inputs run into the same bytes
    ::SHA256_Update(&hmac.inner, &length, sizeof length);
    ::SHA256_Update(&hmac.inner, text.data(), text.size());
}

}  // namespace

struct DayKey::Keys {
    Hmac hmac;
    std::array<std::uint8_t, crypto_shorthash_siphashx24_KEYBYTES> place;
};

ListenerAddress::ListenerAddress(std::string_view address, const std::optional<IpAddress>& parsed) {
    if (!parsed) {
        whole_ = '?' + std::string(address);
        return;
    }
    const bool four = is_ipv4(*parsed);
    short_[0] = four ? '4' : '6';
    size_ = four ? 5 : 9;
    std::memcpy(&short_[1], parsed->data() + (four ? 12 : 0), size_ - 1);
}

void DayKey::derive(const std::uint8_t* key) {
    state_ = ::sodium_malloc(sizeof(Keys));  // locked, not dumped, between guard pages
    if (state_ == nullptr) throw std::bad_alloc();
    auto& keys = *new (state_) Keys;
    keys.hmac.begin(key);
    auto hmac = keys.hmac;
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
    update(hmac, "place");
    hmac.end(digest);
    std::memcpy(keys.place.data(), digest.data(), keys.place.size());
    wipe(&hmac, sizeof hmac);
    wipe(digest.data(), digest.size());
    ::sodium_mprotect_readonly(state_);
}

DayKey DayKey::in_memory() {
    ensure_sodium();
    std::array<std::uint8_t, key_size> bytes;
    ::randombytes_buf(bytes.data(), bytes.size());
    DayKey key;
    key.derive(bytes.data());
    wipe(bytes.data(), bytes.size());
    return key;
}

DayKey DayKey::in_file(const std::filesystem::path& file) {
    ensure_sodium();
    if (!is_key_file(file)) make_key_file(file);
    const Descriptor in{::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW)};
    if (in.number < 0) fail("open " + file.string());
    DayKey key;
    void* memory = ::mmap(nullptr, key_size, PROT_READ | PROT_WRITE, MAP_SHARED, in.number, 0);
    if (memory == MAP_FAILED) fail("map " + file.string());
    key.mapped_ = memory;
    key.file_ = file;
    // Locking the mapping pins the file's own page: not even the RAM-backed file can be swapped out while we run.
    key.locked_ = ::mlock(memory, key_size) == 0;
    ::madvise(memory, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), MADV_DONTDUMP);
    key.derive(static_cast<const std::uint8_t*>(memory));
    return key;
}

DayKey::DayKey(DayKey&& other) noexcept
    : state_(std::exchange(other.state_, nullptr)),
      mapped_(std::exchange(other.mapped_, nullptr)),
      locked_(other.locked_),
      file_(std::move(other.file_)) {}

DayKey& DayKey::operator=(DayKey&& other) noexcept {
    if (this != &other) {
        release();
        state_ = std::exchange(other.state_, nullptr);
        mapped_ = std::exchange(other.mapped_, nullptr);
        locked_ = other.locked_;
        file_ = std::move(other.file_);
    }
    return *this;
}

DayKey::~DayKey() {
    release();
}

void DayKey::release() noexcept {
    if (state_ != nullptr) ::sodium_free(std::exchange(state_, nullptr));  // wipes
    if (mapped_ != nullptr) ::munmap(std::exchange(mapped_, nullptr), key_size);
}

void DayKey::destroy() noexcept {
    if (mapped_ != nullptr) {
        wipe(mapped_, key_size);
        ::msync(mapped_, key_size, MS_SYNC);  // matters only where the folder is on a disk after all
        ::unlink(file_.c_str());
    }
    release();
}

const DayKey::Keys& DayKey::keys() const {
    if (state_ == nullptr) throw std::logic_error("a destroyed day key was used");
    return *static_cast<const Keys*>(state_);
}

ListenerKey DayKey::of(const ListenerAddress& address, std::string_view agent, std::string_view episode) const {
    auto hmac = keys().hmac;
    update(hmac, address.bytes());
    update(hmac, agent);
    update(hmac, episode);
    std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest;
    hmac.end(digest);
    ListenerKey key;
    std::memcpy(key.bytes.data(), digest.data(), key.bytes.size());
    wipe(&hmac, sizeof hmac);
    wipe(digest.data(), digest.size());
    return key;
}

std::uint64_t DayKey::place_of(const ListenerAddress& address, std::string_view episode) const {
    static_assert(sizeof(std::uint64_t) == crypto_shorthash_siphash24_BYTES);
    thread_local std::string text;  // its room is used again
    text = address.bytes();
    text += episode;  // an address's length is told by its first byte
    std::uint64_t place = 0;
    ::crypto_shorthash_siphash24(reinterpret_cast<unsigned char*>(&place), reinterpret_cast<const unsigned char*>(text.data()), text.size(),
                                 keys().place.data());
    wipe(text.data(), text.size());
    return place;
}

}  // namespace earshot::analytics
