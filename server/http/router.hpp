#pragma once
// The route table: verb, path, handler and policy in one row. What has no row does not exist; what has no access does not compile.
// HEAD (from GET), OPTIONS, 405 with Allow, 404 and 413 follow from the table.

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "content/model/error.hpp"
#include "server/http/message.hpp"

namespace earshot::http {

enum class Access { anyone, staff, producer, analyst };  // admin passes everywhere; staff = any signed-in role
enum class Run {
    here,  // on the network thread: must not block (reads the public snapshot only)
    pool,  // on the blocking pool
};
enum class Caching {
    no_store,    // API, staff pages, forms
    revalidate,  // no-cache + ETag: feeds, public pages
    immutable,   // content-addressed assets: a year
    media,       // public, revalidate after a day, strong ETag
};
enum class Look { api, page, asset };  // which security fields go out (CSP for pages) and how errors look (problem+json or a page)

using Handler = std::function<Answer(const Request&)>;                                                 // body buffered up to body_limit
using StreamHandler = std::function<std::variant<Answer, std::unique_ptr<BodySink>>(const Request&)>;  // body streamed

struct Route {
    Method method;
    std::string pattern;  // "/shows/{show}/feed.xml": literal segments and {names}; a literal wins over a name
    std::variant<Handler, StreamHandler> handler;
    Access access;
    Run run;
    Caching caching;
    Look look;
    std::uint64_t body_limit{0};            // bytes; 0 = a body is refused with 413
    std::string content_security_policy{};  // for Look::page when it differs from the default
    bool cross_origin{false};               // Access-Control-Allow-Origin: * (transcripts, chapters, feeds, media)
    bool yields{false};                     // answers 503 when the server fills up, so that listeners find room (see admission.hpp)
    // Set when the row's FileReply depends on nothing but the target and this number: a network thread then repeats it without asking the
    // handler until the number moves. Called from network threads for each request; must cost next to nothing.
    std::function<std::uint64_t()> revision{};
};

class Router {
public:
    struct Policy {
        // Who asks? nullopt: no credentials at all. For a browser session on an unsafe method it has also checked CSRF. Runs on the pool.
        std::function<model::Result<std::optional<model::Identity>>(const Request&)> authenticate;
        // The answer for a refused or failed request of that look (sign-in redirect, problem+json, error page).
        std::function<Reply(const Request&, Look, const model::Error&)> refuse;
    };
    Router(std::vector<Route> routes, Policy policy);  // throws std::logic_error on two equal rows

    struct Match {
        const Route* route{};               // null: see `error`
        std::optional<model::Error> error;  // not_found
        std::vector<std::string> allow;     // for 405 and OPTIONS: methods of that path, HEAD and OPTIONS included
        const Route* sibling{};             // for 405 and OPTIONS: another row of that path
        Look look{Look::page};              // of the row, else of the rows that share the longest beginning with the path
    };
    // Fills request.params. request.path must be set.
    [[nodiscard]] Match match(Request& request) const;
    [[nodiscard]] const Policy& policy() const noexcept { return policy_; }
    [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

private:
    struct Node {                                                  // one path segment
        std::map<std::string, std::size_t, std::less<>> literals;  // → index of the next node
        std::size_t name{};                                        // next node of a {name}; 0: none
        std::vector<std::size_t> rows;                             // routes that end here
        std::size_t any_row{};                                     // some row at or below, for `look`
    };
    std::size_t insert(std::size_t row);
    [[nodiscard]] const Node* find(const std::vector<std::string_view>& segments, std::size_t depth, const Node& node, Match& match) const;

    std::vector<Route> routes_;
    std::vector<Node> nodes_;
    Policy policy_;
};

}  // namespace earshot::http
