#include "content/storage/uploads.hpp"

#include <set>

#include <fmt/format.h>

#include "content/storage/digest.hpp"
#include "content/storage/promised_room.hpp"
#include "content/storage/statement.hpp"
#include "content/storage/upload_metadata.hpp"
#include "content/storage/uploads_state.hpp"

namespace earshot::storage {

using model::Errc;
using model::fail;

namespace {

constexpr std::uint64_t record_every = 8U << 20U;

// A PATCH holds the lock for moments at a time, but hashing a whole file may take minutes: nobody else waits for that.
constexpr std::chrono::seconds patience{2};

auto being_completed() {
    return fail(Errc::unavailable, "This upload is being worked on: a file is checked when its last byte has come. Ask again in a moment.");
}

std::string in_words(std::uint64_t bytes) {
    return bytes < 1'000'000 ? fmt::format("{} kB", bytes / 1000) : fmt::format("{} MB", bytes / 1'000'000);
}

model::Status check_room(std::uint64_t length, std::uint64_t free, std::uint64_t promised, const UploadsUnderWay& own, unsigned most) {
    if (own.count >= most)
        return fail(Errc::rate_limited, fmt::format("You have {} uploads under way. Finish one of them, or give one up, before you start "
                                                    "another.",
                                                    own.count));
    if (length > free)
        return fail(
            Errc::insufficient_storage,
            fmt::format("This file does not fit on the server's disk: it has {}, and {} are free. Ask the server's operator to free "
                        "some space, then upload it again.",
                        in_words(length), in_words(free)));
    if (length + promised > free)
        return fail(Errc::insufficient_storage,
                    "The server has not enough free space for this file beside what is being uploaded and worked on. Try again later, or "
                    "ask its operator.");
    // Announcing costs nothing: else one person's announcements could keep everybody from working.
    if (own.count > 0 && own.bytes + length > free / 2)
        return fail(Errc::insufficient_storage,
                    "Your uploads under way would take more than half of the server's free space. Finish them before you start another.");
    return {};
}

// The database may be what has no room.
template <class F>
auto with_room(F f) -> decltype(f()) {
    try {
        return f();
    } catch (const DatabaseError& error) {
        if (error.kind() != DatabaseError::Kind::full) throw;
        return fail(Errc::insufficient_storage, error.what());
    }
}

}  // namespace

class Uploads::PartWriter final : public Uploads::Writer {
public:
    PartWriter(std::shared_ptr<State> state, std::shared_ptr<UploadSlot> slot, std::uint64_t generation)
        : state_(std::move(state)), slot_(std::move(slot)), generation_(generation) {}

    ~PartWriter() override {
        const std::scoped_lock lock(slot_->mutex);
        if (!is_current()) return;
        try {
            state_->end(*slot_);
        } catch (const std::exception&) {  // nothing was promised: the recorded offset is the truth
            slot_->part.reset();
        }
    }

    model::Status write(std::span<const std::byte> bytes) override {
        const std::scoped_lock lock(slot_->mutex);
        if (!is_current()) return replaced();
        return with_room([&] {
            auto status = slot_->part->write(bytes, state_->store.free_bytes());
            if (!slot_->part->checksummed() && slot_->part->offset() - slot_->upload.offset >= record_every) state_->keep(*slot_);
            return status;
        });
    }

    model::Result<Upload> finish(std::string_view chunk_sha1) override {
        const std::scoped_lock lock(slot_->mutex);
        if (!is_current()) return std::unexpected(replaced().error());
        if (!chunk_sha1.empty() && !slot_->part->matches(chunk_sha1)) return refuse_chunk();
        return with_room([&]() -> model::Result<Upload> {
            state_->keep(*slot_);
            slot_->part.reset();
            const auto& upload = slot_->upload;
            return upload.offset == upload.length ? state_->complete(upload) : model::Result<Upload>(upload);
        });
    }

private:
    std::shared_ptr<State> state_;
    std::shared_ptr<UploadSlot> slot_;
    std::uint64_t generation_;

    [[nodiscard]] bool is_current() const { return slot_->generation == generation_ && slot_->part; }

    static model::Status replaced() { return fail(Errc::conflict, "Another connection has taken over this upload. Ask for its offset."); }

    model::Result<Upload> refuse_chunk() {
        slot_->part->cut_off();
        const auto start = slot_->part->offset();
        slot_->part.reset();
        if (slot_->upload.offset != start) {
            slot_->upload.offset = start;
            state_->record(slot_->upload);
        }
        return fail(Errc::checksum_mismatch, "These bytes are not the ones that were sent: Upload-Checksum differs. Send them again.");
    }
};

namespace {

// For a PATCH of nothing to an upload that is complete: a client that missed the last answer.
class FinishedWriter final : public Uploads::Writer {
public:
    explicit FinishedWriter(Upload upload) : upload_(std::move(upload)) {}
    model::Status write(std::span<const std::byte> bytes) override {
        if (bytes.empty()) return {};
        return fail(Errc::invalid_input, "This upload is complete. Start another one.");
    }
    model::Result<Upload> finish(std::string_view) override { return upload_; }

private:
    Upload upload_;
};

}  // namespace

Uploads::Uploads(Database& database, MediaStore& store, std::filesystem::path folder, model::Clock clock)
    : Uploads(database, store, std::move(folder), std::move(clock), Options()) {}

Uploads::Uploads(Database& database, MediaStore& store, std::filesystem::path folder, model::Clock clock, Options options)
    : state_(std::make_shared<State>(database, store, std::move(folder), std::move(clock), options)) {}

Uploads::~Uploads() = default;

model::Result<Upload> Uploads::create(std::uint64_t length, std::string_view metadata, std::string_view owner) {
    auto parsed = parse_upload_metadata(metadata);
    if (!parsed) return std::unexpected(parsed.error());
    if (length == 0) return fail(Errc::invalid_input, "The file is empty. Choose a recording.");
    const auto& options = state_->options;
    if (length > options.max_bytes)
        return fail(Errc::too_large, fmt::format("The file has {} bytes; this server takes at most {}. Hand it in as FLAC, or in parts.",
                                                 length, options.max_bytes));
    const auto now = state_->clock();
    const auto free = state_->store.free_bytes();
    Upload upload{model::UploadId{random_id(160)},
                  length,
                  0,
                  std::string(metadata),
                  std::move(parsed->file_name),
                  std::move(parsed->expected_sha256),
                  std::string(owner),
                  "",
                  now + options.expire_after};
    return with_room([&]() -> model::Result<Upload> {
        model::Status status;
        state_->database.write([&](soci::session& session) {
            status = check_room(length, free, promised_room(session, now), uploads_under_way(session, now, owner), options.most_under_way);
            if (!status) return;
            Statement insert(session,
                             "insert into uploads (id, byte_length, byte_offset, metadata, file_name, expected_sha256, owner, object_key, "
                             "created_at, updated_at, expires_at) values (:id, :length, 0, :metadata, :file_name, :expected_sha256, "
                             ":owner, '', :now, :now, :expires_at)");
            insert.bind("id", upload.id.value).bind("length", upload.length).bind("metadata", upload.metadata);
            insert.bind("file_name", upload.file_name).bind("expected_sha256", upload.expected_sha256).bind("owner", upload.owner);
            insert.bind("now", now).bind("expires_at", upload.expires_at).run();
        });
        if (!status) return std::unexpected(std::move(status.error()));
        return upload;
    });
}

model::Result<Upload> Uploads::find(const model::UploadId& id) {
    const auto slot = state_->slot(id);
    const std::unique_lock lock(slot->mutex, patience);
    if (!lock.owns_lock()) return being_completed();
    return with_room([&]() -> model::Result<Upload> {
        if (slot->part && !slot->part->checksummed()) state_->keep(*slot);
        auto upload = state_->load(id);
        const bool unfinished = upload && !slot->part && upload->offset == upload->length && upload->object_key.empty();
        return unfinished ? state_->complete(*std::move(upload)) : upload;
    });
}

model::Result<std::unique_ptr<Uploads::Writer>> Uploads::open(const model::UploadId& id, std::uint64_t offset, bool checksummed) {
    using Opened = model::Result<std::unique_ptr<Writer>>;
    const auto slot = state_->slot(id);
    const std::unique_lock lock(slot->mutex, patience);
    if (!lock.owns_lock()) return being_completed();
    return with_room([&]() -> Opened {
        state_->end(*slot);
        auto upload = state_->load(id);
        if (!upload) return std::unexpected(upload.error());
        if (offset != upload->offset)
            return fail(Errc::conflict, fmt::format("This upload is at byte {}, not {}. Go on from there.", upload->offset, offset));
        if (!upload->object_key.empty()) return std::make_unique<FinishedWriter>(*std::move(upload));
        auto part = state_->open_part(*upload, checksummed);
        if (!part) return std::unexpected(part.error());
        slot->part = *std::move(part);
        slot->upload = *std::move(upload);
        return std::make_unique<PartWriter>(state_, slot, ++slot->generation);
    });
}

model::Status Uploads::remove(const model::UploadId& id) {
    const auto slot = state_->slot(id);
    const std::unique_lock lock(slot->mutex, patience);
    if (!lock.owns_lock()) return being_completed();
    slot->part.reset();
    const auto upload = state_->load(id);
    if (!upload && upload.error().code == Errc::not_found) return std::unexpected(upload.error());
    state_->erase(id);
    return {};
}

int Uploads::remove_expired() {
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(state_->folder)) files.push_back(entry.path().filename().string());
    std::set<std::string> known;
    int removed = 0;
    for (const auto& upload : state_->list_all()) {
        known.insert(upload.id.value);
        if (upload.expires_at > state_->clock()) continue;
        const auto slot = state_->slot(upload.id);
        const std::unique_lock lock(slot->mutex, std::try_to_lock);
        if (!lock.owns_lock()) continue;                                                                     // it moves on
        if (const auto now = state_->load(upload.id); now || now.error().code == Errc::not_found) continue;  // it moved on meanwhile
        slot->part.reset();
        state_->erase(upload.id);
        ++removed;
    }
    for (const auto& file : files) {
        if (!known.contains(file.substr(0, file.find('.')))) std::filesystem::remove(state_->folder / file);
    }
    return removed;
}

}  // namespace earshot::storage
