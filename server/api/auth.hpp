#pragma once
// Who asks? Bearer token or staff session, and for sessions that change something: was it really our own page that asked (CSRF)?

#include <optional>

#include "content/model/account.hpp"
#include "content/model/error.hpp"
#include "server/api/context.hpp"
#include "server/http/message.hpp"

namespace earshot::api {

// For http::Router::Policy; blocking (database).
// nullopt: no credentials (an unknown or expired session counts as none). unauthenticated: an Authorization field that does not hold.
// forbidden: a session asked to change something without Sec-Fetch-Site or Origin of our own and the session's CSRF token in X-CSRF-Token
// (this runs before a body is read: a form's own token is its handler's to check). insufficient_storage, unavailable: the database.
[[nodiscard]] model::Result<std::optional<model::Identity>> authenticate(Context& context, const http::Request& request);

// The refusal of an API request: problem+json, with WWW-Authenticate for 401 and Tus-Resumable under /api/v1/uploads.
[[nodiscard]] http::Reply refuse(const http::Request& request, const model::Error& error);

}  // namespace earshot::api
