#pragma once
// Who gets a connection, and who is asked to come back, when many come at once. One for all network threads, which ask it without waiting
// for each other (the table of addresses has a lock, held for one look-up).
//
// The order in which a filling server lets go: at nine tenths of the places the connections that wait longest for a request are closed
// (worker.cpp), an address holds no more than its share, and rows that yield (API, staff pages) answer 503; those never hold more than a
// fifth of the places anyway. Audio, feeds and public pages are refused only when not one place is left.

#include <atomic>
#include <cstdint>
#include <expected>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "config/limits.hpp"
#include "server/http/client_address.hpp"

namespace earshot::http {

class Admission {
public:
    explicit Admission(const config::Limits& limits);
    Admission(const Admission&) = delete;

    // Something held from a limited number; given back with the object.
    class Place {
    public:
        Place() = default;
        Place(Place&& other) noexcept;
        Place& operator=(Place&& other) noexcept;
        ~Place();
        void give_back() noexcept;

    private:
        friend class Admission;
        Admission* admission_{};
        std::atomic<std::uint32_t>* count_{};
        std::uint64_t network_{};  // 0: not counted
    };

    enum class Refusal { full, address_has_its_share };
    // A connection from `peer`; nullopt is a trusted proxy, which has no share.
    [[nodiscard]] std::expected<Place, Refusal> connection(const std::optional<IpAddress>& peer);
    // A request of a row that yields; nullopt: not now.
    [[nodiscard]] std::optional<Place> yielding_request();

    [[nodiscard]] bool crowded() const noexcept { return connections() >= crowded_from_; }
    [[nodiscard]] std::uint32_t excess() const noexcept;  // so many should go for it to be crowded no more, with some room to breathe
    [[nodiscard]] std::uint32_t connections() const noexcept { return connections_.load(std::memory_order_relaxed); }

private:
    [[nodiscard]] std::optional<Place> take(std::atomic<std::uint32_t>& count, std::uint32_t limit);

    std::uint32_t limit_, crowded_from_, yielding_limit_, share_;
    std::atomic<std::uint32_t> connections_{0}, yielding_{0};
    std::mutex mutex_;
    std::unordered_map<std::uint64_t, std::uint32_t> of_network_;
};

}  // namespace earshot::http
