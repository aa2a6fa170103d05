#pragma once
// Where bytes live: masters, renditions, pictures. Content-addressed by SHA-256: storing the same bytes twice is one object.
// Objects never change and are complete or absent: temp file → fsync → rename → fsync of the folder.

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/open_file.hpp"
#include "content/model/time.hpp"

namespace earshot::storage {

// An object being written. Dropped without commit() it leaves nothing behind.
class PendingObject {
public:
    virtual ~PendingObject() = default;
    // insufficient_storage when the disk is full; other I/O failure throws.
    [[nodiscard]] virtual model::Status append(std::span<const std::byte> bytes) = 0;
    // The open descriptor of the temporary file (for a worker to write into), -1 where there is none. commit() then hashes what it finds.
    [[nodiscard]] virtual int descriptor() const noexcept = 0;
    // Makes it durable and returns its key: 64 lower-case hex digits of the SHA-256.
    [[nodiscard]] virtual model::Result<std::string> commit() = 0;
};

class MediaStore {
public:
    virtual ~MediaStore() = default;
    [[nodiscard]] virtual std::unique_ptr<PendingObject> create() = 0;
    // Takes over a finished file on the same file system (an upload) without copying: hash, fsync, rename. The source is gone after success
    // and untouched after failure.
    [[nodiscard]] virtual model::Result<std::string> adopt(const std::filesystem::path& file) = 0;
    // not_found when the key is unknown (or not a key).
    [[nodiscard]] virtual model::Result<model::OpenFilePtr> open(std::string_view key) = 0;
    // Keys of all objects that were last stored before then (storing the same bytes again counts).
    [[nodiscard]] virtual std::vector<std::string> list(model::Timestamp stored_before) = 0;
    // false: there was none, or it was stored again since.
    virtual bool remove(std::string_view key, model::Timestamp stored_before = model::Timestamp::max()) = 0;
    // Bytes that may still be written before the reserve is touched.
    [[nodiscard]] virtual std::uint64_t free_bytes() = 0;
    // Reads the object again and compares its hash: for scrubbing and restore. false = damaged or absent.
    [[nodiscard]] virtual bool verify(std::string_view key) = 0;
};

// root/ab/cd/<key>, temporary files in root/tmp (emptied on construction of what no living process holds). `reserve_bytes` of the disk are
// left alone: append and adopt answer insufficient_storage rather than touch them.
[[nodiscard]] std::unique_ptr<MediaStore> make_disk_store(std::filesystem::path root, std::uint64_t reserve_bytes = 0);

}  // namespace earshot::storage
