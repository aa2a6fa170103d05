#pragma once
// Work for a network thread from outside. The thread's event loop runs without locks, so nobody else may touch it: they leave a note here
// and ring the eventfd.

#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "server/http/readiness.hpp"

namespace earshot::http {

class Mailbox final : public Watched {
public:
    using Note = std::move_only_function<void()>;

    Mailbox();  // throws std::system_error
    ~Mailbox();
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    void post(Note note);                // any thread
    void ready(std::uint32_t) override;  // does what was left here
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
    std::mutex mutex_;
    std::vector<Note> notes_;
};

}  // namespace earshot::http
