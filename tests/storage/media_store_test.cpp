#include "content/storage/media_store.hpp"

#include <thread>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/storage/fixture.hpp"
#include "tests/support/small_disk.hpp"

using namespace earshot;
using namespace earshot::storage;
using model::Errc;
using tests::as_bytes;
using tests::TemporaryFolder;

namespace {

std::string store_bytes(MediaStore& store, std::string_view bytes) {
    auto object = store.create();
    REQUIRE(object->append(as_bytes(bytes)).has_value());
    return object->commit().value();
}

std::string read_all(const model::OpenFilePtr& file) {
    std::string bytes(file->size(), '\0');
    REQUIRE(::pread(file->descriptor(), bytes.data(), bytes.size(), 0) == static_cast<ssize_t>(bytes.size()));
    return bytes;
}

std::size_t count_files(const std::filesystem::path& folder) {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) files += entry.is_regular_file() ? 1 : 0;
    return files;
}

}  // namespace

TEST_CASE("an object is found under the hash of its bytes, read-only, in its folder") {
    TemporaryFolder folder;
    const auto store = make_disk_store(folder.path() / "media");
    const auto bytes = tests::pattern(300'000);
    const auto key = store_bytes(*store, bytes);
    CHECK(key == sha256_hex(bytes));
    const auto path = folder.path() / "media" / key.substr(0, 2) / key.substr(2, 2) / key;
    struct stat info{};
    REQUIRE(::stat(path.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777U) == 0440);
    const auto file = store->open(key).value();
    CHECK(read_all(file) == bytes);
    CHECK(store->verify(key));
    CHECK(std::filesystem::is_empty(folder.path() / "media" / "tmp"));
    store->remove(key);
    CHECK(store->open(key).error().code == Errc::not_found);
    CHECK(read_all(file) == bytes);  // who streams it goes on
    store->remove(key);              // absent is fine
}

TEST_CASE("the same bytes twice are one object, and heal a damaged one") {
    TemporaryFolder folder;
    const auto store = make_disk_store(folder.path());
    const auto key = store_bytes(*store, "once");
    CHECK(store_bytes(*store, "once") == key);
    CHECK(count_files(folder.path()) == 1);
    const auto path = folder.path() / key.substr(0, 2) / key.substr(2, 2) / key;
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    tests::spill(path, "oncf");
    CHECK_FALSE(store->verify(key));
    CHECK(store_bytes(*store, "once") == key);
    CHECK(store->verify(key));
}

TEST_CASE("an object dropped before commit leaves nothing") {
    TemporaryFolder folder;
    const auto store = make_disk_store(folder.path());
    {
        const auto object = store->create();
        REQUIRE(object->append(as_bytes("half")).has_value());
        CHECK(count_files(folder.path()) == 1);
    }
    CHECK(count_files(folder.path()) == 0);
}

TEST_CASE("what a worker wrote into the descriptor is what is stored") {
    TemporaryFolder folder;
    const auto store = make_disk_store(folder.path());
    const auto object = store->create();
    REQUIRE(object->descriptor() >= 0);
    REQUIRE(::pwrite(object->descriptor(), "world", 5, 5) == 5);
    REQUIRE(::pwrite(object->descriptor(), "hello", 5, 0) == 5);
    CHECK(object->commit().value() == sha256_hex("helloworld"));
    CHECK_THROWS_AS((void)object->commit(), std::logic_error);
}

TEST_CASE("a finished file is adopted without copying") {
    TemporaryFolder folder;
    const auto store = make_disk_store(folder.path() / "media");
    const auto file = folder.path() / "upload";
    tests::spill(file, "master");
    struct stat before{}, after{};
    REQUIRE(::stat(file.c_str(), &before) == 0);
    const auto key = store->adopt(file).value();
    CHECK(key == sha256_hex("master"));
    CHECK_FALSE(std::filesystem::exists(file));
    REQUIRE(::fstat(store->open(key).value()->descriptor(), &after) == 0);
    CHECK(before.st_ino == after.st_ino);

    // A second name of the object itself: the name goes, the object stays.
    std::filesystem::create_hard_link(folder.path() / "media" / key.substr(0, 2) / key.substr(2, 2) / key, file);
    CHECK(store->adopt(file).value() == key);
    CHECK_FALSE(std::filesystem::exists(file));
    CHECK(store->verify(key));
    CHECK_THROWS(store->adopt(folder.path() / "absent"));
}

// Guards: a key from a request must never become a path.
TEST_CASE("what is not a key is not found, and never reaches the file system") {
    TemporaryFolder folder;
    const auto store = make_disk_store(folder.path() / "media");
    tests::spill(folder.path() / "secret", "s");
    const std::string zeros(64, '0');
    for (const std::string& key :
         {std::string(), std::string("../secret"), std::string("../../secret"), zeros.substr(1), zeros + "0", std::string(64, 'A'),
          std::string(64, '.'), "../" + zeros.substr(3), std::string(62, '0') + "/x", zeros.substr(0, 63) + std::string(1, '\0'), zeros}) {
        CHECK(store->open(key).error().code == Errc::not_found);
        CHECK_FALSE(store->verify(key));
        store->remove(key);
    }
    CHECK(tests::slurp(folder.path() / "secret") == "s");
}

TEST_CASE("a symbolic link in place of an object is not followed") {
    TemporaryFolder folder;
    const auto store = make_disk_store(folder.path() / "media");
    tests::spill(folder.path() / "secret", "s");
    const auto key = store_bytes(*store, "x");
    const auto path = folder.path() / "media" / key.substr(0, 2) / key.substr(2, 2) / key;
    std::filesystem::remove(path);
    std::filesystem::create_symlink(folder.path() / "secret", path);
    CHECK_THROWS((void)store->open(key));
}

TEST_CASE("leftovers of a dead process are removed at start, files of a living one are not") {
    TemporaryFolder folder;
    auto store = make_disk_store(folder.path());
    const auto living = store->create();
    REQUIRE(living->append(as_bytes("living")).has_value());
    tests::spill(folder.path() / "tmp" / "dead", "dead");
    const auto second = make_disk_store(folder.path());
    CHECK_FALSE(std::filesystem::exists(folder.path() / "tmp" / "dead"));
    CHECK(living->commit().value() == sha256_hex("living"));
}

TEST_CASE("a full disk refuses with a sentence, keeps what is there, and works again when there is room") {
    const tests::SmallDisk disk("2m");
    const auto store = make_disk_store(disk.path() / "media");
    const auto old = store_bytes(*store, "old");
    disk.fill(100'000);
    {
        const auto object = store->create();
        model::Status status;
        for (int i = 0; i < 100 && status; ++i) status = object->append(as_bytes(tests::pattern(16'384)));
        REQUIRE_FALSE(status.has_value());
        CHECK(status.error().code == Errc::insufficient_storage);
        CHECK(status.error().message.find("full") != std::string::npos);
    }
    CHECK(std::filesystem::is_empty(disk.path() / "media" / "tmp"));
    disk.fill();
    tests::TemporaryFolder elsewhere;
    CHECK(store->free_bytes() == 0);
    CHECK(store->verify(old));
    disk.empty();
    CHECK(store->verify(store_bytes(*store, "new")));
}

TEST_CASE("the reserve is left alone") {
    const tests::SmallDisk disk("4m");
    const auto store = make_disk_store(disk.path() / "media", 2U << 20U);
    const auto all = make_disk_store(disk.path() / "media");
    CHECK(store->free_bytes() + (2U << 20U) == all->free_bytes());
    disk.fill(2U << 20U);
    CHECK(store->free_bytes() == 0);
    CHECK(store->create()->append(as_bytes("x")).error().code == Errc::insufficient_storage);
    tests::spill(disk.path() / "finished", "f");
    CHECK(store->adopt(disk.path() / "finished").error().code == Errc::insufficient_storage);
    CHECK(tests::slurp(disk.path() / "finished") == "f");
    CHECK(all->create()->append(as_bytes("x")).has_value());
}

// The limit ends with the child, which reports by its exit code.
TEST_CASE("a file size limit of the system is answered like a full disk") {
    TemporaryFolder folder;
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        ::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{65'536, 65'536};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        const auto store = make_disk_store(folder.path());
        const auto status = store->create()->append(as_bytes(std::string(100'000, 'x')));
        ::_exit(!status && status.error().code == Errc::insufficient_storage ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
}

TEST_CASE("many threads store at once") {
    TemporaryFolder folder;
    const auto store = make_disk_store(folder.path());
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (unsigned t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            for (unsigned i = 0; i < 10; ++i) {
                const auto bytes = tests::pattern(5000, i % 5 + t / 2 * 100);  // partly the same
                auto object = store->create();
                if (object->append(as_bytes(bytes)) && object->commit() == sha256_hex(bytes) && store->verify(sha256_hex(bytes))) ++good;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(good == 40);
}
