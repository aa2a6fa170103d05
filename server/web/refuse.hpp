#pragma once
// For http::Router::Policy: how a refused or failed request is answered, in the look of its route.

#include "content/model/error.hpp"
#include "server/http/router.hpp"
#include "server/web/context.hpp"

namespace earshot::web {

// Pages: the sign-in (303 with the way back) when nobody is signed in, else an error page with the error's sentence.
// Everything else: one line of text. (What the API refuses is api::refuse's.)
[[nodiscard]] http::Reply refuse(Context& context, const http::Request& request, http::Look look, const model::Error& error);

}  // namespace earshot::web
