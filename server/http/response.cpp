#include "server/http/response.hpp"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "server/streaming/list_field.hpp"
#include "server/streaming/preconditions.hpp"
#include "server/streaming/stream_plan.hpp"

namespace earshot::http {
namespace {

using streaming::equal_ignoring_case;

bool any_name(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::any_of(names, [&](std::string_view other) { return equal_ignoring_case(name, other); });
}

// What the session decides alone, whatever a handler says.
bool is_framing(std::string_view name) {
    constexpr auto names = std::to_array<std::string_view>({"Content-Length", "Transfer-Encoding", "Connection", "Date", "Keep-Alive"});
    return any_name(name, names);
}

// RFC 9110 §15.4.5.
bool belongs_in_not_modified(std::string_view name) {
    constexpr auto names = std::to_array<std::string_view>({"Cache-Control", "Content-Location", "ETag", "Expires", "Vary", "Set-Cookie"});
    return any_name(name, names);
}

class Head {
public:
    Head(int status, std::string_view date) {
        text_.reserve(768);
        text_.append("HTTP/1.1 ")
            .append(std::to_string(status))
            .append(" ")
            .append(reason_phrase(status))
            .append("\r\nDate: ")
            .append(date);
        text_.append("\r\n");
    }
    void add(std::string_view name, std::string_view value) {
        text_.append(name).append(": ");
        const auto start = text_.size();
        text_.append(value);
        // A line break in a value would let its author write fields of his own.
        std::replace_if(
            text_.begin() + static_cast<std::ptrdiff_t>(start), text_.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
        text_.append("\r\n");
    }
    void add_length(std::uint64_t length) { add("Content-Length", std::to_string(length)); }
    std::string finish() {
        text_.append("\r\n");
        return std::move(text_);
    }

private:
    std::string text_;
};

void add_policy(Head& head, const RoutePolicy& policy, int status, const std::vector<Field>& own) {
    const auto set = [&](std::string_view name) {
        return std::ranges::any_of(own, [&](const Field& field) { return equal_ignoring_case(field.name, name); });
    };
    if (!set("Cache-Control"))
        head.add("Cache-Control", status >= 400 ? std::string_view("no-store") : std::string_view(policy.cache_control));
    for (const auto& field : policy.always) {
        if (!set(field.name)) head.add(field.name, field.value);
    }
}

void add_connection(Head& head, const Surroundings& around) {
    if (around.close) {
        head.add("Connection", "close");
    } else if (around.http_1_0) {
        head.add("Connection", "keep-alive");
    }
}

streaming::ConditionalFields conditional_fields(const Request& request) {
    streaming::ConditionalFields found;
    const auto wanted = std::to_array<std::pair<std::string_view, std::vector<std::string_view>*>>({
        {"Range", &found.range},
        {"If-Range", &found.if_range},
        {"If-Match", &found.if_match},
        {"If-None-Match", &found.if_none_match},
        {"If-Modified-Since", &found.if_modified_since},
        {"If-Unmodified-Since", &found.if_unmodified_since},
    });
    for (const auto& field : request.fields) {
        for (const auto& [name, values] : wanted) {
            if (equal_ignoring_case(field.name, name)) values->emplace_back(field.value);
        }
    }
    return found;
}

// A handler's 200 with a validator: 304 or 412 when the request's conditions say so.
void apply_preconditions(const Request& request, Reply& reply) {
    if (reply.status != 200 || (request.method != Method::get && request.method != Method::head)) return;
    streaming::Validators current;
    for (const auto& field : reply.fields) {
        if (equal_ignoring_case(field.name, "ETag")) current.etag = field.value;
        if (equal_ignoring_case(field.name, "Last-Modified")) current.last_modified = model::parse_http_date(field.value);
    }
    if (current.etag.empty()) return;
    switch (streaming::evaluate_preconditions(true, conditional_fields(request), current)) {
        case streaming::Verdict::proceed:
            return;
        case streaming::Verdict::not_modified:
            reply.status = 304;
            break;
        case streaming::Verdict::precondition_failed:
            reply.status = 412;
            break;
    }
    reply.body.clear();
    reply.shared_body.reset();
    std::erase_if(reply.fields, [](const Field& field) { return !belongs_in_not_modified(field.name); });
}

Response respond(Exchange& exchange, Reply& reply, const RoutePolicy& policy, const Surroundings& around) {
    const auto& request = exchange.request;
    apply_preconditions(request, reply);
    Response response;
    response.status = reply.status;
    Head head(reply.status, around.date);
    const auto length = reply.shared_body ? reply.shared_body->size() : reply.body.size();
    // A HEAD row of its own may know the length that GET would have; nobody else may.
    const bool own_head =
        request.method == Method::head && exchange.route != nullptr && exchange.route->method == Method::head && length == 0;
    for (const auto& field : reply.fields) {
        if (!is_framing(field.name) || (own_head && equal_ignoring_case(field.name, "Content-Length"))) head.add(field.name, field.value);
    }
    add_policy(head, policy, reply.status, reply.fields);
    const bool without_content = reply.status == 204 || reply.status == 304;
    if (!without_content && !own_head) head.add_length(length);
    add_connection(head, around);
    response.bytes.add(head.finish());
    if (without_content || request.method == Method::head) return response;
    response.content = length;
    if (reply.shared_body) {
        response.bytes.add(std::move(reply.shared_body));
    } else {
        response.bytes.add(std::move(reply.body));
    }
    return response;
}

std::string random_boundary() {
    std::array<unsigned char, 15> bytes{};
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) return "earshot-part-boundary-c3b1f0a9d4";
    std::string boundary = "earshot-";
    constexpr std::string_view digits = "0123456789abcdef";
    for (const auto byte : bytes) boundary.append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    return boundary;
}

model::Delivery describe(const Request& request, const FileReply::Counted& counted, int status) {
    const auto text = [&](std::string_view name) { return std::string(request.field(name).value_or("")); };
    model::Delivery delivery;
    delivery.episode = counted.episode;
    delivery.profile = counted.profile;
    delivery.file = counted.file;
    delivery.preview = counted.preview;
    delivery.address = request.peer_address;
    delivery.user_agent = text("User-Agent");
    delivery.referrer = text("Referer");
    delivery.method = to_string(request.method);
    delivery.status = status;
    delivery.range = text("Range");
    delivery.opted_out = request.field("Sec-GPC") == "1" || request.field("DNT") == "1";
    return delivery;
}

Response respond(Exchange& exchange, FileReply& reply, const RoutePolicy& policy, const Surroundings& around) {
    const auto& request = exchange.request;
    const auto conditions = conditional_fields(request);
    const streaming::Representation file{reply.file->size(), reply.etag, reply.last_modified, reply.content_type};
    const bool several =
        std::ranges::any_of(conditions.range, [](std::string_view line) { return line.find(',') != std::string_view::npos; });
    auto plan = streaming::plan_stream(to_string(request.method), conditions, file,
                                       several || conditions.range.size() > 1 ? random_boundary() : std::string());
    Response response;
    response.status = plan.status;
    Head head(plan.status, around.date);
    for (const auto& field : plan.fields) head.add(field.name, field.value);
    for (const auto& field : reply.fields) {
        if (!is_framing(field.name) && (plan.status < 300 || belongs_in_not_modified(field.name))) head.add(field.name, field.value);
    }
    add_policy(head, policy, plan.status, reply.fields);
    if (plan.status != 304) head.add_length(plan.content_length);
    add_connection(head, around);
    response.bytes.add(head.finish());

    if (!plan.pieces.empty()) response.content = plan.content_length;
    const auto mapping = response.content > 0 && plan.content_length <= Outgoing::mapped_limit ? around.mappings.get(reply.file) : nullptr;
    for (auto& piece : plan.pieces) {
        response.bytes.add(std::move(piece.head));
        response.segments.push_back({response.bytes.total(), piece.slice});
        response.bytes.add(reply.file, piece.slice, mapping);
    }
    if (!plan.pieces.empty()) response.bytes.add(std::move(plan.tail));
    if (reply.counted) response.delivery = describe(request, *reply.counted, plan.status);
    return response;
}

Response respond(const Exchange& exchange, const EventStream&, const RoutePolicy& policy, const Surroundings& around) {
    Response response;
    response.status = 200;
    const std::vector<Field> own{{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};
    Head head(200, around.date);
    for (const auto& field : own) head.add(field.name, field.value);
    add_policy(head, policy, 200, own);
    if (!around.http_1_0) head.add("Transfer-Encoding", "chunked");
    add_connection(head, around);
    response.bytes.add(head.finish());
    response.open_ended = exchange.request.method != Method::head;
    return response;
}

}  // namespace

Response make_response(Exchange& exchange, const Service& service, const Surroundings& around) {
    const auto& policy = service.policy_of(exchange.policy_row, exchange.look);
    return std::visit([&](auto& answer) { return respond(exchange, answer, policy, around); }, *exchange.answer);
}

std::string make_refusal(int status, std::string_view sentence, std::string_view date) {
    Head head(status, date);
    head.add("Content-Type", "text/plain; charset=utf-8");
    head.add("Cache-Control", "no-store");
    head.add("X-Content-Type-Options", "nosniff");
    head.add_length(sentence.size() + 1);
    head.add("Connection", "close");
    return head.finish().append(sentence).append("\n");
}

}  // namespace earshot::http
