#include "server/streaming/stream_plan.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "server/streaming/byte_range.hpp"

namespace earshot::streaming {
namespace {

std::string content_range(const model::Interval& slice, std::uint64_t size) {
    std::array<char, 72> text;  // "bytes " and three numbers of at most 20 digits
    auto* end = std::ranges::copy(std::string_view("bytes "), text.data()).out;
    const auto put = [&](std::uint64_t number, char after) {
        end = std::to_chars(end, text.data() + text.size(), number).ptr;
        *end++ = after;
    };
    put(slice.begin, '-');
    put(slice.end - 1, '/');
    put(size, ' ');
    return {text.data(), end - 1};
}

StreamPlan without_content(int status) {
    StreamPlan plan;
    plan.status = status;
    return plan;
}

StreamPlan unsatisfiable(const Representation& file) {
    auto plan = without_content(416);
    plan.content_range = "bytes */" + std::to_string(file.size);
    return plan;
}

StreamPlan whole(const Representation& file, bool with_content) {
    StreamPlan plan;
    plan.content_length = file.size;
    if (with_content && file.size > 0) plan.pieces.push_back({"", {0, file.size}});
    return plan;
}

StreamPlan single_part(const Representation& file, const model::Interval& slice) {
    StreamPlan plan;
    plan.status = 206;
    plan.content_range = content_range(slice, file.size);
    plan.content_length = slice.end - slice.begin;
    plan.pieces.push_back({"", slice});
    return plan;
}

StreamPlan multipart(const Representation& file, const std::vector<model::Interval>& slices, std::string_view boundary) {
    StreamPlan plan;
    plan.status = 206;
    plan.content_type = "multipart/byteranges; boundary=" + std::string(boundary);
    std::string separator = "--";
    for (const auto& slice : slices) {
        Piece piece{separator, slice};
        piece.head.append(boundary).append("\r\nContent-Type: ").append(file.content_type);
        piece.head.append("\r\nContent-Range: ").append(content_range(slice, file.size)).append("\r\n\r\n");
        plan.content_length += piece.head.size() + (slice.end - slice.begin);
        plan.pieces.push_back(std::move(piece));
        separator = "\r\n--";
    }
    plan.tail = separator + std::string(boundary) + "--\r\n";
    plan.content_length += plan.tail.size();
    return plan;
}

}  // namespace

StreamPlan plan_stream(std::string_view method, const ConditionalFields& fields, const Representation& file, std::string_view boundary) {
    const Validators current{file.etag, file.last_modified};
    switch (evaluate_preconditions(true, fields, current)) {
        case Verdict::not_modified:
            return without_content(304);
        case Verdict::precondition_failed:
            return without_content(412);
        case Verdict::proceed:
            break;
    }
    const bool get = method == "GET";
    if (!get || fields.range.empty() || !if_range_holds(fields, current)) return whole(file, get);
    const auto selection = select_ranges(fields.range, file.size);
    switch (selection.outcome) {
        case RangeOutcome::whole:
            return whole(file, true);
        case RangeOutcome::unsatisfiable:
            return unsatisfiable(file);
        case RangeOutcome::partial:
            break;
    }
    return selection.slices.size() == 1 ? single_part(file, selection.slices.front()) : multipart(file, selection.slices, boundary);
}

}  // namespace earshot::streaming
