#pragma once
// A file descriptor with an owner, and the few calls storage makes on it. Failures throw std::system_error.

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>

#include <sys/file.h>
#include <unistd.h>

namespace earshot::storage {

class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        if (this != &other) reset(std::exchange(other.number_, -1));
        return *this;
    }
    ~Descriptor() { reset(); }
    [[nodiscard]] int get() const noexcept { return number_; }
    [[nodiscard]] int release() noexcept { return std::exchange(number_, -1); }
    explicit operator bool() const noexcept { return number_ >= 0; }
    void reset(int number = -1) noexcept {
        if (number_ >= 0) ::close(number_);
        number_ = number;
    }

private:
    int number_{-1};
};

[[nodiscard]] inline int checked(int result, const char* what) {
    if (result < 0) throw std::system_error(errno, std::generic_category(), what);
    return result;
}

// Never retried: after a failure the kernel may have dropped what it could not write (and would report success next time).
inline void sync_to_disk(const Descriptor& file) {
    if (::fsync(file.get()) != 0) throw std::system_error(errno, std::generic_category(), "fsync");
}

// A file under an exclusive flock, which is let go by name. Closing alone would leave it to a process that another thread is just starting:
// that holds the open file as well until its own program begins.
class LockedFile {
public:
    // Nothing when somebody else holds it.
    [[nodiscard]] static std::optional<LockedFile> take(Descriptor file) {
        if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) return LockedFile(std::move(file));
        return std::nullopt;
    }
    LockedFile(LockedFile&&) noexcept = default;
    LockedFile& operator=(LockedFile&&) = delete;
    ~LockedFile() {
        if (file_) ::flock(file_.get(), LOCK_UN);
    }
    [[nodiscard]] int get() const noexcept { return file_.get(); }

private:
    explicit LockedFile(Descriptor file) noexcept : file_(std::move(file)) {}
    Descriptor file_;
};

class FolderLock {
public:
    explicit FolderLock(const Descriptor& folder) : folder_(folder) { (void)checked(::flock(folder.get(), LOCK_EX), "lock the folder"); }
    ~FolderLock() { ::flock(folder_.get(), LOCK_UN); }
    FolderLock(const FolderLock&) = delete;
    FolderLock& operator=(const FolderLock&) = delete;

private:
    const Descriptor& folder_;
};

// True for the ways an operating system says "no room".
[[nodiscard]] inline bool means_no_space(int error) noexcept {
    return error == ENOSPC || error == EDQUOT || error == EFBIG;
}

// Writes all bytes at `offset`. Returns 0, or the errno of the failure with `written` saying how far it got.
[[nodiscard]] int write_at(int file, std::span<const std::byte> bytes, std::uint64_t offset, std::size_t& written) noexcept;

// SHA-256 of the first `length` bytes, lower-case hex.
[[nodiscard]] std::string hash_file(int file, std::uint64_t length);

[[nodiscard]] std::uint64_t file_size(int file);

}  // namespace earshot::storage
