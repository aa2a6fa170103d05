#pragma once
// THE route table of the product: one row an endpoint, policy included. What has no row here does not exist.

#include <vector>

#include "server/api/context.hpp"
#include "server/http/router.hpp"
#include "server/web/context.hpp"

namespace earshot::app {

[[nodiscard]] std::vector<http::Route> make_routes(api::Context& api, web::Context& web);

}  // namespace earshot::app
