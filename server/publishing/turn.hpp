#pragma once
// See Publisher::Turn.

#include "server/publishing/publisher.hpp"

namespace earshot::publishing {

class Publisher::Turn {
public:
    explicit Turn(Publisher& publisher) : turns_(publisher.turns_), mine_(turns_.try_acquire()) {}
    ~Turn() {
        if (mine_) turns_.release();
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    [[nodiscard]] bool refused() const noexcept { return !mine_; }
    static std::unexpected<model::Error> refusal() {
        return model::fail(model::Errc::unavailable, "The server is busy with other pictures and publications. Try again in a moment.");
    }

private:
    std::counting_semaphore<>& turns_;
    bool mine_;
};

}  // namespace earshot::publishing
