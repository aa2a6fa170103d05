#include "server/health.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace earshot::app {

http::Reply livez() {
    return http::text(200, "ok\n");
}

http::Reply readyz(const std::vector<HealthCheck>& checks) {
    boost::json::object found;
    bool ready = true;
    for (const HealthCheck& check : checks) {
        std::string problem;
        try {
            problem = check.problem();
        } catch (const std::exception&) {
            problem = "This check could not be carried out; see the log.";
        }
        ready = ready && problem.empty();
        found[check.name] = problem.empty() ? "ok" : problem;
    }
    boost::json::object body;
    body["ready"] = ready;
    body["checks"] = std::move(found);
    return http::json(ready ? 200 : 503, boost::json::serialize(body) + "\n");
}

}  // namespace earshot::app
