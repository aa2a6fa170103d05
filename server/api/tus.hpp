#pragma once
// tus 1.0.0 (https://tus.io/protocols/resumable-upload): its words as values. Core, creation, creation-with-upload, termination, checksum,
// expiration.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "content/model/error.hpp"
#include "content/storage/uploads.hpp"
#include "server/http/message.hpp"

namespace earshot::api {

inline constexpr std::string_view tus_version = "1.0.0";
inline constexpr std::string_view tus_extensions = "creation,creation-with-upload,termination,checksum,expiration";
inline constexpr std::string_view uploads_path = "/api/v1/uploads";

// 412 with Tus-Version when the client does not speak our version.
[[nodiscard]] std::optional<http::Reply> refuse_version(const http::Request& request);

// A count of bytes as tus writes it: digits only. nullopt when malformed or over 2^63-1.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);

// "sha1 <base64>" → 20 raw bytes; "" without the field. invalid_input: another algorithm or malformed.
[[nodiscard]] model::Result<std::string> parse_checksum(const http::Request& request);

// X-HTTP-Method-Override: what a POST really means.
[[nodiscard]] http::Method effective_method(const http::Request& request);

[[nodiscard]] bool has_offset_body(const http::Request& request);  // Content-Type: application/offset+octet-stream

// Replies carry Tus-Resumable; those about an upload also Upload-Offset and Upload-Expires.
[[nodiscard]] http::Reply tus_reply(int status);
[[nodiscard]] http::Reply tus_reply(int status, const storage::Upload& upload);
[[nodiscard]] http::Reply tus_problem(const model::Error& error);

}  // namespace earshot::api
