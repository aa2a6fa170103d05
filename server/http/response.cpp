#include "server/http/response.hpp"

#include <utility>

#include "server/http/file_response.hpp"

namespace earshot::http {
namespace {

using streaming::equal_ignoring_case;

// A handler's 200 with a validator: 304 or 412 when the request's conditions say so.
void apply_preconditions(const Request& request, Reply& reply) {
    if (reply.status != 200 || (request.method != Method::get && request.method != Method::head)) return;
    const auto conditions = file_request(request.method, request.fields).conditions;
    const bool by_date = !conditions.if_modified_since.empty() || !conditions.if_unmodified_since.empty();
    streaming::Validators current;
    for (const auto& field : reply.fields) {
        if (equal_ignoring_case(field.name, "ETag")) current.etag = field.value;
        if (by_date && equal_ignoring_case(field.name, "Last-Modified")) current.last_modified = model::parse_http_date(field.value);
    }
    if (current.etag.empty()) return;
    switch (streaming::evaluate_preconditions(true, conditions, current)) {
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
    HeadWriter head(reply.status, around.date);
    const auto length = reply.shared_body ? reply.shared_body->size() : reply.body.size();
    // A HEAD row of its own may know the length that GET would have; nobody else may.
    const bool own_head =
        request.method == Method::head && exchange.route != nullptr && exchange.route->method == Method::head && length == 0;
    for (const auto& field : reply.fields) {
        if (!is_framing(field.name) || (own_head && equal_ignoring_case(field.name, "Content-Length"))) head.add(field.name, field.value);
    }
    head.add_policy(policy, reply.status, reply.fields);
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

Response respond(Exchange& exchange, FileReply& reply, const RoutePolicy& policy, const Surroundings& around) {
    const auto& request = exchange.request;
    return respond(file_request(request.method, request.fields), request.peer_address, prepare(std::move(reply), policy), around);
}

Response open_ended(const Exchange& exchange, const std::vector<Field>& own, const RoutePolicy& policy, const Surroundings& around) {
    Response response;
    response.status = 200;
    HeadWriter head(200, around.date);
    for (const auto& field : own) head.add(field.name, field.value);
    head.add_policy(policy, 200, own);
    if (!around.http_1_0) head.add("Transfer-Encoding", "chunked");
    add_connection(head, around);
    response.bytes.add(head.finish());
    response.open_ended = exchange.request.method != Method::head;
    return response;
}

Response respond(const Exchange& exchange, const EventStream&, const RoutePolicy& policy, const Surroundings& around) {
    return open_ended(exchange, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}}, policy,
                      around);
}

Response respond(const Exchange& exchange, const TextStream& stream, const RoutePolicy& policy, const Surroundings& around) {
    return open_ended(exchange, stream.fields, policy, around);
}

}  // namespace

void add_connection(HeadWriter& head, const Surroundings& around) {
    if (around.close) {
        head.add("Connection", "close");
    } else if (around.http_1_0) {
        head.add("Connection", "keep-alive");
    }
    if (!around.strict_transport.empty()) head.add("Strict-Transport-Security", around.strict_transport);
}

Response make_response(Exchange& exchange, const Service& service, const Surroundings& around) {
    const auto& policy = service.policy_of(exchange.policy_row, exchange.look);
    return std::visit([&](auto& answer) { return respond(exchange, answer, policy, around); }, *exchange.answer);
}

std::string make_refusal(int status, std::string_view sentence, const Surroundings& around) {
    HeadWriter head(status, around.date);
    head.add("Content-Type", "text/plain; charset=utf-8");
    head.add("Cache-Control", "no-store");
    head.add("X-Content-Type-Options", "nosniff");
    head.add_length(sentence.size() + 1);
    Surroundings last = around;
    last.close = true;
    add_connection(head, last);
    return head.finish().append(sentence).append("\n");
}

}  // namespace earshot::http
