#pragma once
// Things that are made once, however often the wish for them arrives: a second press of a button, a request repeated because its answer was
// lost.

#include <string>
#include <string_view>

#include "content/model/error.hpp"
#include "server/http/message.hpp"

namespace earshot::api {

// The id of what this request makes, when it carries an Idempotency-Key (draft-ietf-httpapi-idempotency-key-header): the same for the same
// key, sender and address. "" without one; invalid_input for one that is empty or longer than 255 characters.
[[nodiscard]] model::Result<std::string> id_by_key(const http::Request& request);
// For a key that has made something of another title.
[[nodiscard]] model::Error used_key(std::string_view title);

}  // namespace earshot::api
