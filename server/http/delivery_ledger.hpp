#pragma once
// Remembers where the bytes of counted files lie in one connection's byte stream and turns "the client's TCP acknowledged up to here"
// into Delivery fragments. One per connection; no sockets, no clock.

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "content/model/delivery.hpp"
#include "server/http/message.hpp"

namespace earshot::http {

// File bytes [file.begin, file.end) stand in the stream from `at` on.
struct StreamSegment {
    std::uint64_t at{};
    model::Interval file;
};

// An answer that counting will ask about. Views into the request.
struct CountedResponse {
    std::shared_ptr<const FileReply::Counted> audio;
    std::string_view address, user_agent, referrer, range;
    Method method{Method::get};
    int status{};
    bool opted_out{};
    bool alike{};  // one slice, not long, no probe: told apart from its neighbours only by which bytes it asked for
};

class DeliveryLedger {
public:
    // A response whose last byte is at `end` in the stream. Segments ascend. Responses are opened in stream order.
    void open(const CountedResponse& response, std::vector<StreamSegment> segments, std::uint64_t end);

    // Reports what is new since the last call; a response leaves the ledger when all of it is acknowledged. Alike requests of one client
    // for one file that are over go out together. Of a response that has brought a listen's bytes by itself, nothing that counting waits
    // for is left to come: the rest is reported every ten seconds, never across midnight (UTC), and when it ends.
    void advance(std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink);

    // The connection ends: reports the rest, so that every request has been reported, and forgets all.
    void finish(std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink);

    // Whether nothing would be reported now but an end.
    [[nodiscard]] bool rests(model::Timestamp now) const;
    [[nodiscard]] bool empty() const noexcept { return open_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept;  // responses

private:
    struct Open {
        model::Delivery details;
        std::shared_ptr<const FileReply::Counted> audio;
        std::vector<StreamSegment> segments;  // of an alike response: one
        std::uint64_t end{}, reported{};
        bool alike{};
        std::uint64_t delivered{};  // file bytes reported
        model::Timestamp rests_until{};
        [[nodiscard]] bool goes_on_with(const CountedResponse& response) const;
        [[nodiscard]] bool rests(model::Timestamp now) const;
    };
    static void rest(Open& response, model::Timestamp now);
    static void report(Open& response, std::uint64_t acknowledged, bool last, model::Timestamp now, const model::DeliverySink& sink);
    static void report_whole(Open& responses, std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink);

    std::vector<Open> open_;
};

}  // namespace earshot::http
