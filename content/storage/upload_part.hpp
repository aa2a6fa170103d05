#pragma once
// The file behind one PATCH while it is being written. Used by Uploads only, under the upload's lock.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "content/model/error.hpp"
#include "content/storage/descriptor.hpp"
#include "content/storage/digest.hpp"

namespace earshot::storage {

class UploadPart {
public:
    // Cuts the file to `offset`: bytes beyond it were never acknowledged (the server died while they arrived).
    UploadPart(LockedFile file, std::uint64_t offset, std::uint64_t length, bool checksummed);

    // invalid_input past the upload's length (nothing of these bytes is stored); insufficient_storage (the prefix that fitted is).
    [[nodiscard]] model::Status write(std::span<const std::byte> bytes, std::uint64_t free_bytes);
    // fdatasync. Returns the offset that is durable now. Throws when it fails: the part is then not to be used again.
    [[nodiscard]] std::uint64_t sync();
    [[nodiscard]] bool matches(std::string_view sha1_raw);  // once
    void cut_off();                                         // back to where this PATCH began

    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
    [[nodiscard]] bool checksummed() const noexcept { return checksummed_; }

private:
    LockedFile file_;
    std::uint64_t start_, offset_, length_;
    bool checksummed_;
    Sha1 sha1_;
};

}  // namespace earshot::storage
