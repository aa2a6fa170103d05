#include "server/analytics/journal.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace earshot::analytics {

namespace {

using storage::checked;

constexpr std::string_view family = "EARSHOT", magic = "EARSHOT4";  // counts up with every change of the format
constexpr std::size_t id_size = 16;
constexpr std::size_t header_size = magic.size() + id_size;
struct FrameHead {
    std::uint64_t size, checksum;
};
static_assert(sizeof(FrameHead) == Journal::frame_head);

// Against torn writes, not against people: eight bytes at a time.
std::uint64_t checksum(std::string_view bytes) {
    std::uint64_t hash = 0x9e3779b97f4a7c15 ^ bytes.size();
    while (!bytes.empty()) {
        std::uint64_t word = 0;
        const auto size = std::min(bytes.size(), sizeof word);
        std::memcpy(&word, bytes.data(), size);
        hash = std::rotl((hash ^ word) * 0xff51afd7ed558ccd, 29);
        bytes.remove_prefix(size);
    }
    return hash;
}

std::string hex(std::string_view bytes) {
    std::string text(bytes.size() * 2 + 1, '\0');
    ::sodium_bin2hex(text.data(), text.size(), reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    text.pop_back();
    return text;
}

void write_all(int file, std::string_view bytes, std::uint64_t offset) {
    while (!bytes.empty()) {
        const auto written = ::pwrite(file, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (written < 0 && errno == EINTR) continue;
        (void)checked(written < 0 ? -1 : 0, "write the counting journal");
        bytes.remove_prefix(static_cast<std::size_t>(written));
        offset += static_cast<std::uint64_t>(written);
    }
}

void overwrite(int file) noexcept {
    static constexpr std::array<char, 65536> zeros{};
    struct stat info{};
    if (::fstat(file, &info) != 0) return;
    for (off_t offset = 0; offset < info.st_size;) {  // from the front: without its header a half-destroyed file is no journal
        const auto size = std::min<off_t>(info.st_size - offset, zeros.size());
        const auto written = ::pwrite(file, zeros.data(), static_cast<std::size_t>(size), offset);
        if (written <= 0) break;
        offset += written;
    }
    ::fdatasync(file);  // matters only where the folder is on a disk after all
}

struct Mapping {
    Mapping(int file, std::size_t length) : size(length), memory(::mmap(nullptr, length, PROT_READ, MAP_SHARED, file, 0)) {
        (void)checked(memory == MAP_FAILED ? -1 : 0, "read the counting journal");
    }
    ~Mapping() { ::munmap(memory, size); }
    Mapping(const Mapping&) = delete;
    Mapping& operator=(const Mapping&) = delete;
    [[nodiscard]] std::string_view bytes() const { return {static_cast<const char*>(memory), size}; }
    std::size_t size;
    void* memory;
};

}  // namespace

Journal Journal::open(const std::filesystem::path& file) {
    Journal journal;
    journal.path_ = file;
    journal.file_.reset(checked(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600), "open the counting journal"));
    std::array<char, header_size> header{};
    const auto got = ::pread(journal.file_.get(), header.data(), header.size(), 0);
    const std::string_view found(header.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (found.size() == header_size && found.starts_with(magic)) {
        journal.id_ = hex(found.substr(magic.size()));
        journal.position_ = storage::file_size(journal.file_.get());
    } else {
        journal.replaced_another_format_ = found.starts_with(family) && !found.starts_with(magic);
        overwrite(journal.file_.get());
        journal.start();
    }
    return journal;
}

void Journal::destroy(const std::filesystem::path& file) noexcept {
    const storage::Descriptor opened(::open(file.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!opened) return;
    overwrite(opened.get());
    ::unlink(file.c_str());
}

void Journal::start() {
    std::string header(magic);
    header.resize(header_size);
    ::randombytes_buf(header.data() + magic.size(), id_size);
    (void)checked(::ftruncate(file_.get(), 0), "start the counting journal");
    write_all(file_.get(), header, 0);
    id_ = hex(std::string_view(header).substr(magic.size()));
    position_ = header_size;
}

void Journal::replay(const std::function<bool(std::string_view, std::uint64_t)>& each) {
    std::uint64_t good = header_size;
    {
        const Mapping mapping(file_.get(), static_cast<std::size_t>(position_));
        auto rest = mapping.bytes().substr(header_size);
        FrameHead head{};
        while (rest.size() >= sizeof head) {
            std::memcpy(&head, rest.data(), sizeof head);
            const auto frame = rest.substr(sizeof head, head.size);
            if (frame.size() != head.size || checksum(frame) != head.checksum) break;
            if (!each(frame, good + sizeof head + frame.size())) break;
            good += sizeof head + frame.size();
            rest.remove_prefix(sizeof head + frame.size());
        }
    }
    if (good != position_) (void)checked(::ftruncate(file_.get(), static_cast<off_t>(good)), "cut the counting journal");
    position_ = good;
}

void Journal::append(std::span<char> frame) {
    const std::string_view whole(frame.data(), frame.size()), entries = whole.substr(frame_head);
    const FrameHead head{entries.size(), checksum(entries)};
    std::memcpy(frame.data(), &head, sizeof head);
    try {
        write_all(file_.get(), whole, position_);
    } catch (...) {
        (void)::ftruncate(file_.get(), static_cast<off_t>(position_));
        throw;
    }
    position_ += frame.size();
}

void Journal::replace(Journal& old) {
    (void)checked(::rename(path_.c_str(), old.path_.c_str()), "replace the counting journal");
    path_.swap(old.path_);
    overwrite(old.file_.get());
    old.file_.reset();
}

void Journal::destroy() noexcept {
    if (!file_) return;
    overwrite(file_.get());
    ::unlink(path_.c_str());
    file_.reset();
}

}  // namespace earshot::analytics
