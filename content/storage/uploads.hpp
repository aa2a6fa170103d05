#pragma once
// Resumable uploads in tus's words. A byte that was acknowledged is on the disk (fdatasync before append's caller answers).

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
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
    std::uint64_t offset{};       // durable bytes
    std::string metadata;         // Upload-Metadata verbatim
    std::string file_name;        // decoded "filename", cleaned
    std::string expected_sha256;  // decoded "sha256" (hex), or ""
    std::string owner;            // Identity::name
    std::string object_key;       // set once complete and checked
    model::Timestamp expires_at{};
};

class Uploads {
public:
    struct Options {
        std::uint64_t max_bytes = 8ULL << 30U;
        std::chrono::milliseconds expire_after = std::chrono::hours(24 * 7);  // after the last progress
        unsigned most_under_way = 20;                                         // of one owner; those that stand still do not count
        int most_completing = 2;  // files hashed at once, each a thread of the caller's for seconds or minutes
    };
    // Partial files live in `folder` (made when absent), on the same file system as the store.
    Uploads(Database& database, MediaStore& store, std::filesystem::path folder, model::Clock clock = model::system_now);
    Uploads(Database& database, MediaStore& store, std::filesystem::path folder, model::Clock clock, Options options);
    ~Uploads();

    // invalid_input (bad metadata or checksum, empty file), too_large, insufficient_storage (no room for it in the free space
    // less the reserve, beside what running jobs and other uploads on their way will take; nobody's uploads but their first may take more
    // than half of it), rate_limited (the owner has options.most_under_way).
    [[nodiscard]] model::Result<Upload> create(std::uint64_t length, std::string_view metadata, std::string_view owner);
    // not_found; gone when expired. Brings the offset up to date: what a running PATCH has received so far is synced and counts. Finishes
    // what a crash left undone between the last byte and the store, so it may take as long as hashing the file, and answer like finish().
    // unavailable while somebody else does that.
    [[nodiscard]] model::Result<Upload> find(const model::UploadId& id);

    // One PATCH. Only one at a time per upload: opening a second one ends the first (its next write answers conflict) as tus advises.
    class Writer {
    public:
        // Keeps, syncs and records what was written (a broken-off PATCH keeps its prefix). While writing, the same happens every 8 MiB, so
        // that even kill -9 costs no more than that.
        virtual ~Writer() = default;
        // invalid_input past Upload-Length (nothing beyond is stored), insufficient_storage when the disk is full (the prefix is kept).
        [[nodiscard]] virtual model::Status write(std::span<const std::byte> bytes) = 0;
        // fdatasync, record the new offset, and when complete: hash, compare, move into the store.
        // unavailable: too many files are being hashed; all bytes are kept, and find() goes on with it.
        // checksum_mismatch: the upload is removed. `chunk_sha1` (raw, may be empty) is tus's Upload-Checksum: on mismatch the chunk is cut
        // off.
        [[nodiscard]] virtual model::Result<Upload> finish(std::string_view chunk_sha1) = 0;
    };
    // conflict when offset is not the upload's; not_found; gone (expired, or the part on the disk is damaged). `checksummed`: the PATCH
    // carries Upload-Checksum, so nothing of it is kept until finish() has compared. unavailable: another process (an older version that
    // finishes its last requests) is still writing.
    [[nodiscard]] model::Result<std::unique_ptr<Writer>> open(const model::UploadId& id, std::uint64_t offset, bool checksummed = false);

    [[nodiscard]] model::Status remove(const model::UploadId& id);  // an object that is already in the store stays there
    int remove_expired();                                           // also files no upload knows; returns how many uploads

private:
    struct State;
    class PartWriter;
    std::shared_ptr<State> state_;
};

}  // namespace earshot::storage
