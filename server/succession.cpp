#include "server/succession.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "server/analytics/delivery_codec.hpp"

namespace earshot::app {

namespace {

constexpr std::size_t good_packet = 32U << 10U;  // deliveries are sent when that much has come together

}  // namespace

std::optional<Predecessor> Predecessor::find(const std::filesystem::path& socket) {
    auto channel = Channel::connect(socket);
    return channel ? std::optional(Predecessor(std::move(*channel))) : std::nullopt;
}

std::vector<http::Descriptor> Predecessor::take_sockets() {
    std::vector<http::Descriptor> sockets;
    bool more = channel_.send(Word::take_over);
    while (more) {
        auto message = channel_.receive();
        if (!message || message->word != Word::sockets) break;
        std::ranges::move(message->descriptors, std::back_inserter(sockets));
        more = message->body == "more";
    }
    if (more || sockets.empty())
        throw std::runtime_error(
            "The running server did not hand over: it is being taken over already, or speaks another version of this. Stop it, then start "
            "this one.");
    return sockets;
}

void Predecessor::step_in() {
    if (std::exchange(stepped_back_, true)) return;
    // No answer: it has ended. Whether it really has is decided by the lock on the counting folder.
    if (channel_.send(Word::ready)) static_cast<void>(channel_.receive());
}

void Predecessor::dismiss() const {
    static_cast<void>(channel_.send(Word::serving));
}

Succession::Succession(std::filesystem::path socket, Office office)
    : file_(std::move(socket)), office_(std::move(office)), socket_(file_) {}

Succession::~Succession() {
    if (socket_) socket_->remove();
}

void Succession::wait(pollfd& also, std::chrono::milliseconds limit) {
    std::vector<pollfd> watched{also};
    watched.push_back({.fd = socket_ ? socket_->descriptor() : -1, .events = POLLIN, .revents = 0});
    for (const auto& peer : peers_) watched.push_back({.fd = peer.channel.descriptor(), .events = POLLIN, .revents = 0});
    if (::poll(watched.data(), watched.size(), static_cast<int>(limit.count())) <= 0) return;
    also.revents = watched[0].revents;
    auto event = watched.begin() + 2;
    for (auto peer = peers_.begin(); peer != peers_.end() && event != watched.end(); ++event) {
        const bool goes_on = event->revents == 0 || hear(*peer);
        if (state_ == State::succeeded) return leave();
        if (!goes_on) lose(*peer);
        peer = goes_on ? std::next(peer) : peers_.erase(peer);
    }
    if (watched[1].revents != 0) admit();
}

std::vector<pid_t> Succession::predecessors() const {
    std::vector<pid_t> pids;
    for (const auto& peer : peers_) {
        if (peer.delivers) pids.push_back(peer.channel.peer());
    }
    return pids;
}

void Succession::admit() {
    while (auto channel = socket_->accept()) peers_.push_back({std::move(*channel)});
}

bool Succession::hear(Peer& peer) {
    const auto message = peer.channel.receive();
    if (!message) return false;
    switch (message->word) {
        case Word::take_over:
            return offer_sockets(peer);
        case Word::ready:
            if (successor_ != &peer || state_ != State::serving) return false;
            state_ = State::stepped_back;
            office_.step_back();
            return peer.channel.send(Word::yours);
        case Word::serving:
            if (successor_ != &peer || state_ != State::stepped_back) return false;
            state_ = State::succeeded;
            return true;
        case Word::deliveries:
            peer.delivers = true;
            return count(message->body);
        default:
            return false;
    }
}

bool Succession::offer_sockets(const Peer& peer) {
    if (successor_ != nullptr) return false;
    successor_ = &peer;
    successor_pid_ = peer.channel.peer();
    std::span<const int> left = office_.sockets();
    while (!left.empty()) {
        const auto some = left.first(std::min(left.size(), most_descriptors));
        left = left.subspan(some.size());
        if (!peer.channel.send(Word::sockets, left.empty() ? "" : "more", some)) return false;
    }
    return true;
}

bool Succession::count(std::string_view deliveries) const {
    auto received = analytics::read_deliveries(deliveries);
    if (!received) return false;
    for (auto& delivery : *received) office_.count(std::move(delivery));
    return true;
}

void Succession::lose(const Peer& peer) {
    if (successor_ != &peer) return;
    successor_ = nullptr;
    if (std::exchange(state_, State::serving) != State::stepped_back) return;
    office_.step_in();
    socket_.emplace(file_);  // the name may lead to the successor's by now
}

void Succession::leave() {
    socket_->close_door();
    admit();
    for (auto& peer : peers_) {
        if (&peer == successor_) continue;
        peer.channel.end_input();
        while (hear(peer)) continue;
    }
    peers_.clear();
    successor_ = nullptr;
    socket_.reset();
}

std::size_t DeliveryPost::send(std::span<const model::Delivery> deliveries) try {
    if (!channel_) {
        channel_ = Channel::connect(file_);
        if (!channel_ || !channel_->send(Word::deliveries)) return channel_.reset(), 0;
    }
    std::size_t taken = 0;
    std::string packet;
    for (std::size_t i = 0; i < deliveries.size(); ++i) {
        analytics::write_delivery(deliveries[i], packet);
        if (packet.size() < good_packet && i + 1 < deliveries.size()) continue;
        if (!channel_->send(Word::deliveries, packet)) {
            channel_.reset();
            break;
        }
        taken = i + 1;
        packet.clear();
    }
    return taken;
} catch (const std::exception&) {  // the socket is somebody else's, or no descriptor is left: later, perhaps
    return 0;
}

}  // namespace earshot::app
