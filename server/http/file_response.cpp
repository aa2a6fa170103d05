#include "server/http/file_response.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>

#include "server/http/head_writer.hpp"
#include "server/streaming/stream_plan.hpp"

namespace earshot::http {
namespace {

constexpr std::uint64_t longer_than_a_probe = 3;     // probes are told by their length: those are kept apart
constexpr std::uint64_t largest_alike = 1ULL << 20;  // longer answers are reported while they run

std::string random_boundary() {
    std::array<unsigned char, 15> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return "earshot-part-boundary-c3b1f0a9d4";
    std::string boundary = "earshot-";
    constexpr std::string_view digits = "0123456789abcdef";
    for (const auto byte : bytes) boundary.append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    return boundary;
}

std::string boundary_for(const streaming::ConditionalFields& conditions) {
    const auto& range = conditions.range;
    const bool several = range.size() > 1 || (range.size() == 1 && range.front().find(',') != std::string_view::npos);
    return several ? random_boundary() : std::string();
}

CountedResponse counted(const FileRequest& request, std::string_view peer_address, const PreparedFilePtr& file,
                        const streaming::StreamPlan& plan) {
    CountedResponse response;
    response.audio = {file, &*file->reply.counted};
    response.address = peer_address;
    response.user_agent = request.user_agent;
    response.referrer = request.referrer;
    response.method = request.method;
    response.status = plan.status;
    response.range = request.conditions.range.empty() ? std::string_view() : request.conditions.range.front();
    response.opted_out = request.opted_out;
    response.alike =
        plan.status == 206 && plan.pieces.size() == 1 && plan.content_length >= longer_than_a_probe && plan.content_length <= largest_alike;
    return response;
}

}  // namespace

PreparedFilePtr prepare(FileReply reply, const RoutePolicy& policy) {
    PreparedFile file;
    const auto add = [](std::string& lines, std::string_view name, std::string_view value) {
        HeadWriter::append_field(lines, name, value);
    };
    std::string own, kept;  // the handler's fields, and those of them that a 304 repeats
    for (const auto& field : reply.fields) {
        if (is_framing(field.name)) continue;
        add(own, field.name, field.value);
        if (belongs_in_not_modified(field.name)) add(kept, field.name, field.value);
    }
    std::string shared, refused;
    append_policy(shared, policy, 200, reply.fields);
    append_policy(refused, policy, 416, reply.fields);
    add(file.fields, "Accept-Ranges", "bytes");
    add(file.fields, "ETag", reply.etag);
    if (reply.last_modified) add(file.fields, "Last-Modified", model::format_http_date(*reply.last_modified));
    file.fields += own + shared;
    add(file.content_type, "Content-Type", reply.content_type);
    add(file.not_modified, "ETag", reply.etag);
    file.not_modified += kept + shared;
    add(file.without_content, "Accept-Ranges", "bytes");
    file.without_content += refused;
    file.reply = std::move(reply);
    return std::make_shared<const PreparedFile>(std::move(file));
}

Response respond(const FileRequest& request, std::string_view peer_address, const PreparedFilePtr& file, const Surroundings& around) {
    const auto& reply = file->reply;
    const streaming::Representation representation{reply.file->size(), reply.etag, reply.last_modified, reply.content_type};
    auto plan = streaming::plan_stream(to_string(request.method), request.conditions, representation, boundary_for(request.conditions));
    Response response;
    response.status = plan.status;
    HeadWriter head(plan.status, around.date);
    if (plan.status < 300) {
        head.add_lines(file->fields);
        if (plan.content_type.empty()) {
            head.add_lines(file->content_type);
        } else {
            head.add("Content-Type", plan.content_type);
        }
    } else {
        head.add_lines(plan.status == 304 ? file->not_modified : file->without_content);
    }
    if (!plan.content_range.empty()) head.add("Content-Range", plan.content_range);
    if (plan.status != 304) head.add_length(plan.content_length);
    add_connection(head, around);
    response.bytes.add(head.finish());

    if (!plan.pieces.empty()) response.content = plan.content_length;
    const auto mapping = plan.pieces.empty() ? nullptr : around.mappings.get(reply.file);
    for (auto& piece : plan.pieces) {
        response.bytes.add(std::move(piece.head));
        response.segments.push_back({response.bytes.total(), piece.slice});
        response.bytes.add(reply.file, piece.slice, mapping);
    }
    if (!plan.pieces.empty()) response.bytes.add(std::move(plan.tail));
    if (reply.counted) response.counted = counted(request, peer_address, file, plan);
    return response;
}

}  // namespace earshot::http
