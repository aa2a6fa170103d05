#include "server/http/service.hpp"

#include <stdexcept>
#include <utility>

#include "server/http/head_writer.hpp"

namespace earshot::http {
namespace {

constexpr unsigned reading_threads = 4;
constexpr auto page_policy =
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'";

std::string cache_control(Caching caching) {
    switch (caching) {
        case Caching::no_store:
            return "no-store";
        case Caching::revalidate:
            return "no-cache";
        case Caching::immutable:
            return "public, max-age=31536000, immutable";
        case Caching::media:
            return "public, max-age=86400";
    }
    return "no-store";
}

std::vector<Field> security_fields(Look look, const std::string& content_policy, bool cross_origin) {
    std::vector<Field> fields{{"X-Content-Type-Options", "nosniff"}, {"Referrer-Policy", "no-referrer"}};
    fields.push_back({"Cross-Origin-Resource-Policy", cross_origin ? "cross-origin" : "same-origin"});
    if (look == Look::page) {
        fields.push_back({"Content-Security-Policy", content_policy.empty() ? page_policy : content_policy});
        fields.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
        fields.push_back({"Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"});
    } else if (look == Look::api) {
        fields.push_back({"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"});
    }
    if (cross_origin) {
        fields.push_back({"Access-Control-Allow-Origin", "*"});
        fields.push_back({"Access-Control-Expose-Headers", "Accept-Ranges, Content-Length, Content-Range, ETag"});
    }
    return fields;
}

}  // namespace

RoutePolicy::RoutePolicy(std::string cache_control_in, std::vector<Field> always_in)
    : cache_control(std::move(cache_control_in)), always(std::move(always_in)) {
    HeadWriter::append_field(lines, "Cache-Control", cache_control);
    for (const auto& field : always) HeadWriter::append_field(lines, field.name, field.value);
}

RoutePolicy make_policy(const Route& route) {
    return {cache_control(route.caching), security_fields(route.look, route.content_security_policy, route.cross_origin)};
}

RoutePolicy make_policy(Look look) {
    return {"no-store", security_fields(look, {}, false)};
}

Service::Service(ServerOptions options_in, Router router_in, model::DeliverySink sink_in, std::function<void(const RequestLog&)> log_in)
    : options(std::move(options_in)),
      router(std::move(router_in)),
      sink(std::move(sink_in)),
      log(std::move(log_in)),
      proxies(options.trusted_proxies, options.forwarding_field),
      api(make_policy(Look::api)),
      page(make_policy(Look::page)),
      asset(make_policy(Look::asset)),
      admission(options.limits),
      readers(reading_threads, options.pool_queue),
      pool(options.pool_threads, options.pool_queue) {
    for (const auto& route : router.routes()) policies.push_back(make_policy(route));
    if (!options.tls.listen.empty()) {
        if (const auto loaded = load_certificate(); !loaded) throw std::invalid_argument(loaded.error().message);
    }
    if (const auto age = options.tls.strict_transport.count(); age > 0) strict_transport = "max-age=" + std::to_string(age);
    if (!sink) sink = [](model::Delivery&&) {};
    if (!log) log = [](const RequestLog&) {};
}

model::Result<void> Service::load_certificate() {
    auto fresh = TlsContext::load(options.tls.certificate, options.tls.key);
    if (!fresh) return std::unexpected(fresh.error());
    const std::scoped_lock lock(tls_mutex);
    tls_context = std::move(*fresh);
    return {};
}

std::shared_ptr<const TlsContext> Service::tls() const {
    const std::scoped_lock lock(tls_mutex);
    return tls_context;
}

const RoutePolicy& Service::policy_of(const Route* route, Look look) const {
    if (route != nullptr) return policies[static_cast<std::size_t>(route - router.routes().data())];
    return look == Look::api ? api : look == Look::page ? page : asset;
}

}  // namespace earshot::http
