#include "server/http/outgoing.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace earshot::http {

namespace {

std::int64_t second_now() {
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return now.tv_sec;
}

}  // namespace

bool Mapping::is_resident(model::Interval slice) const {
    constexpr std::uint64_t page = 4096;
    const auto now = second_now();
    if (seen_.empty()) seen_.assign(length_ / block + 1, -2);
    for (auto number = slice.begin / block; number * block < slice.end; ++number) {
        if (now - seen_[number] <= 1) continue;
        const auto begin = number * block;
        const auto length = std::min<std::uint64_t>(block, length_ - begin);
        std::array<unsigned char, block / page> pages{};
        if (::mincore(static_cast<char*>(address_) + begin, length, pages.data()) != 0) continue;
        const auto used = pages.begin() + static_cast<std::ptrdiff_t>((length + page - 1) / page);
        if (std::any_of(pages.begin(), used, [](unsigned char state) { return (state & 1) == 0; })) return false;
        seen_[number] = now;
    }
    return true;
}

void warm(const model::OpenFile& file, model::Interval slice) {
    thread_local std::array<char, 128 * 1024> scratch;
    ::posix_fadvise(file.descriptor(), static_cast<off_t>(slice.begin), static_cast<off_t>(slice.end - slice.begin), POSIX_FADV_WILLNEED);
    while (slice.begin < slice.end) {
        const auto size = std::min<std::uint64_t>(scratch.size(), slice.end - slice.begin);
        const auto count = ::pread(file.descriptor(), scratch.data(), size, static_cast<off_t>(slice.begin));
        if (count <= 0 && errno != EINTR) return;  // whoever sends it finds out
        slice.begin += static_cast<std::uint64_t>(std::max<ssize_t>(count, 0));
    }
}

Mapping::~Mapping() {
    ::munmap(address_, length_);
}

std::shared_ptr<const Mapping> FileMappings::get(const model::OpenFilePtr& file) {
    if (const auto found = index_.find(file.get()); found != index_.end()) {
        const auto entry = found->second;
        if (entry->file.lock() == file) {
            recent_.splice(recent_.begin(), recent_, entry);
            return entry->mapping;
        }
        recent_.erase(entry);  // another file object lived at this address
        index_.erase(found);
    }
    if (file->size() == 0) return nullptr;
    void* address = ::mmap(nullptr, file->size(), PROT_READ, MAP_SHARED, file->descriptor(), 0);
    if (address == MAP_FAILED) return nullptr;
    // What is to be sent is in memory already; reading on in advance would make a network thread wait for the disk after all.
    ::posix_fadvise(file->descriptor(), 0, 0, POSIX_FADV_RANDOM);
    ::madvise(address, file->size(), MADV_RANDOM);
    auto mapping = std::make_shared<const Mapping>(address, file->size());
    if (recent_.size() >= capacity) {
        index_.erase(recent_.back().key);
        recent_.pop_back();
    }
    recent_.push_front({file.get(), file, mapping});
    index_.emplace(file.get(), recent_.begin());
    return mapping;
}

void FileMappings::drop_unused() {
    std::erase_if(recent_, [this](const Entry& entry) {
        if (!entry.file.expired()) return false;
        index_.erase(entry.key);
        return true;
    });
}

void Outgoing::add(Part part) {
    if (part.begin == part.end) return;
    total_ += part.end - part.begin;
    left_ += part.end - part.begin;
    parts_.push_back(std::move(part));
}

void Outgoing::add(std::string text) {
    Part part;
    part.end = text.size();
    part.own = std::move(text);
    add(std::move(part));
}

void Outgoing::add(std::shared_ptr<const std::string> text) {
    Part part;
    part.end = text->size();
    part.shared = std::move(text);
    add(std::move(part));
}

void Outgoing::add(const model::OpenFilePtr& file, model::Interval slice, const std::shared_ptr<const Mapping>& mapping) {
    Part part;
    part.file = file;
    part.mapping = mapping;
    part.begin = slice.begin;
    part.end = slice.end;
    part.whole_mapped = mapping && leaves_from_mapping(slice.end - slice.begin);
    add(std::move(part));
}

// What one system call may send of it.
model::Interval Outgoing::next_slice(const Part& part) const {
    return {part.begin, part.whole_mapped ? part.end : std::min(part.end, part.begin + sendfile_slice)};
}

bool Outgoing::is_cold(const Part& part) const {
    return part.mapping && !trusted_ && !part.mapping->is_resident(next_slice(part));
}

Outgoing::FilePart Outgoing::cold_part() const {
    const auto& part =
        *std::find_if(parts_.begin() + static_cast<std::ptrdiff_t>(first_), parts_.end(), [&](const Part& each) { return is_cold(each); });
    return {part.file, next_slice(part)};
}

std::int64_t Outgoing::read(char* place, std::size_t size) {
    std::size_t have = 0;
    while (have < size && !empty()) {
        const auto& part = parts_[first_];
        const auto wanted = std::min<std::uint64_t>(size - have, part.end - part.begin);
        if (!part.file) {
            std::memcpy(place + have, part.data() + part.begin, wanted);
        } else if (is_cold(part)) {
            return have > 0 ? static_cast<std::int64_t>(have) : cold;
        } else if (const auto count = ::pread(part.file->descriptor(), place + have, wanted, static_cast<off_t>(part.begin));
                   count != static_cast<ssize_t>(wanted)) {
            return -1;
        }
        have += wanted;
        advance(wanted);
    }
    trusted_ = false;
    return static_cast<std::int64_t>(have);
}

Outgoing::Sent Outgoing::push_memory(int socket) {
    std::array<iovec, 64> pieces;
    std::size_t count = 0, wanted = 0;
    for (auto i = first_; i < parts_.size() && parts_[i].in_memory() && count < pieces.size(); ++i, ++count) {
        if (is_cold(parts_[i])) break;
        // sendmsg only reads; iovec is older than const.
        pieces[count] = {const_cast<char*>(parts_[i].data() + parts_[i].begin), static_cast<std::size_t>(parts_[i].end - parts_[i].begin)};
        wanted += pieces[count].iov_len;
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    if (count == 0) return {cold};
    return {::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT), wanted};
}

Outgoing::Sent Outgoing::push_file(int socket) {
    const auto& part = parts_[first_];
    if (is_cold(part)) return {cold};
    auto offset = static_cast<off_t>(part.begin);
    const auto slice = next_slice(part);
    const auto wanted = slice.end - slice.begin;
    const auto sent = ::sendfile(socket, part.file->descriptor(), &offset, wanted);
    if (sent != 0) return {sent, wanted};
    errno = EIO;  // the file is shorter than it was
    return {-1};
}

void Outgoing::advance(std::uint64_t count) {
    left_ -= count;
    while (count > 0) {
        auto& part = parts_[first_];
        const auto step = std::min(count, part.end - part.begin);
        part.begin += step;
        count -= step;
        if (part.begin == part.end) {
            part = {};
            ++first_;
        }
    }
}

Outgoing::Step Outgoing::push(int socket, std::uint64_t& position) {
    for (std::uint64_t sent_now = 0; first_ < parts_.size();) {
        if (sent_now >= turn) return Step::again;
        const auto [sent, wanted] = parts_[first_].in_memory() ? push_memory(socket) : push_file(socket);
        if (sent == cold) return Step::cold;
        if (sent < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN || errno == EWOULDBLOCK ? Step::blocked : Step::failed;
        }
        trusted_ = false;
        advance(static_cast<std::uint64_t>(sent));
        position += static_cast<std::uint64_t>(sent);
        sent_now += static_cast<std::uint64_t>(sent);
        // Asking again would only say so, at the price of half a call.
        if (static_cast<std::uint64_t>(sent) < wanted) return Step::blocked;
    }
    return Step::done;
}

}  // namespace earshot::http
