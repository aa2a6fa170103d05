// The documented cases, replayed on this server.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "server/api/edits.hpp"
#include "server/api/finding.hpp"
#include "server/api/handlers.hpp"

namespace earshot::api {

namespace {

boost::json::object audit_object(const analytics::SelfAudit& audit) {
    boost::json::array differences;
    for (const auto& one : audit.differences)
        differences.push_back(boost::json::object{{"case", one.name}, {"expected", one.expected}, {"counted", one.counted}});
    return {{"time", model::format_rfc3339(audit.time)},
            {"method", audit.method},
            {"cases", audit.cases},
            {"requests", audit.requests},
            {"passed", audit.passed()},
            {"differences", std::move(differences)}};
}

}  // namespace

Answer get_self_audit(Context& context, const Request&) {
    const auto last = context.audits.last();
    if (!last) return http::problem({model::Errc::not_found, "No audit has been run on this server yet. POST to this address runs one."});
    return http::json(200, serialize(audit_object(*last)));
}

Answer run_self_audit(Context& context, const Request& request) {
    if (const auto nothing = read_nothing(request.body); !nothing) return http::problem(nothing.error());
    const auto audit = context.audits.run();
    if (!audit) return http::problem(audit.error());
    note(context, request, "statistics.audit", audit->passed() ? "passed" : "differs");
    return http::json(200, serialize(audit_object(*audit)));
}

}  // namespace earshot::api
