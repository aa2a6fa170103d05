#include "server/streaming/stream_plan.hpp"

#include <utility>

#include "server/streaming/byte_range.hpp"

namespace earshot::streaming {
namespace {

std::string content_range(const model::Interval& slice, std::uint64_t size) {
    return "bytes " + std::to_string(slice.begin) + "-" + std::to_string(slice.end - 1) + "/" + std::to_string(size);
}

void add_representation(StreamPlan& plan, const Representation& file) {
    plan.fields.push_back({"Accept-Ranges", "bytes"});
    plan.fields.push_back({"ETag", std::string(file.etag)});
    plan.fields.push_back({"Last-Modified", model::format_http_date(file.last_modified)});
}

StreamPlan without_content(int status) {
    StreamPlan plan;
    plan.status = status;
    return plan;
}

StreamPlan not_modified(const Representation& file) {
    auto plan = without_content(304);
    plan.fields.push_back({"ETag", std::string(file.etag)});
    return plan;
}

StreamPlan unsatisfiable(const Representation& file) {
    auto plan = without_content(416);
    plan.fields.push_back({"Accept-Ranges", "bytes"});
    plan.fields.push_back({"Content-Range", "bytes */" + std::to_string(file.size)});
    return plan;
}

StreamPlan whole(const Representation& file, bool with_content) {
    StreamPlan plan;
    add_representation(plan, file);
    plan.fields.push_back({"Content-Type", std::string(file.content_type)});
    plan.content_length = file.size;
    if (with_content && file.size > 0) plan.pieces.push_back({"", {0, file.size}});
    return plan;
}

StreamPlan single_part(const Representation& file, const model::Interval& slice) {
    StreamPlan plan;
    plan.status = 206;
    add_representation(plan, file);
    plan.fields.push_back({"Content-Type", std::string(file.content_type)});
    plan.fields.push_back({"Content-Range", content_range(slice, file.size)});
    plan.content_length = slice.end - slice.begin;
    plan.pieces.push_back({"", slice});
    return plan;
}

StreamPlan multipart(const Representation& file, const std::vector<model::Interval>& slices, std::string_view boundary) {
    StreamPlan plan;
    plan.status = 206;
    add_representation(plan, file);
    plan.fields.push_back({"Content-Type", "multipart/byteranges; boundary=" + std::string(boundary)});
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
            return not_modified(file);
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
