#pragma once
// Requests by verdict, and bytes, of each episode and hour.

#include <array>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

#include "server/analytics/count.hpp"

namespace earshot::analytics {

class HourCells {
public:
    struct Cell {
        std::uint64_t bytes{};
        std::array<std::int64_t, verdicts> requests{};
        Cell& operator+=(const Cell& other) {
            bytes += other.bytes;
            for (std::size_t verdict = 0; verdict < verdicts; ++verdict) requests[verdict] += other.requests[verdict];
            return *this;
        }
    };
    Cell& of(std::uint32_t episode, Hour hour) {
        if (episode >= latest_.size()) latest_.resize(episode + 1, {-1, nullptr});
        auto& [known, cell] = latest_[episode];
        if (known != hour) {
            cell = &cells_[std::uint64_t{episode} << 32 | static_cast<std::uint32_t>(hour)];
            known = hour;
        }
        return *cell;
    }
    template <class What>
    void each(What what) const {
        for (const auto& [key, cell] : cells_) what(static_cast<std::uint32_t>(key >> 32), static_cast<Hour>(key & 0xffffffff), cell);
    }
    [[nodiscard]] bool empty() const noexcept { return cells_.empty(); }
    void clear() noexcept {
        cells_.clear();
        latest_.clear();
    }

private:
    std::unordered_map<std::uint64_t, Cell> cells_;
    std::vector<std::pair<Hour, Cell*>> latest_;  // by episode: nearly always the hour that is asked for
};

}  // namespace earshot::analytics
