#pragma once
// Password rules and argon2id hashes (64 MiB and ~70 ms each; two at a time and two waiting, so that sign-ins never take all of a server's
// blocking threads). Thread-safe. Used by Accounts only.

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>

#include "content/model/error.hpp"

namespace earshot::storage {

// invalid_input: under 12 characters, over 1024 bytes, well known, one character or the name over and over.
[[nodiscard]] model::Status check_new_password(std::string_view name, std::string_view password);

class PasswordCheck {
public:
    PasswordCheck();                                                           // takes as long as one hash
    [[nodiscard]] model::Result<std::string> hash(std::string_view password);  // unavailable when too many wait
    // An empty hash (no such account) costs the same and is never right. unavailable when too many wait.
    [[nodiscard]] model::Result<bool> matches(std::string_view password, const std::string& hash);

private:
    class Turn;
    std::mutex mutex_;
    std::condition_variable freed_;
    int running_ = 0, waiting_ = 0;
    std::string nobody_;  // the hash of a random password
};

}  // namespace earshot::storage
