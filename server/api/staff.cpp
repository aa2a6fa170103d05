#include "server/api/auth.hpp"
#include "server/api/documents.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

namespace {
constexpr int entries_listed = 500;
}

Answer get_me(Context& /*context*/, const Request& request) {
    return http::json(200, me_document(*request.identity));
}

Answer get_audit(Context& context, const Request& request) {
    if (request.identity->role != model::Role::admin)
        return refuse(request, {model::Errc::forbidden, "Only admins may read the audit trail."});
    return http::json(200, audit_document(context.audit.list(entries_listed), context.audit.verify()));
}

}  // namespace earshot::api
