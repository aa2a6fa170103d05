#pragma once
// What Uploads and its writers share: the rows, the files, and one lock for each upload in use. Used by Uploads only.
// A file in use is locked too (flock): two processes share the folder while one takes over from the other.

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <semaphore>
#include <vector>

#include "content/storage/upload_part.hpp"
#include "content/storage/uploads.hpp"

namespace earshot::storage {

// One upload in use: its lock is held for everything that touches the file or the row. At most one part is being written.
struct UploadSlot {
    std::timed_mutex mutex;
    std::unique_ptr<UploadPart> part;
    Upload upload;                 // the row, while there is a part
    std::uint64_t generation = 0;  // of the part: a writer with an older one has been ended
};

struct Uploads::State {
    State(Database& database, MediaStore& store, std::filesystem::path folder, model::Clock clock, Options options);

    Database& database;
    MediaStore& store;
    std::filesystem::path folder;
    model::Clock clock;
    Options options;
    Descriptor directory;
    std::counting_semaphore<> completing;  // how many more may

    [[nodiscard]] std::shared_ptr<UploadSlot> slot(const model::UploadId& id);

    // All of these with the slot's lock held. -----------------------------------------------------------------------
    [[nodiscard]] model::Result<Upload> load(const model::UploadId& id);  // not_found, gone
    void record(Upload& upload);                                          // offset, object_key, a new expiry
    void erase(const model::UploadId& id);                                // row, then file
    // conflict, unavailable (another process writes to it), insufficient_storage, gone.
    [[nodiscard]] model::Result<std::unique_ptr<UploadPart>> open_part(const Upload& upload, bool checksummed);
    void keep(UploadSlot& slot);  // makes what the part holds durable and counted
    void end(UploadSlot& slot);   // keeps (or, when checksummed, drops) what the part holds, and closes it
    // All bytes are here: compare, then into the store. A crash at any point leaves a state from which it can be called again.
    [[nodiscard]] model::Result<Upload> complete(Upload upload);

    [[nodiscard]] std::vector<Upload> list_all();

private:
    std::mutex mutex_;
    std::map<std::string, std::weak_ptr<UploadSlot>> slots_;
};

}  // namespace earshot::storage
