#include "server/http/outgoing.hpp"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace earshot::http {

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
    add(std::move(part));
}

std::int64_t Outgoing::push_memory(int socket) {
    std::array<iovec, 64> pieces{};
    std::size_t count = 0;
    for (auto i = first_; i < parts_.size() && parts_[i].in_memory() && count < pieces.size(); ++i, ++count) {
        // sendmsg only reads; iovec is older than const.
        pieces[count] = {const_cast<char*>(parts_[i].data() + parts_[i].begin), static_cast<std::size_t>(parts_[i].end - parts_[i].begin)};
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

std::int64_t Outgoing::push_file(int socket) {
    const auto& part = parts_[first_];
    auto offset = static_cast<off_t>(part.begin);
    const auto sent = ::sendfile(socket, part.file->descriptor(), &offset, std::min<std::uint64_t>(part.end - part.begin, sendfile_slice));
    if (sent != 0) return sent;
    errno = EIO;  // the file is shorter than it was
    return -1;
}

void Outgoing::advance(std::uint64_t count) {
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
        const auto sent = parts_[first_].in_memory() ? push_memory(socket) : push_file(socket);
        if (sent < 0) {
            if (errno == EINTR) continue;
            return errno == EAGAIN || errno == EWOULDBLOCK ? Step::blocked : Step::failed;
        }
        advance(static_cast<std::uint64_t>(sent));
        position += static_cast<std::uint64_t>(sent);
        sent_now += static_cast<std::uint64_t>(sent);
    }
    return Step::done;
}

}  // namespace earshot::http
