#include "server/http/delivery_ledger.hpp"

#include <algorithm>
#include <utility>

namespace earshot::http {

void DeliveryLedger::open(model::Delivery details, std::vector<StreamSegment> segments, std::uint64_t end) {
    open_.push_back({std::move(details), std::move(segments), end, 0});
}

void DeliveryLedger::report(Open& response, std::uint64_t acknowledged, bool last, model::Timestamp now, const model::DeliverySink& sink) {
    std::vector<model::Interval> fresh;
    for (const auto& segment : response.segments) {
        const auto length = segment.file.end - segment.file.begin;
        const auto from = std::max(response.reported, segment.at) - segment.at;
        const auto to = std::min(std::max(acknowledged, segment.at) - segment.at, length);
        if (from < to) fresh.push_back({segment.file.begin + from, segment.file.begin + to});
    }
    response.reported = std::max(response.reported, acknowledged);
    if (fresh.empty() && !(last && response.details.first)) return;
    auto fragment = response.details;
    fragment.time = now;
    fragment.acknowledged = std::move(fresh);
    response.details.first = false;
    sink(std::move(fragment));
}

void DeliveryLedger::advance(std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink) {
    for (auto& response : open_) report(response, std::min(acknowledged, response.end), acknowledged >= response.end, now, sink);
    while (!open_.empty() && acknowledged >= open_.front().end) open_.pop_front();
}

void DeliveryLedger::finish(std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink) {
    for (auto& response : open_) report(response, std::min(acknowledged, response.end), true, now, sink);
    open_.clear();
}

}  // namespace earshot::http
