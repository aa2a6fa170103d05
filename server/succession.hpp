#pragma once
// A new version takes over from the running one, and nobody notices:
//
//   new → old   take over
//   old → new   the listening sockets themselves: who connects is in their queue, whichever process accepts
//               the new one gets ready all that two processes can have at the same time
//   new → old   ready
//               the old one ends its jobs (they go back to the queue), accepts and counts nothing more
//   old → new   yours
//               the new one counts, accepts and takes jobs
//   new → old   serving
//               the old one finishes its downloads and reports what arrives to whoever serves now
//
// When the new one ends before "serving", the old one goes on as if nothing had been. When the old one ends, the new one has all it needs.

#include <poll.h>

#include <filesystem>
#include <functional>
#include <list>
#include <optional>
#include <span>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/handover.hpp"

namespace earshot::app {

// The new process's side. Every wait is limited: then std::runtime_error with a sentence.
class Predecessor {
public:
    [[nodiscard]] static std::optional<Predecessor> find(const std::filesystem::path& socket);  // nullopt: nothing runs there
    [[nodiscard]] std::vector<http::Descriptor> take_sockets();
    void step_in();        // once it returns the predecessor has stepped back, or ended. Does nothing the second time
    void dismiss() const;  // we serve

private:
    explicit Predecessor(Channel channel) : channel_(std::move(channel)) {}
    Channel channel_;
    bool stepped_back_{};
};

// The running process's side. One thread.
class Succession {
public:
    struct Office {  // what the server does for it
        std::function<const std::vector<int>&()> sockets;
        std::function<void()> step_back;               // end jobs, accept and count nothing more
        std::function<void()> step_in;                 // do it all again: the successor has ended too early
        std::function<void(model::Delivery&&)> count;  // from a predecessor that finishes its downloads
    };
    enum class State { serving, stepped_back, succeeded };

    Succession(std::filesystem::path socket, Office office);
    ~Succession();  // removes the socket's name unless a successor has it

    // Waits for something to happen on `also` (its revents are set), among the processes, or until `limit` has passed, and does it.
    void wait(pollfd& also, std::chrono::milliseconds limit);
    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] pid_t successor() const noexcept { return successor_pid_; }
    [[nodiscard]] std::vector<pid_t> predecessors() const;  // those that still finish downloads

private:
    struct Peer {
        Channel channel;
        bool delivers{};  // a predecessor
    };
    void admit();
    [[nodiscard]] bool hear(Peer& peer);  // false: nothing more comes of it
    [[nodiscard]] bool offer_sockets(const Peer& peer);
    [[nodiscard]] bool count(std::string_view deliveries) const;
    void lose(const Peer& peer);
    void leave();  // predecessors go to the successor with what they still have

    std::filesystem::path file_;
    Office office_;
    std::optional<HandoverSocket> socket_;
    std::list<Peer> peers_;
    const Peer* successor_{};
    pid_t successor_pid_{};
    State state_{State::serving};
};

// Sends deliveries to whichever process serves now.
class DeliveryPost {
public:
    explicit DeliveryPost(std::filesystem::path socket) : file_(std::move(socket)) {}
    // How many were taken, from the front.
    [[nodiscard]] std::size_t send(std::span<const model::Delivery> deliveries);

private:
    std::filesystem::path file_;
    std::optional<Channel> channel_;
};

}  // namespace earshot::app
