// `earshot audit`: the documented cases of counting, replayed by a running server on itself.

#include <fmt/format.h>

#include <boost/json/parse.hpp>
#include <iostream>

#include "server/commands/api_client.hpp"
#include "server/commands/commands.hpp"

namespace earshot::commands {

int audit(const AuditOptions& options) {
    if (options.token.empty()) return needs_token("An analyst's");
    ApiClient client(options.server, options.token);
    const auto answer =
        boost::json::parse(client.expect("POST", "/api/v1/statistics/audit", "{}", {{"Content-Type", "application/json"}}).body);
    const auto number = [&](const char* name) { return answer.at(name).to_number<std::uint64_t>(); };
    const auto& differences = answer.at("differences").as_array();
    const auto method = std::string(answer.at("method").as_string());
    if (differences.empty()) {
        fmt::print("Counting method {}: {} cases, {} requests, all counted as documented.\n", method, number("cases"), number("requests"));
        return 0;
    }
    for (const auto& one : differences) {
        const auto text = [&](const char* name) { return std::string(one.at(name).as_string()); };
        fmt::print(stderr, "{}: documented {}, counted {}\n", text("case"), text("expected"), text("counted"));
    }
    fmt::print(stderr, "Counting method {}: {} of {} cases are not counted as documented.\n", method, differences.size(), number("cases"));
    return 1;
}

}  // namespace earshot::commands
