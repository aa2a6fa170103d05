#include "server/api/creating.hpp"

#include <fmt/format.h>

#include "content/storage/digest.hpp"

namespace earshot::api {

namespace {

constexpr std::size_t longest_key = 255;
constexpr std::size_t id_digits = 32;  // of a SHA-256: as unlikely to meet as random ids

}  // namespace

model::Result<std::string> id_by_key(const http::Request& request) {
    const auto key = request.field("Idempotency-Key");
    if (!key) return std::string();
    if (key->empty() || key->size() > longest_key)
        return model::fail(model::Errc::invalid_input, fmt::format("Idempotency-Key must have 1 to {} characters.", longest_key));
    return storage::sha256_hex(fmt::format("{}\n{}\n{}", request.identity->name, request.path, *key)).substr(0, id_digits);
}

model::Error used_key(std::string_view title) {
    return {model::Errc::unprocessable,
            fmt::format("With this Idempotency-Key “{}” was made already. Send another key for something else.", title)};
}

}  // namespace earshot::api
