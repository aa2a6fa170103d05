// `earshot token`: API tokens for scripts, straight in the database.

#include <fmt/format.h>

#include "content/storage/accounts.hpp"
#include "content/storage/audit_log.hpp"
#include "server/commands/local_catalogue.hpp"

namespace earshot::commands {

int token(const TokenOptions& options) {
    const bool revoking = options.action == "revoke";
    return with_local_data(options, revoking ? DataFolder::existing : DataFolder::any, [&](LocalData& data) -> model::Status {
        auto file = catalogue_file(data.where.catalogue_db);
        file.create = !revoking;
        storage::Database database(file);
        storage::Accounts accounts(database);
        storage::AuditLog audit(database);
        if (revoking) {
            auto revoked = accounts.revoke_token(options.name);
            if (revoked) audit.add("console", "token.revoke", options.name);
            return revoked;
        }
        const auto role = model::parse_role(options.role);
        if (!role) return model::fail(model::Errc::invalid_input, "Say with --role what the token may do: admin, producer or analyst.");
        std::optional<model::Timestamp> expires_at;
        if (options.days) expires_at = model::system_now() + std::chrono::days(*options.days);
        const auto made = accounts.create_token(options.name, *role, expires_at);
        if (!made) return std::unexpected(made.error());
        audit.add("console", "token.create", options.name);
        fmt::print("{}\n", *made);
        return {};
    });
}

}  // namespace earshot::commands
