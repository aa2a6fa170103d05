#pragma once
// Upload-Metadata of tus 1.0: "key base64,key base64,…". Used by Uploads only.

#include <string>
#include <string_view>

#include "content/model/error.hpp"

namespace earshot::storage {

struct UploadMetadata {
    std::string file_name;        // "filename", cleaned: no folders, no control characters, ≤ 255 bytes
    std::string expected_sha256;  // "sha256", lower-case hex, or ""
};

// invalid_input: over 4 KiB, an empty or repeated key, a value that is not base64, a sha256 that is not 64 hex digits.
[[nodiscard]] model::Result<UploadMetadata> parse_upload_metadata(std::string_view text);

}  // namespace earshot::storage
