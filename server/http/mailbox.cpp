#include "server/http/mailbox.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace earshot::http {

Mailbox::Mailbox() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox() {
    ::close(descriptor_);
}

void Mailbox::post(Note note) {
    bool ring = false;
    {
        const std::lock_guard lock(mutex_);
        ring = notes_.empty();
        notes_.push_back(std::move(note));
    }
    if (ring) {
        const std::uint64_t one = 1;
        // Cannot fail: the counter is read before it could overflow.
        [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
    }
}

void Mailbox::ready(std::uint32_t) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto read = ::read(descriptor_, &count, sizeof count);
    std::vector<Note> notes;
    {
        const std::lock_guard lock(mutex_);
        notes.swap(notes_);
    }
    for (auto& note : notes) note();
}

}  // namespace earshot::http
