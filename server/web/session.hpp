#pragma once
// The staff session's cookie, and where a sign-in may lead.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"
#include "server/web/context.hpp"

namespace earshot::web {

// "__Host-earshot" over https, "earshot" on plain http (where browsers refuse the prefix).
[[nodiscard]] std::string_view session_cookie_name(const config::Settings& settings);
// Set-Cookie: HttpOnly, SameSite=Strict, Secure over https; an empty secret removes it.
[[nodiscard]] http::Field session_cookie(const config::Settings& settings, std::string_view secret);

// A path of this site ("/statistics?from=…"), or `otherwise`: never another host, whatever a link claims.
[[nodiscard]] std::string safe_next(std::string_view next, std::string_view otherwise);

// Did the form come from a page of ours? Sec-Fetch-Site, else Origin against the public address or Host.
[[nodiscard]] bool is_own_form(const config::Settings& settings, const http::Request& request);

// The value of that name, or "".
[[nodiscard]] std::string form_value(const std::vector<http::Field>& form, std::string_view name);

// Who sent a form that is open to anyone because who asks is settled before a body has been read: the session of its cookie. Empty without
// one, forbidden when the form or its csrf_token is not that session's own. Blocking.
[[nodiscard]] model::Result<std::optional<model::Identity>> form_sender(Context& context, const http::Request& request,
                                                                        std::string_view csrf_token);

}  // namespace earshot::web
