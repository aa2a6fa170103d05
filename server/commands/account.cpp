// `earshot account`: staff accounts, straight in the database.

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <iostream>

#include "content/storage/accounts.hpp"
#include "content/storage/audit_log.hpp"
#include "content/storage/digest.hpp"
#include "server/commands/local_catalogue.hpp"

namespace earshot::commands {

namespace {

using model::Errc;
using model::fail;

// One line of standard input; on a terminal it is asked for and not shown.
std::string read_password() {
    const bool terminal = ::isatty(STDIN_FILENO) == 1;
    termios before{};
    if (terminal) {
        ::tcgetattr(STDIN_FILENO, &before);
        termios silent = before;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSANOW, &silent);
        fmt::print(stderr, "Password (at least 12 characters): ");
    }
    std::string password;
    std::getline(std::cin, password);
    if (terminal) {
        ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
        fmt::print(stderr, "\n");
    }
    if (password.ends_with('\r')) password.pop_back();
    return password;
}

std::string chosen_password(const AccountOptions& options) {
    return options.generate ? storage::random_id(100) : read_password();
}

void tell_password(const AccountOptions& options, const std::string& password) {
    if (options.generate) fmt::print("The password of {}, shown only now: {}\n", options.name, password);
}

model::Status add_account(storage::Accounts& accounts, const AccountOptions& options) {
    const auto role = model::parse_role(options.role);
    if (!role) return fail(Errc::invalid_input, "Say with --role what the account may do: admin, producer or analyst.");
    const std::string password = chosen_password(options);
    if (auto created = accounts.create_account(options.name, *role, password); !created) return std::unexpected(created.error());
    tell_password(options, password);
    return {};
}

model::Status change_password(storage::Accounts& accounts, const AccountOptions& options) {
    const std::string password = chosen_password(options);
    if (auto changed = accounts.set_password(options.name, password); !changed) return changed;
    tell_password(options, password);
    return {};
}

}  // namespace

int account(const AccountOptions& options) {
    // The first account of an installation may come before the server's first start.
    const bool adding = options.action == "add";
    return with_local_data(options, adding ? DataFolder::any : DataFolder::existing, [&](LocalData& data) -> model::Status {
        auto file = catalogue_file(data.where.catalogue_db);
        file.create = adding;
        storage::Database database(file);
        storage::Accounts accounts(database);
        if (options.action == "list") {
            for (const model::Account& row : accounts.list_accounts())
                fmt::print("{:<24} {:<9} {}\n", row.name, model::to_string(row.role), model::format_rfc3339(row.created_at));
            return {};
        }
        if (options.name.empty()) return fail(Errc::invalid_input, "Give the account's name.");
        const bool removing = options.action == "remove";
        auto done = adding     ? add_account(accounts, options)
                    : removing ? accounts.remove_account(options.name)
                               : change_password(accounts, options);
        const char* what = adding ? "account.create" : removing ? "account.remove" : "account.password";
        if (done) storage::AuditLog(database).add("console", what, options.name);
        return done;
    });
}

}  // namespace earshot::commands
