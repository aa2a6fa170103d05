#include "content/storage/accounts.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "content/model/text.hpp"
#include "content/storage/digest.hpp"
#include "content/storage/passwords.hpp"
#include "content/storage/sign_in_throttle.hpp"
#include "content/storage/statement.hpp"

namespace earshot::storage {

using model::Errc;
using model::fail;

namespace {

constexpr std::chrono::minutes session_idle(30), session_seen_step(1);
constexpr std::chrono::hours session_longest(12);

// "console" is whoever works on the machine itself, in the audit log.
bool is_account_name(std::string_view name) {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789._@-";
    return name != "console" && name.size() >= 2 && name.size() <= 64 && name.find_first_not_of(allowed) == std::string_view::npos;
}

model::Role known_role(const std::string& text) {
    const auto role = model::parse_role(text);
    if (!role) throw std::runtime_error("the database holds an unknown role: " + text);
    return *role;
}

// Not stored: who has the session's secret can make it, who reads the database cannot.
std::string csrf_token(std::string_view secret) {
    return sha256_hex(fmt::format("csrf:{}", secret));
}

struct FoundAccount {
    std::string id, role, password_hash;
};

FoundAccount find_account(Database& database, std::string_view name) {
    FoundAccount account;
    database.read([&](soci::session& session) {
        Statement query(session, "select id, role, password_hash from accounts where name = :name");
        (void)query.bind("name", name).into(account.id).into(account.role).into(account.password_hash).next();
    });
    return account;
}

}  // namespace

std::string tidy_account_name(std::string_view typed) {
    std::string name(typed.substr(0, 64));
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return name;
}

Accounts::Accounts(Database& database, model::Clock clock)
    : database_(database),
      clock_(std::move(clock)),
      passwords_(std::make_shared<PasswordCheck>()),
      throttle_(std::make_shared<SignInThrottle>(clock_)) {}

model::Result<model::Account> Accounts::create_account(std::string_view name, model::Role role, std::string_view password) {
    if (!is_account_name(name))
        return fail(Errc::invalid_input,
                    "The name needs 2 to 64 lower-case letters, digits or any of . _ @ - and nothing else; “console” is taken.");
    if (const auto good = check_new_password(name, password); !good) return std::unexpected(good.error());
    const auto hash = passwords_->hash(password);
    if (!hash) return std::unexpected(hash.error());
    model::Account account{model::AccountId{random_id()}, std::string(name), role, clock_()};
    model::Status status;
    database_.write([&](soci::session& session) {
        std::string taken;
        Statement query(session, "select id from accounts where name = :name");
        if (query.bind("name", name).into(taken).next()) {
            status = fail(Errc::conflict, fmt::format("There is already an account named \"{}\".", name));
            return;
        }
        Statement insert(session,
                         "insert into accounts (id, name, role, password_hash, created_at) values (:id, :name, :role, :hash, :created_at)");
        insert.bind("id", account.id.value).bind("name", name).bind("role", to_string(role)).bind("hash", *hash);
        insert.bind("created_at", account.created_at).run();
    });
    if (!status) return std::unexpected(status.error());
    return account;
}

model::Status Accounts::set_password(std::string_view name, std::string_view password) {
    if (const auto good = check_new_password(name, password); !good) return good;
    const auto hash = passwords_->hash(password);
    if (!hash) return std::unexpected(hash.error());
    long long changed = 0;
    database_.write([&](soci::session& session) {
        Statement update(session, "update accounts set password_hash = :hash where name = :name");
        changed = update.bind("hash", *hash).bind("name", name).run();
        Statement end(session, "delete from sessions where account_id in (select id from accounts where name = :name)");
        end.bind("name", name).run();
    });
    if (changed == 0) return fail(Errc::not_found, fmt::format("There is no account named \"{}\".", name));
    return {};
}

model::Status Accounts::remove_account(std::string_view name) {
    long long removed = 0;
    database_.write(
        [&](soci::session& session) { removed = Statement(session, "delete from accounts where name = :name").bind("name", name).run(); });
    if (removed == 0) return fail(Errc::not_found, fmt::format("There is no account named \"{}\".", name));
    return {};
}

std::vector<model::Account> Accounts::list_accounts() {
    std::vector<model::Account> result;
    database_.read([&](soci::session& session) {
        model::Account account;
        std::string role;
        Statement rows(session, "select id, name, role, created_at from accounts order by name");
        rows.into(account.id.value).into(account.name).into(role).into(account.created_at);
        while (rows.next()) {
            account.role = known_role(role);
            result.push_back(account);
        }
    });
    return result;
}

model::Result<Accounts::Session> Accounts::sign_in(std::string_view typed, std::string_view password, std::string_view network) {
    const auto name = tidy_account_name(typed);
    const auto name_key = "name:" + name, network_key = fmt::format("network:{}", network);
    const auto wait_for = [](std::chrono::seconds wait) {
        return fail(Errc::rate_limited, fmt::format("Too many failed sign-ins. Try again in {} seconds.", wait.count()));
    };
    // The network first: who is held up there must not be able to hold up the name as well.
    if (const auto wait = throttle_->start_try(network_key)) return wait_for(*wait);
    if (const auto wait = throttle_->start_try(name_key)) {
        throttle_->take_back(network_key);
        return wait_for(*wait);
    }
    const auto account = find_account(database_, name);
    const auto right = passwords_->matches(password.substr(0, 1024), account.password_hash);
    if (!right || *right) {  // not a failure of the person's
        throttle_->take_back(name_key);
        throttle_->take_back(network_key);
    }
    if (!right) return std::unexpected(right.error());
    if (!*right) return fail(Errc::unauthenticated, "The name or the password is wrong.");
    throttle_->forgive(name_key);

    Session result;
    result.secret = random_id(256);
    result.csrf_token = csrf_token(result.secret);
    result.identity = {name, known_role(account.role), true, result.csrf_token};
    database_.write([&](soci::session& session) {
        Statement old(session, "delete from sessions where created_at <= :created or seen_at <= :seen");
        old.bind("created", clock_() - session_longest).bind("seen", clock_() - session_idle).run();
        Statement insert(session,
                         "insert into sessions (secret_hash, account_id, created_at, seen_at) values (:hash, :account, :now, :now)");
        insert.bind("hash", sha256_hex(result.secret)).bind("account", account.id).bind("now", clock_()).run();
    });
    return result;
}

std::optional<model::Identity> Accounts::find_session(std::string_view secret, bool in_use) {
    const auto hash = sha256_hex(secret);
    const auto now = clock_();
    std::string name, role;
    model::Timestamp created_at, seen_at;
    bool found = false;
    database_.read([&](soci::session& session) {
        Statement query(session,
                        "select a.name, a.role, s.created_at, s.seen_at from sessions s join accounts a on a.id = s.account_id "
                        "where s.secret_hash = :hash");
        found = query.bind("hash", hash).into(name).into(role).into(created_at).into(seen_at).next();
    });
    if (!found || now - created_at >= session_longest || now - seen_at >= session_idle) return std::nullopt;
    if (in_use && now - seen_at >= session_seen_step) {
        database_.write([&](soci::session& session) {
            Statement update(session, "update sessions set seen_at = :now where secret_hash = :hash");
            update.bind("now", now).bind("hash", hash).run();
        });
    }
    return model::Identity{name, known_role(role), true, csrf_token(secret)};
}

void Accounts::sign_out(std::string_view secret) {
    database_.write([&](soci::session& session) {
        Statement(session, "delete from sessions where secret_hash = :hash").bind("hash", sha256_hex(secret)).run();
    });
}

model::Result<std::string> Accounts::create_token(std::string_view name, model::Role role, std::optional<model::Timestamp> expires_at) {
    if (model::clean_line(name) != name || name.empty() || model::utf8_length(name) > 64)
        return fail(Errc::invalid_input, "The token needs a name of 1 to 64 characters that says what it is for.");
    const auto now = clock_();
    if (expires_at && *expires_at <= now)
        return fail(Errc::invalid_input, "The token would expire before it is made. Choose a later moment.");
    auto token = "ear_" + random_id(256);
    model::Status status;
    database_.write([&](soci::session& session) {
        std::string taken;
        Statement query(session, "select id from tokens where name = :name");
        if (query.bind("name", name).into(taken).next()) {
            status =
                fail(Errc::conflict, fmt::format("There is already a token named \"{}\". Revoke it first, or choose another name.", name));
            return;
        }
        Statement insert(session,
                         "insert into tokens (id, name, role, secret_hash, created_at, expires_at) values (:id, :name, :role, :hash, :now, "
                         ":expires_at)");
        insert.bind("id", random_id()).bind("name", name).bind("role", to_string(role)).bind("hash", sha256_hex(token));
        insert.bind("now", now).bind("expires_at", expires_at).run();
    });
    if (!status) return std::unexpected(status.error());
    return token;
}

std::optional<model::Identity> Accounts::find_token(std::string_view token) {
    if (!token.starts_with("ear_")) return std::nullopt;
    std::string name, role;
    std::optional<model::Timestamp> expires_at;
    bool found = false;
    database_.read([&](soci::session& session) {
        Statement query(session, "select name, role, expires_at from tokens where secret_hash = :hash");
        found = query.bind("hash", sha256_hex(token)).into(name).into(role).into(expires_at).next();
    });
    if (!found || (expires_at && *expires_at <= clock_())) return std::nullopt;
    return model::Identity{"token:" + name, known_role(role), false, ""};
}

model::Status Accounts::revoke_token(std::string_view name) {
    long long removed = 0;
    database_.write(
        [&](soci::session& session) { removed = Statement(session, "delete from tokens where name = :name").bind("name", name).run(); });
    if (removed == 0) return fail(Errc::not_found, fmt::format("There is no token named \"{}\".", name));
    return {};
}

}  // namespace earshot::storage
