#include "content/model/embedded.hpp"
#include "server/api/handlers.hpp"

namespace earshot::model {
std::span<const EmbeddedFile> openapi_files();
}

namespace earshot::api {

Answer get_openapi(Context&, const Request&) {
    return http::json(200, std::string(model::openapi_files().front().bytes));
}

}  // namespace earshot::api
