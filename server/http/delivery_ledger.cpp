#include "server/http/delivery_ledger.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace earshot::http {
namespace {

constexpr std::size_t most_together = 1024;
constexpr std::chrono::seconds rest_of_a_listen{10}, look_after_it{2};

model::Delivery describe(const CountedResponse& response) {
    model::Delivery delivery;
    delivery.episode = response.audio->episode;
    delivery.profile = response.audio->profile;
    delivery.file = response.audio->file;
    delivery.preview = response.audio->preview;
    delivery.address = response.address;
    delivery.user_agent = response.user_agent;
    delivery.referrer = response.referrer;
    delivery.method = to_string(response.method);
    delivery.status = response.status;
    delivery.range = response.range;
    delivery.opted_out = response.opted_out;
    return delivery;
}

std::uint64_t end_of(const StreamSegment& segment) {
    return segment.at + (segment.file.end - segment.file.begin);
}

}  // namespace

bool DeliveryLedger::Open::goes_on_with(const CountedResponse& response) const {
    return alike && response.alike && audio == response.audio && details.user_agent == response.user_agent &&
           details.address == response.address && details.referrer == response.referrer && details.opted_out == response.opted_out &&
           reported <= segments.front().at && segments.size() < most_together;
}

void DeliveryLedger::open(const CountedResponse& response, std::vector<StreamSegment> segments, std::uint64_t end) {
    if (!open_.empty() && open_.back().goes_on_with(response)) {
        open_.back().segments.push_back(segments.front());
        open_.back().end = end;
        return;
    }
    open_.push_back({describe(response), response.audio, std::move(segments), end, 0, response.alike});
}

// Those of several alike responses that have arrived whole, as one fragment.
void DeliveryLedger::report_whole(Open& responses, std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink) {
    auto& segments = responses.segments;
    const auto whole = std::ranges::find_if(segments, [&](const StreamSegment& segment) { return end_of(segment) > acknowledged; });
    if (whole == segments.begin()) return;
    auto fragment = responses.details;
    fragment.time = now;
    fragment.requests = static_cast<std::uint32_t>(whole - segments.begin());
    for (auto segment = segments.begin(); segment != whole; ++segment) fragment.acknowledged.push_back(segment->file);
    segments.erase(segments.begin(), whole);
    sink(std::move(fragment));
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
    if (fresh.empty() && !(last && response.details.requests > 0)) return;
    auto fragment = response.details;
    fragment.time = now;
    fragment.acknowledged = std::move(fresh);
    response.details.requests = 0;
    for (const auto& piece : fragment.acknowledged) response.delivered += piece.end - piece.begin;
    rest(response, now);
    sink(std::move(fragment));
}

// The file's front matter is no audio: it is counted on top, so that this is never too early.
void DeliveryLedger::rest(Open& response, model::Timestamp now) {
    const auto& file = response.details.file;
    if (file.bytes_for_60s == 0 || response.delivered < file.audio_start + file.bytes_for_60s) return;
    const auto midnight = std::chrono::floor<std::chrono::days>(now) + std::chrono::days(1);
    const bool today = now + rest_of_a_listen + look_after_it < midnight;
    response.rests_until = today ? now + rest_of_a_listen : model::Timestamp{};
}

bool DeliveryLedger::Open::rests(model::Timestamp now) const {
    const auto left = rests_until - now;  // more than it can be: the clock was set back
    return left > std::chrono::seconds(0) && left <= rest_of_a_listen;
}

bool DeliveryLedger::rests(model::Timestamp now) const {
    return !open_.empty() && std::ranges::all_of(open_, [&](const Open& response) { return response.rests(now); });
}

void DeliveryLedger::advance(std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink) {
    for (auto& response : open_) {
        const auto here = std::min(acknowledged, response.end);
        if (response.rests(now) && here < response.end) continue;
        if (response.segments.size() > 1 && response.alike) {
            report_whole(response, here, now, sink);
        } else {
            report(response, here, here == response.end, now, sink);
        }
    }
    std::erase_if(open_, [&](const Open& response) { return acknowledged >= response.end; });
}

void DeliveryLedger::finish(std::uint64_t acknowledged, model::Timestamp now, const model::DeliverySink& sink) {
    advance(acknowledged, now, sink);
    for (auto& response : open_) {
        if (!response.alike) {
            report(response, acknowledged, true, now, sink);
            continue;
        }
        for (const auto& segment : response.segments) {
            Open one{response.details, {}, {segment}, end_of(segment), response.reported, true};
            report(one, std::min(acknowledged, one.end), true, now, sink);
        }
    }
    open_.clear();
}

std::size_t DeliveryLedger::size() const noexcept {
    return std::accumulate(open_.begin(), open_.end(), std::size_t{0},
                           [](std::size_t sum, const Open& response) { return sum + (response.alike ? response.segments.size() : 1); });
}

}  // namespace earshot::http
