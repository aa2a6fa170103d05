#include "content/storage/passwords.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <sodium.h>

#include "content/model/text.hpp"
#include "content/storage/digest.hpp"

namespace earshot::storage {

using model::Errc;
using model::fail;

namespace {

constexpr int most_running = 2, most_waiting = 2;

// Of twelve characters and more, from the published lists of what people choose.
constexpr auto well_known = std::to_array<std::string_view>({
    "123456789012",     "1234567890123",
    "12345678901234",   "123456789012345",
    "1234567890123456", "0123456789012",
    "012345678910",     "123123123123",
    "123456123456",     "1q2w3e4r5t6y",
    "1qaz2wsx3edc",     "1qaz2wsx3edc4rfv",
    "abcdefghijkl",     "abcdefghijklm",
    "abcd12345678",     "administrator",
    "administrator1",   "admin1234567",
    "adminadminadmin",  "changeme1234",
    "changemechangeme", "correcthorsebatterystaple",
    "footballfootball", "iloveyou1234",
    "iloveyouiloveyou", "letmein12345",
    "letmeinletmein",   "password1234",
    "password12345",    "password123456",
    "password1234567",  "passwordpassword",
    "password123!",     "password2024",
    "password2025",     "password2026",
    "p@ssword1234",     "p@ssw0rd1234",
    "princessprincess", "qwerty123456",
    "qwertyuiop12",     "qwertyuiop123",
    "qwertyuiop[]",     "qwertyqwerty",
    "qwertyuiopasdf",   "qwertyuiopasdfghjkl",
    "qazwsxedcrfv",     "q1w2e3r4t5y6",
    "superman1234",     "trustno1trustno1",
    "welcome12345",     "welcome123456",
    "welcomewelcome",   "zaq12wsxcde3",
    "zxcvbnmasdfg",
});

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

bool repeats(std::string_view password, std::string_view part) {
    if (part.empty()) return false;
    for (std::size_t i = 0; i < password.size(); ++i) {
        if (password[i] != part[i % part.size()]) return false;
    }
    return true;
}

std::string argon2id(std::string_view password) {
    std::string hash(crypto_pwhash_STRBYTES, '\0');
    if (crypto_pwhash_str(hash.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0)
        throw std::runtime_error("not enough memory to hash a password");
    hash.resize(hash.find('\0'));
    return hash;
}

}  // namespace

model::Status check_new_password(std::string_view name, std::string_view password) {
    if (model::utf8_length(password) < 12)
        return fail(Errc::invalid_input, "The password needs at least 12 characters. Three or four words do well.");
    if (password.size() > 1024) return fail(Errc::invalid_input, "The password may have at most 1024 bytes.");
    const auto small = lower(password);
    if (std::ranges::find(well_known, small) != well_known.end() || repeats(small, small.substr(0, 1)) || repeats(small, name))
        return fail(Errc::invalid_input, "This password is one of the first that anybody would try. Choose another.");
    return {};
}

class PasswordCheck::Turn {
public:
    explicit Turn(PasswordCheck& check) : check_(check) {
        std::unique_lock lock(check_.mutex_);
        if (check_.running_ >= most_running) {
            if (check_.waiting_ >= most_waiting) return;
            ++check_.waiting_;
            check_.freed_.wait(lock, [this] { return check_.running_ < most_running; });
            --check_.waiting_;
        }
        ++check_.running_;
        mine_ = true;
    }
    ~Turn() {
        if (!mine_) return;
        {
            const std::scoped_lock lock(check_.mutex_);
            --check_.running_;
        }
        check_.freed_.notify_one();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    [[nodiscard]] bool refused() const noexcept { return !mine_; }
    static std::unexpected<model::Error> refusal() {
        return fail(Errc::unavailable, "Too many people are signing in. Try again in a moment.");
    }

private:
    PasswordCheck& check_;
    bool mine_ = false;
};

PasswordCheck::PasswordCheck() : nobody_(argon2id(random_bytes(32))) {}

model::Result<std::string> PasswordCheck::hash(std::string_view password) {
    const Turn turn(*this);
    if (turn.refused()) return Turn::refusal();
    return argon2id(password);
}

model::Result<bool> PasswordCheck::matches(std::string_view password, const std::string& hash) {
    const Turn turn(*this);
    if (turn.refused()) return Turn::refusal();
    const auto& compared = hash.empty() ? nobody_ : hash;
    const bool same = crypto_pwhash_str_verify(compared.c_str(), password.data(), password.size()) == 0;
    return same && !hash.empty();
}

}  // namespace earshot::storage
