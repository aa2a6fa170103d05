#pragma once
// Staff accounts, their sessions and API tokens. Secrets are shown once and stored hashed (argon2id for passwords, SHA-256 for
// 256-bit random tokens). Blocking; password checks cost ~70 ms and 64 MiB, at most two run at once.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/account.hpp"
#include "content/model/error.hpp"
#include "content/storage/database.hpp"

namespace earshot::storage {

class PasswordCheck;
class SignInThrottle;

// As it is looked for: at most 64 bytes, lower case.
[[nodiscard]] std::string tidy_account_name(std::string_view typed);

class Accounts {
public:
    explicit Accounts(Database& database, model::Clock clock = model::system_now);

    // invalid_input: name not [a-z0-9._@-]{2,64} or "console", password under 12 characters or a well-known one. conflict: name taken.
    [[nodiscard]] model::Result<model::Account> create_account(std::string_view name, model::Role role, std::string_view password);
    [[nodiscard]] model::Status set_password(std::string_view name, std::string_view password);  // ends all its sessions
    // Its sessions end with it; what the audit log says of it stays. not_found.
    [[nodiscard]] model::Status remove_account(std::string_view name);
    [[nodiscard]] std::vector<model::Account> list_accounts();

    struct Session {
        std::string secret;      // for the cookie, 256 bit
        std::string csrf_token;  // for forms and the X-CSRF-Token field
        model::Identity identity;
    };
    // unavailable when more than 16 sign-ins wait for a turn. unauthenticated with one and the same sentence and cost for unknown names and
    // wrong passwords; rate_limited after 5 failures (per name, and per `network` — a keyed hash the caller makes, held in RAM only), with
    // growing waits.
    [[nodiscard]] model::Result<Session> sign_in(std::string_view name, std::string_view password, std::string_view network);
    // Idle 30 min, absolute 12 h. `in_use` false: a page asked by itself, which does not prolong it.
    [[nodiscard]] std::optional<model::Identity> find_session(std::string_view secret, bool in_use = true);
    void sign_out(std::string_view secret);

    // Returns the token text "ear_…", never stored in clear. conflict: the name is taken (revoke it first). invalid_input: no name,
    // expired.
    [[nodiscard]] model::Result<std::string> create_token(std::string_view name, model::Role role,
                                                          std::optional<model::Timestamp> expires_at);
    [[nodiscard]] std::optional<model::Identity> find_token(std::string_view token);
    [[nodiscard]] model::Status revoke_token(std::string_view name);

private:
    Database& database_;
    model::Clock clock_;
    std::shared_ptr<PasswordCheck> passwords_;
    std::shared_ptr<SignInThrottle> throttle_;
};

}  // namespace earshot::storage
