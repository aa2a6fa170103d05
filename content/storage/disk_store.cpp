// MediaStore on a local disk. Everything below the root is reached through openat with names this file makes itself: a key that is not
// 64 lower-case hex digits never gets as far as the file system.

#include <algorithm>
#include <stdexcept>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "content/storage/descriptor.hpp"
#include "content/storage/digest.hpp"
#include "content/storage/media_store.hpp"

namespace earshot::storage {

namespace {

using model::Errc;
using model::fail;

constexpr const char* no_room = "The server's disk is full. Ask its operator to free some space, then try again.";

bool is_key(std::string_view key) {
    return key.size() == 64 && std::ranges::all_of(key, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Descriptor open_folder_at(const Descriptor& parent, const char* name) {
    if (::mkdirat(parent.get(), name, 0750) == 0) {
        sync_to_disk(parent);
    } else if (errno != EEXIST) {
        throw std::system_error(errno, std::generic_category(), "make a folder of the media store");
    }
    return Descriptor(
        checked(::openat(parent.get(), name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), "open a folder of the media store"));
}

// Shared by the store and its pending objects, which may outlive a call but not the store's root.
struct Root {
    Descriptor folder, temporary;
    std::uint64_t reserve{};

    [[nodiscard]] std::uint64_t free_bytes() const {
        struct statvfs info{};
        (void)checked(::fstatvfs(folder.get(), &info), "ask for the free space");
        const auto available = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize;
        return available > reserve ? available - reserve : 0;
    }

    // Moves a synced file to its place. Renaming over an object of the same content is fine: the bytes are equal, readers keep the old.
    void install(int source_folder, const char* source, const std::string& key) const {
        const auto outer = open_folder_at(folder, key.substr(0, 2).c_str());
        const auto inner = open_folder_at(outer, key.substr(2, 2).c_str());
        const FolderLock lock(inner);  // against a collector that has just found the older object of this key useless
        (void)checked(::renameat(source_folder, source, inner.get(), key.c_str()), "move an object into the media store");
        // Two names of one file: rename did nothing, and the old name would stay.
        if (::unlinkat(source_folder, source, 0) != 0 && errno != ENOENT)
            throw std::system_error(errno, std::generic_category(), "remove a temporary file");
        sync_to_disk(inner);
    }
};

class DiskObject final : public PendingObject {
public:
    explicit DiskObject(std::shared_ptr<const Root> root) : root_(std::move(root)), name_(random_id(128)) {
        const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
        file_.reset(checked(::openat(root_->temporary.get(), name_.c_str(), flags, 0640), "create a temporary file"));
        ::flock(file_.get(), LOCK_EX | LOCK_NB);  // tells the next server start that somebody still writes here
    }
    ~DiskObject() override {
        if (!committed_) ::unlinkat(root_->temporary.get(), name_.c_str(), 0);
    }

    model::Status append(std::span<const std::byte> bytes) override {
        if (root_->free_bytes() < bytes.size()) return fail(Errc::insufficient_storage, no_room);
        std::size_t written = 0;
        const int error = write_at(file_.get(), bytes, size_, written);
        size_ += written;
        if (means_no_space(error)) return fail(Errc::insufficient_storage, no_room);
        if (error != 0) throw std::system_error(error, std::generic_category(), "write an object");
        return {};
    }

    int descriptor() const noexcept override { return file_.get(); }

    model::Result<std::string> commit() override {
        if (committed_ || failed_) throw std::logic_error("commit of an object that ended already");
        failed_ = true;  // until proved otherwise: a failed sync is never tried again
        if (::fsync(file_.get()) != 0) {
            if (means_no_space(errno)) return fail(Errc::insufficient_storage, no_room);
            throw std::system_error(errno, std::generic_category(), "fsync of an object");
        }
        auto key = hash_file(file_.get(), file_size(file_.get()));
        (void)checked(::fchmod(file_.get(), 0440), "make an object read-only");
        try {
            root_->install(root_->temporary.get(), name_.c_str(), key);
        } catch (const std::system_error& error) {
            if (means_no_space(error.code().value())) return fail(Errc::insufficient_storage, no_room);
            throw;
        }
        committed_ = true;
        return key;
    }

private:
    std::shared_ptr<const Root> root_;
    std::string name_;
    Descriptor file_;
    std::uint64_t size_ = 0;
    bool committed_ = false, failed_ = false;
};

class DiskStore final : public MediaStore {
public:
    DiskStore(const std::filesystem::path& path, std::uint64_t reserve) : path_(path) {
        std::filesystem::create_directories(path);
        auto root = std::make_shared<Root>();
        root->folder.reset(checked(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC), "open the media store"));
        root->temporary = open_folder_at(root->folder, "tmp");
        root->reserve = reserve;
        root_ = std::move(root);
        remove_leftovers(path / "tmp");
    }

    std::unique_ptr<PendingObject> create() override { return std::make_unique<DiskObject>(root_); }

    model::Result<std::string> adopt(const std::filesystem::path& path) override {
        const Descriptor file(checked(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW), "open a finished file"));
        if (root_->free_bytes() == 0) return fail(Errc::insufficient_storage, no_room);
        sync_to_disk(file);
        auto key = hash_file(file.get(), file_size(file.get()));
        try {
            root_->install(AT_FDCWD, path.c_str(), key);
        } catch (const std::system_error& error) {
            if (means_no_space(error.code().value())) return fail(Errc::insufficient_storage, no_room);
            throw;
        }
        (void)checked(::fchmod(file.get(), 0440), "make an object read-only");
        return key;
    }

    model::Result<model::OpenFilePtr> open(std::string_view key) override {
        if (!is_key(key)) return fail(Errc::not_found, "There is no such file.");
        Descriptor file(::openat(root_->folder.get(), path_of(key).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!file && errno == ENOENT) return fail(Errc::not_found, "There is no such file.");
        (void)checked(file.get(), "open an object");
        const auto size = file_size(file.get());
        auto opened = std::make_shared<const model::OpenFile>(file.get(), size);
        (void)file.release();
        return opened;
    }

    std::vector<std::string> list(model::Timestamp stored_before) override {
        std::vector<std::string> keys;
        std::error_code gone;  // files may come and go meanwhile
        for (auto entry = std::filesystem::recursive_directory_iterator(path_, gone);
             entry != std::filesystem::recursive_directory_iterator(); entry.increment(gone)) {
            if (gone) throw std::system_error(gone, "list the media store");
            auto key = entry->path().filename().string();
            if (!is_key(key)) continue;
            struct stat info{};
            if (::fstatat(root_->folder.get(), path_of(key).c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode)) continue;
            if (stored_at(info) < stored_before) keys.push_back(std::move(key));
        }
        return keys;
    }

    bool remove(std::string_view key, model::Timestamp stored_before) override {
        if (!is_key(key)) return false;
        const auto folder = path_of(key).substr(0, 5);
        const Descriptor inner(::openat(root_->folder.get(), folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (!inner) return false;
        const FolderLock lock(inner);
        const std::string name(key);
        struct stat info{};
        if (::fstatat(inner.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || stored_at(info) >= stored_before) return false;
        (void)checked(::unlinkat(inner.get(), name.c_str(), 0), "remove an object");
        return true;
    }

    std::uint64_t free_bytes() override { return root_->free_bytes(); }

    bool verify(std::string_view key) override {
        const auto file = open(key);
        return file && hash_file((*file)->descriptor(), (*file)->size()) == key;
    }

private:
    std::filesystem::path path_;
    std::shared_ptr<const Root> root_;

    // When it got its name: the status changes with every rename or link, the bytes may be older.
    static model::Timestamp stored_at(const struct stat& info) {
        return model::Timestamp(std::chrono::seconds(info.st_ctim.tv_sec) + std::chrono::milliseconds(info.st_ctim.tv_nsec / 1'000'000));
    }

    static std::string path_of(std::string_view key) { return fmt::format("{}/{}/{}", key.substr(0, 2), key.substr(2, 2), key); }

    void remove_leftovers(const std::filesystem::path& temporary) const {
        for (const auto& entry : std::filesystem::directory_iterator(temporary)) {
            const auto name = entry.path().filename().string();
            const Descriptor file(::openat(root_->temporary.get(), name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
            if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(root_->temporary.get(), name.c_str(), 0);
        }
    }
};

}  // namespace

std::unique_ptr<MediaStore> make_disk_store(std::filesystem::path root, std::uint64_t reserve_bytes) {
    return std::make_unique<DiskStore>(root, reserve_bytes);
}

}  // namespace earshot::storage
