#include "server/http/admission.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace earshot::http {
namespace {

// An IPv4 address or the /64 of an IPv6 address; never 0. What a household or a rented machine is given, so what one client can fill.
std::uint64_t network_of(const IpAddress& address) {
    std::uint64_t halves[2];
    std::memcpy(halves, address.data(), sizeof halves);
    return halves[0] != 0 ? halves[0] : std::max<std::uint64_t>(halves[1], 1);  // IPv4 begins with 80 zero bits
}

}  // namespace

Admission::Place::Place(Place&& other) noexcept
    : admission_(std::exchange(other.admission_, nullptr)), count_(other.count_), network_(other.network_) {}

Admission::Place& Admission::Place::operator=(Place&& other) noexcept {
    if (this != &other) {
        give_back();
        admission_ = std::exchange(other.admission_, nullptr);
        count_ = other.count_;
        network_ = other.network_;
    }
    return *this;
}

Admission::Place::~Place() {
    give_back();
}

void Admission::Place::give_back() noexcept {
    auto* admission = std::exchange(admission_, nullptr);
    if (admission == nullptr) return;
    count_->fetch_sub(1, std::memory_order_relaxed);
    if (network_ == 0) return;
    const std::lock_guard lock(admission->mutex_);
    const auto found = admission->of_network_.find(network_);
    if (--found->second == 0) admission->of_network_.erase(found);
}

Admission::Admission(const config::Limits& limits)
    : limit_(limits.max_connections),
      crowded_from_(limit_ - limit_ / 10),
      yielding_limit_(std::max(limit_ / 5, 1U)),
      share_(limits.connections_per_address) {}

std::optional<Admission::Place> Admission::take(std::atomic<std::uint32_t>& count, std::uint32_t limit) {
    auto taken = count.load(std::memory_order_relaxed);
    do {
        if (taken >= limit) return std::nullopt;
    } while (!count.compare_exchange_weak(taken, taken + 1, std::memory_order_relaxed));
    std::optional<Place> place(std::in_place);
    place->admission_ = this;
    place->count_ = &count;
    return place;
}

std::expected<Admission::Place, Admission::Refusal> Admission::connection(const std::optional<IpAddress>& peer) {
    const bool was_crowded = crowded();
    auto place = take(connections_, limit_);
    if (!place) return std::unexpected(Refusal::full);
    if (peer) {
        const auto network = network_of(*peer);
        const std::lock_guard lock(mutex_);
        auto& held = of_network_[network];
        if (was_crowded && held >= share_) return std::unexpected(Refusal::address_has_its_share);
        ++held;
        place->network_ = network;
    }
    return std::move(*place);
}

std::optional<Admission::Place> Admission::yielding_request() {
    return crowded() ? std::nullopt : take(yielding_, yielding_limit_);
}

std::uint32_t Admission::excess() const noexcept {
    const auto now = connections();
    return now < crowded_from_ ? 0 : now - crowded_from_ + 1 + limit_ / 100;
}

}  // namespace earshot::http
