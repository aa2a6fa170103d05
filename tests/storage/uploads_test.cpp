#include "content/storage/uploads.hpp"

#include "content/storage/job_queue.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <semaphore>
#include <thread>

#include "content/storage/statement.hpp"
#include "tests/storage/fixture.hpp"
#include "tests/support/put.hpp"
#include "tests/support/small_disk.hpp"

using namespace earshot;
using namespace earshot::storage;
using namespace std::chrono_literals;
using model::Errc;
using tests::as_bytes;
using tests::Opened;

namespace {

constexpr std::size_t mebibyte = 1U << 20U;

struct Server : Opened {
    std::filesystem::path parts = folder.path() / "uploads";
    std::unique_ptr<MediaStore> store = make_disk_store(folder.path() / "media");
    Uploads uploads{database, *store, parts, time.clock(), {.max_bytes = 100 * mebibyte, .expire_after = 24h}};

    Upload create(std::size_t length, const std::string& metadata = "") { return uploads.create(length, metadata, "producer").value(); }
    // One PATCH.
    model::Result<Upload> patch(Uploads& to, const model::UploadId& id, std::uint64_t offset, std::string_view bytes) {
        auto writer = to.open(id, offset);
        if (!writer) return std::unexpected(writer.error());
        if (const auto status = (*writer)->write(as_bytes(bytes)); !status) return std::unexpected(status.error());
        return (*writer)->finish("");
    }
    model::Result<Upload> patch(const model::UploadId& id, std::uint64_t offset, std::string_view bytes) {
        return patch(uploads, id, offset, bytes);
    }
    [[nodiscard]] std::string stored(const std::string& key) {
        const auto file = store->open(key).value();
        std::string bytes(file->size(), '\0');
        REQUIRE(::pread(file->descriptor(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
        return bytes;
    }
    [[nodiscard]] std::size_t part_files() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(parts), {}));
    }
};

// Takes its time over a finished file.
class SlowStore final : public MediaStore {
public:
    explicit SlowStore(std::unique_ptr<MediaStore> store) : store_(std::move(store)) {}
    std::unique_ptr<PendingObject> create() override { return store_->create(); }
    model::Result<std::string> adopt(const std::filesystem::path& file) override {
        begun.release();
        go_on.acquire();
        return store_->adopt(file);
    }
    model::Result<model::OpenFilePtr> open(std::string_view key) override { return store_->open(key); }
    std::vector<std::string> list(model::Timestamp stored_before) override { return store_->list(stored_before); }
    bool remove(std::string_view key, model::Timestamp stored_before) override { return store_->remove(key, stored_before); }
    std::uint64_t free_bytes() override { return store_->free_bytes(); }
    bool verify(std::string_view key) override { return store_->verify(key); }

    std::counting_semaphore<> begun{0}, go_on{0};

private:
    std::unique_ptr<MediaStore> store_;
};

std::string sha256_metadata(std::string_view bytes) {
    return "sha256 " + base64(sha256_hex(bytes));
}

}  // namespace

TEST_CASE("a file comes in by pieces and goes into the store whole") {
    Server s;
    const auto bytes = tests::pattern(300'000);
    const auto upload =
        s.create(bytes.size(), "filename " + base64("C:\\Takes\\part \x01one.wav") + "," + sha256_metadata(bytes) + ",is_final");
    CHECK(upload.file_name == "part one.wav");
    CHECK(upload.expected_sha256 == sha256_hex(bytes));
    CHECK(upload.owner == "producer");
    CHECK(upload.offset == 0);
    CHECK(upload.expires_at == s.time.now() + 24h);
    CHECK(s.patch(upload.id, 0, bytes.substr(0, 100'000))->offset == 100'000);
    const auto half = s.uploads.find(upload.id).value();
    CHECK(half.offset == 100'000);
    CHECK(half.object_key.empty());
    CHECK(half.metadata == upload.metadata);
    const auto done = s.patch(upload.id, 100'000, bytes.substr(100'000)).value();
    CHECK(done.object_key == sha256_hex(bytes));
    CHECK(s.stored(done.object_key) == bytes);
    CHECK(s.uploads.find(upload.id)->object_key == done.object_key);
    CHECK(s.part_files() == 0);
    CHECK(s.patch(upload.id, bytes.size(), "")->object_key == done.object_key);  // a client that missed the answer
    CHECK(s.patch(upload.id, bytes.size(), "x").error().code == Errc::invalid_input);
}

TEST_CASE("metadata, length and checksum are judged before the first byte") {
    Server s;
    const auto refuses = [&](std::uint64_t length, const std::string& metadata, Errc code) {
        const auto result = s.uploads.create(length, metadata, "producer");
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == code);
        CHECK(result.error().message.size() > 20);
    };
    refuses(1, "filename ???", Errc::invalid_input);
    refuses(1, "filename Zg", Errc::invalid_input);
    refuses(1, ",", Errc::invalid_input);
    refuses(1, "a Zg==,a Zg==", Errc::invalid_input);
    refuses(1, "sha256 " + base64("12ab"), Errc::invalid_input);
    refuses(1, "sha256 " + base64(std::string(64, 'g')), Errc::invalid_input);
    refuses(1, "a " + base64(std::string(4000, 'x')), Errc::invalid_input);
    refuses(0, "", Errc::invalid_input);
    refuses(100 * mebibyte + 1, "", Errc::too_large);
    CHECK(s.create(1, "sha256 " + base64(std::string(64, 'A'))).expected_sha256 == std::string(64, 'a'));
    CHECK(s.create(1, "filename").file_name.empty());
    CHECK(s.create(1, "filename " + base64(std::string(300, 'x'))).file_name.size() == 255);
}

TEST_CASE("a wrong offset or unknown upload is refused with the right one named") {
    Server s;
    const auto upload = s.create(10);
    REQUIRE(s.patch(upload.id, 0, "abc").has_value());
    for (const std::uint64_t offset : {0U, 2U, 4U, 10U}) {
        const auto result = s.uploads.open(upload.id, offset);
        REQUIRE_FALSE(result.has_value());
        CHECK(result.error().code == Errc::conflict);
        CHECK(result.error().message.find("at byte 3") != std::string::npos);
    }
    CHECK(s.uploads.open({"nobody"}, 0).error().code == Errc::not_found);
    CHECK(s.uploads.find({"../../etc/passwd"}).error().code == Errc::not_found);
}

TEST_CASE("bytes beyond the announced length are refused and not stored") {
    Server s;
    const auto upload = s.create(10);
    {
        auto writer = s.uploads.open(upload.id, 0).value();
        CHECK(writer->write(as_bytes("0123456")).has_value());
        CHECK(writer->write(as_bytes("789x")).error().code == Errc::invalid_input);
    }
    CHECK(s.uploads.find(upload.id)->offset == 7);
    CHECK(s.stored(s.patch(upload.id, 7, "789")->object_key) == "0123456789");
}

TEST_CASE("a broken-off PATCH keeps what had arrived") {
    Server s;
    const auto upload = s.create(10);
    {
        REQUIRE(s.uploads.open(upload.id, 0).value()->write(as_bytes("01234")).has_value());
    }
    CHECK(s.uploads.find(upload.id)->offset == 5);
    CHECK(s.stored(s.patch(upload.id, 5, "56789")->object_key) == "0123456789");
}

TEST_CASE("an upload goes on across a re-opened database and store") {
    tests::TemporaryFolder folder;
    const auto bytes = tests::pattern(50'000);
    model::UploadId id;
    for (int start = 0; start < 5; ++start) {
        Database database({.file = folder.path() / "catalogue.db", .migrations = catalogue_migrations()});
        const auto store = make_disk_store(folder.path() / "media");
        Uploads uploads(database, *store, folder.path() / "uploads");
        if (start == 0) id = uploads.create(bytes.size(), sha256_metadata(bytes), "p").value().id;
        const auto offset = uploads.find(id).value().offset;
        CHECK(offset == static_cast<std::uint64_t>(start) * 10'000);
        auto writer = uploads.open(id, offset).value();
        REQUIRE(writer->write(as_bytes(bytes).subspan(offset, 10'000)).has_value());
        if (start == 4) CHECK(writer->finish("").value().object_key == sha256_hex(bytes));
    }
}

TEST_CASE("a second writer ends the first, and their bytes never mix") {
    Server s;
    const auto upload = s.create(9);
    auto first = s.uploads.open(upload.id, 0).value();
    REQUIRE(first->write(as_bytes("012")).has_value());
    SECTION("after asking for the offset, as clients do") {
        CHECK(s.uploads.find(upload.id)->offset == 3);
    }
    SECTION("knowing it") {}
    auto second = s.uploads.open(upload.id, 3).value();
    CHECK(first->write(as_bytes("xxx")).error().code == Errc::conflict);
    CHECK(first->finish("").error().code == Errc::conflict);
    REQUIRE(second->write(as_bytes("345")).has_value());
    first.reset();
    REQUIRE(second->write(as_bytes("678")).has_value());
    CHECK(s.stored(second->finish("")->object_key) == "012345678");
}

TEST_CASE("the wrong file is found out at the end and forgotten") {
    Server s;
    const auto upload = s.create(5, sha256_metadata("right"));
    const auto result = s.patch(upload.id, 0, "wrong");
    REQUIRE_FALSE(result.has_value());
    CHECK(result.error().code == Errc::checksum_mismatch);
    CHECK(s.uploads.find(upload.id).error().code == Errc::not_found);
    CHECK(s.part_files() == 0);
    CHECK(s.store->open(sha256_hex("wrong")).error().code == Errc::not_found);
}

TEST_CASE("a chunk with the wrong checksum is cut off, one with the right is kept") {
    Server s;
    const auto upload = s.create(9);
    REQUIRE(s.patch(upload.id, 0, "012").has_value());
    for (const bool announced : {true, false}) {
        auto writer = s.uploads.open(upload.id, 3, announced).value();
        REQUIRE(writer->write(as_bytes("xxxxxx")).has_value());
        CHECK(writer->finish(sha1_raw("345678")).error().code == Errc::checksum_mismatch);
        CHECK(s.uploads.find(upload.id)->offset == 3);
    }
    {
        REQUIRE(s.uploads.open(upload.id, 3, true).value()->write(as_bytes("yyy")).has_value());
    }  // broken off: cannot be checked
    CHECK(s.uploads.find(upload.id)->offset == 3);
    auto writer = s.uploads.open(upload.id, 3, true).value();
    REQUIRE(writer->write(as_bytes("345678")).has_value());
    CHECK(s.stored(writer->finish(sha1_raw("345678"))->object_key) == "012345678");
}

TEST_CASE("a crash before the store has the file loses nothing: the next question finishes it") {
    Server s;
    const auto upload = s.create(6);
    REQUIRE(s.patch(upload.id, 0, "012").has_value());
    // All bytes on the disk and counted, and then the lights went out.
    tests::spill(s.parts / upload.id.value, "012345");
    SECTION("before anything was moved") {}
    SECTION("with a second name of the file left over") {
        std::filesystem::create_hard_link(s.parts / upload.id.value, s.parts / (upload.id.value + ".done"));
    }
    SECTION("with the object in the store but not in the row") {
        std::filesystem::create_hard_link(s.parts / upload.id.value, s.folder.path() / "second");
        REQUIRE(s.store->adopt(s.folder.path() / "second").has_value());
    }
    s.database.write([&](soci::session& session) {
        Statement(session, "update uploads set byte_offset = 6 where id = :id").bind("id", upload.id.value).run();
    });
    CHECK(s.uploads.find(upload.id)->object_key == sha256_hex("012345"));
    CHECK(s.stored(sha256_hex("012345")) == "012345");
    CHECK(s.part_files() == 0);
}

TEST_CASE("while a file is checked others are sent away, who ask for it or bring another, and nothing is lost") {
    Server server;
    SlowStore slow(make_disk_store(server.folder.path() / "slow"));
    Uploads uploads(server.database, slow, server.folder.path() / "slow-uploads", server.time.clock(), {.most_completing = 1});
    const auto first = uploads.create(5, "", "ann").value(), second = uploads.create(6, "", "ann").value();
    std::thread patch([&] { CHECK(server.patch(uploads, first.id, 0, "first").has_value()); });
    slow.begun.acquire();
    CHECK(uploads.find(first.id).error().code == Errc::unavailable);
    CHECK(uploads.open(first.id, 5).error().code == Errc::unavailable);
    CHECK(uploads.remove(first.id).error().code == Errc::unavailable);
    CHECK(server.patch(uploads, second.id, 0, "second").error().code == Errc::unavailable);
    slow.go_on.release(2);
    patch.join();
    CHECK_FALSE(uploads.find(first.id).value().object_key.empty());
    const auto found = uploads.find(second.id).value();  // and goes on with what was left
    CHECK(found.offset == 6);
    CHECK(found.object_key == sha256_hex("second"));
}

TEST_CASE("a part that is shorter than what was acknowledged is not trusted") {
    Server s;
    const auto upload = s.create(6);
    REQUIRE(s.patch(upload.id, 0, "012").has_value());
    tests::spill(s.parts / upload.id.value, "0");
    CHECK(s.uploads.open(upload.id, 3).error().code == Errc::gone);
    CHECK(s.uploads.find(upload.id).error().code == Errc::not_found);
}

// A child is the server: it takes one huge PATCH and is killed in the middle of it.
TEST_CASE("kill -9 in the middle of a PATCH costs at most 8 MiB") {
    tests::TemporaryFolder folder;
    const auto bytes = tests::pattern(30 * mebibyte);
    const auto file = folder.path() / "catalogue.db";
    model::UploadId id;
    {
        Database database({.file = file, .migrations = catalogue_migrations()});
        const auto store = make_disk_store(folder.path() / "media");
        id = Uploads(database, *store, folder.path() / "uploads").create(bytes.size(), sha256_metadata(bytes), "p").value().id;
    }
    constexpr std::size_t killed_at = 21 * mebibyte;
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        Database database({.file = file, .migrations = catalogue_migrations()});
        const auto store = make_disk_store(folder.path() / "media");
        Uploads uploads(database, *store, folder.path() / "uploads");
        const auto writer = uploads.open(id, 0).value();
        for (std::size_t at = 0; at < killed_at; at += 64 * 1024)
            if (!writer->write(as_bytes(bytes).subspan(at, 64 * 1024))) ::_exit(1);
        ::kill(::getpid(), SIGKILL);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));

    Database database({.file = file, .migrations = catalogue_migrations()});
    const auto store = make_disk_store(folder.path() / "media");
    Uploads uploads(database, *store, folder.path() / "uploads");
    const auto offset = uploads.find(id).value().offset;
    CHECK(offset <= killed_at);
    CHECK(offset + 8 * mebibyte > killed_at);
    auto writer = uploads.open(id, offset).value();
    CHECK(std::filesystem::file_size(folder.path() / "uploads" / id.value) == offset);
    REQUIRE(writer->write(as_bytes(bytes).subspan(offset)).has_value());
    CHECK(writer->finish("").value().object_key == sha256_hex(bytes));
}

TEST_CASE("uploads expire after a time without progress") {
    Server s;
    const auto stale = s.create(10), busy = s.create(10), finished = s.create(3);
    REQUIRE(s.patch(stale.id, 0, "012").has_value());
    const auto key = s.patch(finished.id, 0, "abc")->object_key;
    s.time.advance(23h);
    REQUIRE(s.patch(busy.id, 0, "012").has_value());
    tests::spill(s.parts / "nobodys", "x");
    s.time.advance(1h);
    CHECK(s.uploads.find(stale.id).error().code == Errc::gone);
    CHECK(s.uploads.open(stale.id, 3).error().code == Errc::gone);
    CHECK(s.uploads.remove_expired() == 2);
    CHECK(s.uploads.find(stale.id).error().code == Errc::not_found);
    CHECK(s.uploads.find(busy.id)->offset == 3);
    CHECK(s.part_files() == 1);
    CHECK(s.stored(key) == "abc");  // the object outlives its upload
}

TEST_CASE("an upload can be given up, also while it is written") {
    Server s;
    const auto upload = s.create(10);
    auto writer = s.uploads.open(upload.id, 0).value();
    REQUIRE(writer->write(as_bytes("012")).has_value());
    CHECK(s.uploads.remove(upload.id).has_value());
    CHECK(writer->write(as_bytes("345")).error().code == Errc::conflict);
    writer.reset();
    CHECK(s.part_files() == 0);
    CHECK(s.uploads.find(upload.id).error().code == Errc::not_found);
    CHECK(s.uploads.remove(upload.id).error().code == Errc::not_found);
}

TEST_CASE("a full disk keeps what arrived, says so, and the upload goes on when there is room") {
    const tests::SmallDisk disk("16m");
    Opened opened;  // the database on another disk
    const auto store = make_disk_store(disk.path() / "media");
    Uploads uploads(opened.database, *store, disk.path() / "uploads", opened.time.clock());
    const auto bytes = tests::pattern(4 * mebibyte);
    const auto never = uploads.create(20 * mebibyte, "", "p").error();
    CHECK(never.code == Errc::insufficient_storage);
    CHECK(never.message.find("does not fit on the server's disk: it has 20 MB, and 1") != std::string::npos);  // whatever others do
    const auto id = uploads.create(bytes.size(), sha256_metadata(bytes), "p").value().id;
    disk.fill(mebibyte);
    {
        auto writer = uploads.open(id, 0).value();
        model::Status status;
        for (std::size_t at = 0; at < bytes.size() && status; at += 65'536) status = writer->write(as_bytes(bytes).subspan(at, 65'536));
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error().code == Errc::insufficient_storage);
        CHECK(status.error().message.find("is kept") != std::string::npos);
    }
    const auto offset = uploads.find(id).value().offset;
    CHECK(offset > 0);
    CHECK(offset <= mebibyte);
    disk.empty();
    auto writer = uploads.open(id, offset).value();
    REQUIRE(writer->write(as_bytes(bytes).subspan(offset)).has_value());
    CHECK(writer->finish("").value().object_key == sha256_hex(bytes));
}

TEST_CASE("room is promised to uploads on their way, and to running jobs; one left lying about loses its own") {
    const tests::SmallDisk disk("16m");
    Opened opened;
    const auto store = make_disk_store(disk.path() / "media");
    Uploads uploads(opened.database, *store, disk.path() / "uploads", opened.time.clock());
    const auto first = uploads.create(10 * mebibyte, "", "p").value();
    const auto refused = uploads.create(10 * mebibyte, "", "q");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::insufficient_storage);
    CHECK(refused.error().message.find("beside what is being uploaded") != std::string::npos);
    CHECK(uploads.create(4 * mebibyte, "", "q"));
    opened.time.advance(std::chrono::minutes(61));
    CHECK(uploads.create(10 * mebibyte, "", "q"));
    CHECK(uploads.find(first.id));
    opened.time.advance(std::chrono::minutes(61));
    // Announced and never begun: the room is everybody's again at once.
    (void)uploads.create(14 * mebibyte, "", "p").value();
    CHECK_FALSE(uploads.create(4 * mebibyte, "", "q"));
    opened.time.advance(std::chrono::minutes(2));
    CHECK(uploads.create(4 * mebibyte, "", "q"));
    opened.time.advance(std::chrono::minutes(2));
    // A byte now and then holds it no longer; what comes in at a pace does.
    const auto comes = [&](const Upload& upload, std::size_t bytes) {
        auto writer = uploads.open(upload.id, 0).value();
        const std::string sent(bytes, 'x');
        REQUIRE(writer->write(std::as_bytes(std::span(sent))));
        REQUIRE(writer->finish(""));
    };
    const auto trickle = uploads.create(14 * mebibyte, "", "p").value();
    comes(trickle, 1);
    CHECK_FALSE(uploads.create(10 * mebibyte, "", "q"));
    opened.time.advance(std::chrono::minutes(3));
    const auto brisk = uploads.create(10 * mebibyte, "", "q").value();
    comes(brisk, 2 * mebibyte);
    opened.time.advance(std::chrono::minutes(5));
    CHECK_FALSE(uploads.create(10 * mebibyte, "", "p"));
    for (const auto& upload : {trickle, brisk}) REQUIRE(uploads.remove(upload.id));
    JobQueue jobs(opened.database, opened.time.clock());
    const auto episode = opened.episode(opened.show());
    (void)opened.master(episode);
    const auto job = jobs.claim("a", std::chrono::seconds(10)).value();
    REQUIRE(jobs.reserve(job.id, "a", 8 * mebibyte, store->free_bytes(), std::chrono::seconds(60)) == JobQueue::Room::granted);
    CHECK_FALSE(uploads.create(10 * mebibyte, "", "q"));
    jobs.succeed(job.id, "a");
    CHECK(uploads.create(10 * mebibyte, "", "q"));
}

TEST_CASE("nobody takes all room, or any number of uploads, by announcing them") {
    const tests::SmallDisk disk("16m");
    Opened opened;
    const auto store = make_disk_store(disk.path() / "media");
    Uploads uploads(opened.database, *store, disk.path() / "uploads", opened.time.clock(), {.most_under_way = 3});
    (void)uploads.create(2 * mebibyte, "", "p").value();
    const auto greedy = uploads.create(7 * mebibyte, "", "p");
    REQUIRE_FALSE(greedy);
    CHECK(greedy.error().code == Errc::insufficient_storage);
    CHECK(greedy.error().message.find("more than half of the server's free space") != std::string::npos);
    (void)uploads.create(1, "", "p").value();
    (void)uploads.create(1, "", "p").value();
    const auto fourth = uploads.create(1, "", "p");
    REQUIRE_FALSE(fourth);
    CHECK(fourth.error().code == Errc::rate_limited);
    CHECK(fourth.error().message == "You have 3 uploads under way. Finish one of them, or give one up, before you start another.");
    CHECK(uploads.create(7 * mebibyte, "", "q"));
    opened.time.advance(std::chrono::minutes(2));
    CHECK(uploads.create(1, "", "p"));
}

TEST_CASE("a full disk under the database refuses the change and keeps the old state") {
    const tests::SmallDisk disk("4m");
    tests::TemporaryFolder elsewhere;
    Database database({.file = disk.path() / "catalogue.db", .migrations = catalogue_migrations()});
    Catalogue catalogue(database);
    const auto store = make_disk_store(elsewhere.path() / "media");
    Uploads uploads(database, *store, elsewhere.path() / "uploads");
    model::Show show;
    show.slug = "code-severe";
    show.title = "Code Severe";
    show = catalogue.create_show(show).value();
    const auto id = uploads.create(10, "", "p").value().id;
    disk.fill();
    auto changed = show;
    changed.description = tests::pattern(1U << 20U);
    for (auto& c : changed.description) c = static_cast<char>('a' + (static_cast<unsigned char>(c) & 15U));
    try {
        for (int i = 0; i < 8; ++i) (void)tests::put(catalogue, changed);
        FAIL("the disk was not full");
    } catch (const DatabaseError& error) {
        CHECK(error.kind() == DatabaseError::Kind::full);
    }
    CHECK(catalogue.find_show(show.id)->description.empty());
    CHECK(uploads.find(id)->offset == 0);
    disk.empty();
    CHECK(tests::put(catalogue, changed).has_value());
    CHECK(catalogue.find_show(show.id)->description == changed.description);
}

TEST_CASE("two processes never write to one upload at the same time") {
    Server s;
    Uploads other(s.database, *s.store, s.parts, s.time.clock(), {.max_bytes = 100 * mebibyte, .expire_after = 24h});
    const auto bytes = tests::pattern(300'000);
    const auto upload = s.create(bytes.size());
    auto writer = s.uploads.open(upload.id, 0).value();
    REQUIRE(writer->write(as_bytes(std::string_view(bytes).substr(0, 100'000))));
    CHECK(other.open(upload.id, 0).error().code == Errc::unavailable);
    CHECK(other.find(upload.id)->offset == 0);
    REQUIRE(writer->write(as_bytes(std::string_view(bytes).substr(100'000, 100'000))));
    writer.reset();  // the connection broke off: what came is kept
    CHECK(other.find(upload.id)->offset == 200'000);
    CHECK(s.patch(other, upload.id, 0, bytes).error().code == Errc::conflict);
    const auto done = s.patch(other, upload.id, 200'000, bytes.substr(200'000)).value();
    CHECK(s.stored(done.object_key) == bytes);
    CHECK(s.uploads.find(upload.id)->object_key == done.object_key);
}

TEST_CASE("two processes that both find an upload complete put it into the store once") {
    Server s;
    Uploads other(s.database, *s.store, s.parts, s.time.clock(), {.max_bytes = 100 * mebibyte, .expire_after = 24h});
    const auto bytes = tests::pattern(20 * mebibyte);
    for (int round = 0; round < 10; ++round) {
        const auto upload = s.create(bytes.size());
        auto writer = s.uploads.open(upload.id, 0).value();
        REQUIRE(writer->write(as_bytes(bytes)));
        const auto known = [&](Uploads& process) {
            while (true) {
                const auto seen = process.find(upload.id);
                if (!seen && seen.error().code != Errc::unavailable) return false;
                if (seen && !seen->object_key.empty()) return true;
            }
        };
        std::atomic<bool> seen{false};
        std::thread watching([&] { seen = known(other); });
        static_cast<void>(writer->finish(""));
        watching.join();
        CHECK(seen);
        REQUIRE(known(s.uploads));
        const auto done = s.uploads.find(upload.id);
        CHECK(s.stored(done->object_key) == bytes);
        CHECK(s.part_files() == 0);
    }
}

// A worker that is being started holds every open file of the server until its own program begins.
TEST_CASE("a process that is just starting does not hold up an upload", "[uploads]") {
    Server s;
    const auto upload = s.create(10);
    auto writer = s.uploads.open(upload.id, 0);
    REQUIRE(writer);
    std::vector<int> inherited;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        if (std::filesystem::read_symlink(entry.path(), gone).parent_path() == s.parts)
            inherited.push_back(::dup(std::stoi(entry.path().filename().string())));
    }
    REQUIRE(inherited.size() == 1);
    REQUIRE((*writer)->write(as_bytes("0123456789")));
    const auto finished = (*writer)->finish("");
    for (const int descriptor : inherited) ::close(descriptor);
    REQUIRE(finished);
    CHECK(s.stored(finished->object_key) == "0123456789");
}
