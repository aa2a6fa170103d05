#include "server/http/exchange.hpp"

#include <algorithm>
#include <exception>
#include <random>
#include <span>
#include <utility>

#include "server/http/url.hpp"
#include "server/streaming/list_field.hpp"

namespace earshot::http {
namespace {

using model::Errc;
using model::Error;

// Correlates a log line with an answer; not a secret. Twelve characters stay inside std::string.
std::string random_id() {
    thread_local std::mt19937_64 engine{std::random_device{}()};
    constexpr std::string_view alphabet = "0123456789abcdefghijklmnopqrstuv";
    std::string id(12, '0');
    for (auto bits = engine(); auto& c : id) {
        c = alphabet[bits & 31U];
        bits >>= 5U;
    }
    return id;
}

std::string join(const std::vector<std::string>& words) {
    std::string joined;
    for (const auto& word : words) joined += (joined.empty() ? "" : ", ") + word;
    return joined;
}

void add_field(Exchange& exchange, std::string name, std::string value) {
    if (auto* reply = exchange.answer ? std::get_if<Reply>(&*exchange.answer) : nullptr) {
        reply->fields.push_back({std::move(name), std::move(value)});
    }
}

void answer_options(Exchange& exchange, const std::vector<std::string>& allow) {
    Reply reply;
    reply.status = 204;
    reply.fields.push_back({"Allow", join(allow)});
    if (exchange.policy_row != nullptr && exchange.policy_row->cross_origin) {
        reply.fields.push_back({"Access-Control-Allow-Methods", join(allow)});
        reply.fields.push_back(
            {"Access-Control-Allow-Headers", "If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range"});
        reply.fields.push_back({"Access-Control-Max-Age", "86400"});
    }
    exchange.answer = std::move(reply);
}

// False when the target cannot be understood; the answer is set.
bool decode_target(Exchange& exchange) {
    auto& request = exchange.request;
    if (const auto absolute = split_absolute(request.target); absolute && !request.target.starts_with('/')) {
        const auto origin_form = absolute->origin_form;
        request.target = (origin_form.starts_with('/') ? "" : "/") + std::string(origin_form);
    }
    auto path = decode_path(request.target);
    auto query = decode_query(request.target);
    if (!path || !query) {
        refuse(exchange, 400, path ? query.error().message : path.error().message);
        return false;
    }
    request.path = std::move(*path);
    request.query = std::move(*query);
    return true;
}

// The same address under the configured name: whatever Host says, nobody is sent anywhere else. Probes of this machine itself stay.
void send_to_https(Exchange& exchange, const Service& service) {
    const auto& request = exchange.request;
    if (request.path == "/livez" || request.path == "/readyz") return;
    Reply reply = text(308, "This address is served by HTTPS only.\n");
    reply.fields.push_back({"Location", service.options.tls.redirect_to + request.target});
    exchange.answer = std::move(reply);
}

void find_row(Exchange& exchange, const Service& service) {
    const auto match = service.router.match(exchange.request);
    exchange.look = match.look;
    exchange.policy_row = match.route != nullptr ? match.route : match.sibling;
    if (match.error) {
        refuse(exchange, service, *match.error);
    } else if (match.route != nullptr) {
        exchange.route = match.route;
    } else if (exchange.request.method == Method::options) {
        answer_options(exchange, match.allow);
    } else {
        refuse(exchange, 405, "This address does not answer " + std::string(to_string(exchange.request.method)) + ".");
        add_field(exchange, "Allow", join(match.allow));
    }
}

// Staff must not crowd out listeners; who is sent away gives the connection back as well.
void check_room(Exchange& exchange, Service& service) {
    if (!exchange.route->yields) return;
    exchange.place = service.admission.yielding_request();
    if (exchange.place) return;
    exchange.keep_alive = false;
    refuse(exchange, service, {Errc::unavailable, "The server is busy; please try again in a few seconds."});
}

void check_body(Exchange& exchange, const Service& service) {
    if (const auto expect = exchange.request.field("Expect")) {
        if (!streaming::equal_ignoring_case(*expect, "100-continue"))
            return refuse(exchange, 417, "Only 'Expect: 100-continue' is understood.");
        exchange.expects_continue = exchange.body_pending && !exchange.http_1_0;
    }
    const auto limit = exchange.route->body_limit;
    if (exchange.content_length.value_or(0) <= limit) return;
    refuse(exchange, service,
           {Errc::too_large,
            limit == 0 ? "This address takes no request body." : "The request body may have at most " + std::to_string(limit) + " bytes."});
}

void fail_internally(Exchange& exchange, const Service& service, std::string what) noexcept {
    exchange.sink.reset();
    exchange.fault = std::move(what);
    const std::string sentence =
        "Something went wrong on our side; please try again, and quote request " + exchange.request.id + " if it persists.";
    // The closed set of causes has none for a bug: the look comes from the policy, the status from here.
    if (exchange.look == Look::page && service.router.policy().refuse) {
        try {
            auto reply = service.router.policy().refuse(exchange.request, exchange.look, {Errc::unavailable, sentence});
            reply.status = 500;
            exchange.answer = std::move(reply);
            return;
        } catch (const std::exception& error) {
            exchange.fault += "; then, while making the error page: " + std::string(error.what());
        }
    }
    refuse(exchange, 500, sentence);
}

// Runs a step of the handler's code; whatever it throws ends in a 500 and never in the session.
template <class Step>
void guarded(Exchange& exchange, const Service& service, Step step) noexcept {
    try {
        step();
    } catch (const std::exception& error) {
        fail_internally(exchange, service, error.what());
    } catch (...) {
        fail_internally(exchange, service, "an exception of unknown type");
    }
}

bool admits(Access access, model::Role role) {
    using model::Role;
    switch (access) {
        case Access::anyone:
        case Access::staff:
            return true;
        case Access::producer:
            return role == Role::producer || role == Role::admin;
        case Access::analyst:
            return role == Role::analyst || role == Role::admin;
    }
    return false;
}

}  // namespace

void refuse(Exchange& exchange, int status, std::string_view sentence) {
    exchange.answer = exchange.look == Look::api ? problem(status, sentence) : text(status, std::string(sentence) + "\n");
}

void refuse(Exchange& exchange, const Service& service, const Error& error) {
    const auto& policy = service.router.policy();
    if (policy.refuse) {
        exchange.answer = policy.refuse(exchange.request, exchange.look, error);
    } else {
        refuse(exchange, model::to_status(error.code), error.message);
    }
    auto& reply = std::get<Reply>(*exchange.answer);
    const auto has = [&](std::string_view name) {
        return std::ranges::any_of(reply.fields, [&](const Field& field) { return streaming::equal_ignoring_case(field.name, name); });
    };
    // RFC 9110 §11.6.1 and §10.2.3: a 401 names a scheme, a 503 says when to come back.
    if (reply.status == 401 && !has("WWW-Authenticate")) reply.fields.push_back({"WWW-Authenticate", "Bearer"});
    if (reply.status == 503 && !has("Retry-After")) reply.fields.push_back({"Retry-After", "5"});
}

Exchange begin_exchange(const ParsedHead& head, const std::string& peer, bool secure, Service& service) {
    Exchange exchange;
    exchange.started = std::chrono::steady_clock::now();
    exchange.request.method = head.method;
    exchange.request.target = head.target;
    exchange.request.fields.reserve(head.fields.size());
    for (const auto& field : head.fields) exchange.request.fields.push_back({std::string(field.name), std::string(field.value)});
    exchange.content_length = head.content_length;
    exchange.chunked = head.chunked;
    exchange.keep_alive = head.keep_alive;
    exchange.http_1_0 = head.http_1_0;
    exchange.body_pending = head.chunked || head.content_length.value_or(0) > 0;
    auto& request = exchange.request;
    request.id = random_id();
    request.peer_address = service.proxies.client_of(peer, request.fields);

    if (request.method == Method::other) {
        refuse(exchange, 501, "This request method is not known here.");
    } else if (request.target == "*") {
        answer_options(exchange, {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"});
    } else if (decode_target(exchange)) {
        if (service.redirects(secure)) send_to_https(exchange, service);
        if (!exchange.answer) guarded(exchange, service, [&] { find_row(exchange, service); });
        if (!exchange.answer) guarded(exchange, service, [&] { check_room(exchange, service); });
        if (!exchange.answer) guarded(exchange, service, [&] { check_body(exchange, service); });
    }
    if (exchange.answer) exchange.route = nullptr;
    return exchange;
}

void authorise(Exchange& exchange, const Service& service) noexcept {
    guarded(exchange, service, [&] {
        const auto& authenticate = service.router.policy().authenticate;
        auto who = authenticate ? authenticate(exchange.request) : std::optional<model::Identity>{};
        if (!who) {
            refuse(exchange, service, who.error());
        } else if (!*who) {
            refuse(exchange, service, {Errc::unauthenticated, "Please sign in first."});
        } else if (!admits(exchange.route->access, (*who)->role)) {
            refuse(exchange, service, {Errc::forbidden, "Your role does not allow this."});
        } else {
            exchange.request.identity = std::move(*who);
        }
    });
}

void call_handler(Exchange& exchange, const Service& service) noexcept {
    guarded(exchange, service, [&] {
        if (const auto* handler = std::get_if<Handler>(&exchange.route->handler)) {
            exchange.answer = (*handler)(exchange.request);
            return;
        }
        auto result = std::get<StreamHandler>(exchange.route->handler)(exchange.request);
        if (auto* answer = std::get_if<Answer>(&result)) {
            exchange.answer = std::move(*answer);
        } else {
            exchange.sink = std::move(std::get<std::unique_ptr<BodySink>>(result));
        }
    });
}

void write_to_sink(Exchange& exchange, std::string_view bytes, const Service& service) noexcept {
    guarded(exchange, service, [&] { exchange.answer = exchange.sink->write(std::as_bytes(std::span(bytes))); });
}

void finish_sink(Exchange& exchange, const Service& service) noexcept {
    guarded(exchange, service, [&] {
        exchange.answer = exchange.sink->finish();
        exchange.sink.reset();
    });
}

}  // namespace earshot::http
