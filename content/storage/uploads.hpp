#pragma once
// Resumable uploads in tus's words. A byte that was acknowledged is on the disk (fdatasync before append's caller answers).

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "content/model/error.hpp"
#include "content/model/ids.hpp"
#include "content/model/time.hpp"
#include "content/storage/database.hpp"
#include "content/storage/media_store.hpp"

namespace earshot::storage {

struct Upload {
    model::UploadId id;
    std::uint64_t length{};
    std::uint64_t offset{};      // durable bytes
    std::string metadata;        // Upload-Metadata verbatim
    std::string file_name;       // decoded "filename", cleaned
    std::string expected_sha256; // decoded "sha256" (hex), or ""
    std::string owner;           // Identity::name
    std::string object_key;      // set once complete and checked
    model::Timestamp expires_at{};
};

class Uploads {
public:
    // Partial files live in `folder`, on the same file system as the store.
    Uploads(Database& database, MediaStore& store, std::filesystem::path folder, model::Clock clock = model::system_now);
    ~Uploads();

    // invalid_input (bad metadata or checksum), insufficient_storage (length > free space less reserve).
    [[nodiscard]] model::Result<Upload> create(std::uint64_t length, std::string_view metadata, std::string_view owner);
    // gone when expired.
    [[nodiscard]] model::Result<Upload> find(const model::UploadId& id);

    // One PATCH. Only one at a time per upload: opening a second one ends the first (its next write answers conflict) as tus advises.
    class Writer {
    public:
        virtual ~Writer() = default;  // keeps, syncs and records what was written (a broken-off PATCH keeps its prefix)
        // invalid_input past Upload-Length (nothing beyond is stored), insufficient_storage when the disk is full (the prefix is kept).
        [[nodiscard]] virtual model::Status write(std::span<const std::byte> bytes) = 0;
        // fdatasync, record the new offset, and when complete: hash, compare, move into the store.
        // checksum_mismatch: the upload is removed. `chunk_sha1` (raw, may be empty) is tus's Upload-Checksum: on mismatch the chunk is cut off.
        [[nodiscard]] virtual model::Result<Upload> finish(std::string_view chunk_sha1) = 0;
    };
    // conflict when offset is not the upload's; not_found; gone.
    [[nodiscard]] model::Result<std::unique_ptr<Writer>> open(const model::UploadId& id, std::uint64_t offset);

    [[nodiscard]] model::Status remove(const model::UploadId& id);
    int remove_expired();

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace earshot::storage
