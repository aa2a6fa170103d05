#pragma once
// Remembers where the bytes of counted files lie in one connection's byte stream and turns "the client's TCP acknowledged up to here"
// into Delivery fragments. One per connection; no sockets, no clock.

#include <cstdint>
#include <deque>
#include <vector>

#include "content/model/delivery.hpp"

namespace earshot::http {

// File bytes [file.begin, file.end) stand in the stream from `at` on.
struct StreamSegment {
    std::uint64_t at{};
    model::Interval file;
};

class DeliveryLedger {
public:
    // A response whose last byte is at `end` in the stream. Segments ascend. Responses are opened in stream order.
    void open(model::Delivery details, std::vector<StreamSegment> segments, std::uint64_t end);

    // Reports what is new since the last call; a response leaves the ledger when all of it is acknowledged.
    void advance(std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink);

    // The connection ends: reports the rest, so that every response has had its `first` fragment, and forgets all.
    void finish(std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink);

    [[nodiscard]] bool empty() const noexcept { return open_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return open_.size(); }

private:
    struct Open {
        model::Delivery details;
        std::vector<StreamSegment> segments;
        std::uint64_t end{}, reported{};
    };
    static void report(Open& response, std::uint64_t acknowledged, bool last, model::Timestamp now, const model::DeliverySink& sink);

    std::deque<Open> open_;
};

}  // namespace earshot::http
