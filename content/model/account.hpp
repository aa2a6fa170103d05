#pragma once
// Who may do what. Staff only: listeners have no accounts and are never identified.

#include <optional>
#include <string>
#include <string_view>

#include "content/model/ids.hpp"
#include "content/model/time.hpp"

namespace earshot::model {

enum class Role {
    admin,     // everything
    producer,  // shows, episodes, uploads, jobs; no statistics
    analyst,   // statistics only
};

struct Account {
    AccountId id;
    std::string name;  // sign-in name, unique, lower case
    Role role{Role::producer};
    Timestamp created_at{};
};

// The answer to "who asks?", made once per request.
struct Identity {
    std::string name;  // of the account, or "token:" and its name: who did what, in the audit log, and whose uploads are whose
    Role role{Role::analyst};
    bool via_session{};      // signed in with a browser (CSRF was checked), else bearer token
    std::string csrf_token;  // of that session, for forms
};

[[nodiscard]] std::string_view to_string(Role role) noexcept;
[[nodiscard]] std::optional<Role> parse_role(std::string_view text) noexcept;

}  // namespace earshot::model
