#include "server/analytics/journal.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "server/analytics/record_codec.hpp"

namespace earshot::analytics {

namespace {

using storage::checked;

constexpr std::string_view magic = "EARSHOT1";
constexpr std::size_t id_size = 16;
constexpr std::size_t header_size = magic.size() + id_size;
struct Frame {
    std::uint32_t size, checksum;
};

// FNV-1a: against torn writes, not against people.
std::uint32_t checksum(std::string_view bytes) {
    std::uint32_t hash = 2166136261U;
    for (const unsigned char byte : bytes) hash = (hash ^ byte) * 16777619U;
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

void encode(const Record& record, std::string& out) {
    const auto start = out.size();
    out.resize(start + sizeof(Frame));
    write_record(record, out);
    const auto payload = std::string_view(out).substr(start + sizeof(Frame));
    const Frame frame{static_cast<std::uint32_t>(payload.size()), checksum(payload)};
    std::memcpy(out.data() + start, &frame, sizeof frame);
}

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
        overwrite(journal.file_.get());
        journal.start();
    }
    return journal;
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

void Journal::replay(const std::function<void(const Record&, std::uint64_t)>& each) {
    std::uint64_t good = header_size;
    {
        const Mapping mapping(file_.get(), static_cast<std::size_t>(position_));
        auto rest = mapping.bytes().substr(header_size);
        Frame frame{};
        while (rest.size() >= sizeof frame) {
            std::memcpy(&frame, rest.data(), sizeof frame);
            const auto payload = rest.substr(sizeof frame, frame.size);
            if (payload.size() != frame.size || checksum(payload) != frame.checksum) break;
            const auto record = read_record(payload);
            if (!record) break;
            good += sizeof frame + payload.size();
            rest.remove_prefix(sizeof frame + payload.size());
            each(*record, good);
        }
    }
    if (good != position_) (void)checked(::ftruncate(file_.get(), static_cast<off_t>(good)), "cut the counting journal");
    position_ = good;
}

void Journal::append(std::string_view frames) {
    try {
        write_all(file_.get(), frames, position_);
    } catch (...) {
        (void)::ftruncate(file_.get(), static_cast<off_t>(position_));
        throw;
    }
    position_ += frames.size();
}

void Journal::destroy() noexcept {
    if (!file_) return;
    overwrite(file_.get());
    ::unlink(path_.c_str());
    file_.reset();
}

}  // namespace earshot::analytics
