#include "content/storage/uploads_state.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include "content/storage/statement.hpp"

namespace earshot::storage {

using model::Errc;
using model::fail;

namespace {

#define UPLOAD_COLUMNS \
    "select id, byte_length, byte_offset, metadata, file_name, expected_sha256, owner, object_key, expires_at from uploads "

std::vector<Upload> fetch(Statement& rows) {
    std::vector<Upload> result;
    Upload u;
    rows.into(u.id.value).into(u.length).into(u.offset).into(u.metadata).into(u.file_name).into(u.expected_sha256).into(u.owner);
    rows.into(u.object_key).into(u.expires_at);
    while (rows.next()) result.push_back(u);
    return result;
}

model::Result<Upload> damaged() {
    return fail(Errc::gone, "The part of this upload that had arrived is damaged. Start it again.");
}

}  // namespace

Uploads::State::State(Database& its_database, MediaStore& its_store, std::filesystem::path its_folder, model::Clock its_clock,
                      Options its_options)
    : database(its_database),
      store(its_store),
      folder(std::move(its_folder)),
      clock(std::move(its_clock)),
      options(its_options),
      completing(its_options.most_completing) {
    std::filesystem::create_directories(folder);
    directory.reset(checked(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open the folder for uploads"));
}

std::shared_ptr<UploadSlot> Uploads::State::slot(const model::UploadId& id) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(slots_, [](const auto& entry) { return entry.second.expired(); });
    auto& entry = slots_[id.value];
    auto slot = entry.lock();
    if (!slot) entry = slot = std::make_shared<UploadSlot>();
    return slot;
}

model::Result<Upload> Uploads::State::load(const model::UploadId& id) {
    std::vector<Upload> found;
    database.read([&](soci::session& session) {
        Statement rows(session, UPLOAD_COLUMNS "where id = :id");
        found = fetch(rows.bind("id", id.value));
    });
    if (found.empty()) return fail(Errc::not_found, "There is no such upload. Start it again.");
    if (found.front().expires_at <= clock()) return fail(Errc::gone, "This upload has expired. Start it again.");
    return std::move(found.front());
}

std::vector<Upload> Uploads::State::list_all() {
    std::vector<Upload> found;
    database.read([&](soci::session& session) {
        Statement rows(session, UPLOAD_COLUMNS "order by id");
        found = fetch(rows);
    });
    return found;
}

void Uploads::State::record(Upload& upload) {
    const auto now = clock();
    const auto expires_at = now + options.expire_after;
    database.write([&](soci::session& session) {
        Statement update(session,
                         "update uploads set byte_offset = :offset, object_key = :object_key, updated_at = :now, "
                         "expires_at = :expires_at where id = :id");
        update.bind("offset", upload.offset).bind("object_key", upload.object_key).bind("now", now).bind("expires_at", expires_at);
        update.bind("id", upload.id.value).run();
    });
    upload.expires_at = expires_at;
}

void Uploads::State::erase(const model::UploadId& id) {
    database.write([&](soci::session& session) { Statement(session, "delete from uploads where id = :id").bind("id", id.value).run(); });
    ::unlinkat(directory.get(), id.value.c_str(), 0);
}

model::Result<std::unique_ptr<UploadPart>> Uploads::State::open_part(const Upload& upload, bool checksummed) {
    Descriptor opened(::openat(directory.get(), upload.id.value.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
    if (!opened && means_no_space(errno))
        return fail(Errc::insufficient_storage, "The server's disk is full. Ask its operator to free some space, then try again.");
    (void)checked(opened.get(), "open an upload");
    auto file = LockedFile::take(std::move(opened));
    if (!file)
        return fail(Errc::unavailable,
                    "Another connection is still sending to this upload. Ask for its offset in a moment, and go on there.");
    if (const auto now = load(upload.id); !now || now->offset != upload.offset || !now->object_key.empty())
        return fail(Errc::conflict, "This upload has moved on. Ask for its offset and go on there.");
    if (file_size(file->get()) < upload.offset) {
        erase(upload.id);
        return std::unexpected(damaged().error());
    }
    if (upload.offset == 0) sync_to_disk(directory);  // the file's name must last as long as its bytes
    return std::make_unique<UploadPart>(*std::move(file), upload.offset, upload.length, checksummed);
}

void Uploads::State::keep(UploadSlot& slot) {
    if (!slot.part || slot.part->offset() == slot.upload.offset) return;
    try {
        slot.upload.offset = slot.part->sync();
    } catch (...) {
        slot.part.reset();
        throw;
    }
    record(slot.upload);
}

void Uploads::State::end(UploadSlot& slot) {
    if (slot.part && !slot.part->checksummed()) keep(slot);
    slot.part.reset();
}

model::Result<Upload> Uploads::State::complete(Upload upload) {
    if (!completing.try_acquire())
        return fail(Errc::unavailable, "All bytes are here, but the server is busy with other uploads. Ask again in a moment.");
    struct Leave {
        std::counting_semaphore<>& gate;
        ~Leave() { gate.release(); }
    } const leave{completing};
    const auto name = upload.id.value;
    const auto second_name = name + ".done";
    Descriptor opened(::openat(directory.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    const bool there{opened};
    const auto file = LockedFile::take(std::move(opened));
    if (there && !file) return fail(Errc::unavailable, "All bytes are here; another process is checking them. Ask again in a moment.");
    if (const auto now = load(upload.id); !now || !now->object_key.empty()) return now;  // another process did it
    if (!file || file_size(file->get()) != upload.length) {
        erase(upload.id);
        return damaged();
    }
    if (!upload.expected_sha256.empty() && hash_file(file->get(), upload.length) != upload.expected_sha256) {
        erase(upload.id);
        return fail(Errc::checksum_mismatch, "What arrived is not what was sent: the SHA-256 differs. Upload the file again.");
    }
    // The store takes a second name of the file; the first stays until the row knows the object.
    ::unlinkat(directory.get(), second_name.c_str(), 0);
    (void)checked(::linkat(directory.get(), name.c_str(), directory.get(), second_name.c_str(), 0), "link an upload");
    auto key = store.adopt(folder / second_name);
    if (!key) {
        ::unlinkat(directory.get(), second_name.c_str(), 0);
        return std::unexpected(key.error());
    }
    upload.object_key = *std::move(key);
    record(upload);
    ::unlinkat(directory.get(), name.c_str(), 0);
    return upload;
}

}  // namespace earshot::storage
