// Who may do what: every route of the API asked by everybody, and sessions that did not come from our own pages.

#include "server/api/auth.hpp"

#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using tests::Stage;

namespace {

std::string concrete(std::string pattern) {
    for (std::size_t open = 0; (open = pattern.find('{')) != std::string::npos;)
        pattern.replace(open, pattern.find('}') - open + 1, "nothing");
    return pattern;
}

// Said again here, apart from the table: what each role may reach.
bool may(std::string_view role, std::string_view method, std::string_view path) {
    if (path.starts_with("/api/v1/uploads") && method == "OPTIONS") return true;
    if (path == "/api/v1/openapi.json") return true;
    if (role == "none" || role == "unknown") return false;
    if (role == "admin" || path == "/api/v1/me") return true;
    if (path == "/api/v1/audit") return false;
    return path.starts_with("/api/v1/statistics") == (role == "analyst");
}

http::Request by_session(http::Method method, const storage::Accounts::Session& session, std::vector<http::Field> more) {
    http::Request request;
    request.method = method;
    request.path = "/api/v1/shows";
    request.fields = std::move(more);
    request.fields.push_back({"Cookie", "earshot=" + session.secret});
    return request;
}

}  // namespace

TEST_CASE("every API route answers each role as agreed and nobody else") {
    Stage stage;
    std::size_t asked = 0;
    for (const http::Route& route : stage.api_routes()) {
        for (const std::string_view role : {"none", "unknown", "analyst", "producer", "admin"}) {
            const std::string method(http::to_string(route.method));
            const std::string path = concrete(route.pattern);
            CAPTURE(method, path, role);
            tests::Fields fields{{"Tus-Resumable", "1.0.0"}};
            const auto answer = stage.ask(role, method, path, "", fields);
            ++asked;
            if (may(role, method, path)) {
                CHECK(answer.status != 401);
                CHECK(answer.status != 403);
                CHECK(answer.status != 500);
            } else {
                const bool known = role == "analyst" || role == "producer";
                CHECK(answer.status == (known ? 403 : 401));
                if (method != "HEAD") CHECK(answer.field("content-type") == "application/problem+json");
                if (!known) CHECK(answer.field("www-authenticate").starts_with("Bearer"));
            }
            CHECK(answer.field("cache-control") == "no-store");
        }
    }
    CHECK(asked == 5 * 56);
    CHECK(stage.ask("admin", "GET", "/api/v1/nothing").status == 404);
    CHECK(stage.ask("none", "DELETE", "/api/v1/shows").status == 405);
}

TEST_CASE("bearer tokens") {
    Stage stage;
    http::Request request;
    request.path = "/api/v1/me";
    const auto with = [&](std::string value) {
        request.fields = {{"Authorization", std::move(value)}};
        return api::authenticate(stage.context(), request);
    };
    CHECK(with("Bearer " + stage.token("analyst")).value()->role == model::Role::analyst);
    CHECK(with("bearer " + stage.token("producer")).value()->role == model::Role::producer);
    CHECK(with("Bearer " + stage.token("producer") + "x").error().code == model::Errc::unauthenticated);
    CHECK(with("Bearer ").error().code == model::Errc::unauthenticated);
    CHECK(with("Basic cHJvZHVjZXI6eA==").error().message == "Send the token as \"Authorization: Bearer ear_…\".");
    request.fields.clear();
    CHECK_FALSE(api::authenticate(stage.context(), request).value().has_value());
    REQUIRE(stage.context().accounts.revoke_token("analyst"));
    CHECK(with("Bearer " + stage.token("analyst")).error().message ==
          "This token is unknown, expired or revoked. Ask an admin for a new one.");
}

TEST_CASE("what a page fetches by itself does not prolong the session") {
    Stage stage;
    auto& accounts = stage.context().accounts;
    REQUIRE(accounts.create_account("petra", model::Role::analyst, "an-unlikely-password-42"));
    const auto session = accounts.sign_in("petra", "an-unlikely-password-42", "net").value();
    const auto after = [&](std::chrono::minutes minutes, std::vector<http::Field> more) {
        stage.clock_offset_ms = std::chrono::milliseconds(minutes).count();
        return api::authenticate(stage.context(), by_session(http::Method::get, session, std::move(more))).value().has_value();
    };
    using std::chrono::minutes;
    CHECK(after(minutes(20), {}));
    CHECK(after(minutes(45), {{"X-Background", "1"}}));
    CHECK_FALSE(after(minutes(51), {{"X-Background", "1"}}));
}

TEST_CASE("pages of staff answer each role as agreed and nobody else") {
    Stage stage;
    std::size_t pages = 0;
    for (const http::Route& route : stage.routes()) {
        const bool of_statistics = route.pattern.starts_with("/statistics"), of_studio = route.pattern.starts_with("/studio");
        if (!of_statistics && !of_studio) continue;
        ++pages;
        const std::string method(http::to_string(route.method)), path = concrete(route.pattern);
        for (const std::string_view role : {"none", "unknown", "analyst", "producer", "admin"}) {
            CAPTURE(method, path, role);
            const auto answer = stage.ask(role, method, path);
            const bool may = role == "admin" || (of_statistics ? role == "analyst" : role == "producer");
            if (method != "GET") {
                CHECK(answer.status < 500);
                if (!may) CHECK(answer.status >= 300);
            } else if (may) {
                CHECK((answer.status == 200 || answer.status == 404));
            } else if (role == "analyst" || role == "producer") {
                CHECK(answer.status == 403);
                if (route.look == http::Look::page) CHECK(answer.field("content-type") == "text/html; charset=utf-8");
            } else {
                CHECK((answer.status == 303 || answer.status == 401));
            }
            CHECK(answer.field("cache-control") == "no-store");
        }
    }
    CHECK(pages > 15);
}

TEST_CASE("a session that changes something must come from our own pages") {
    Stage stage;
    auto& accounts = stage.context().accounts;
    REQUIRE(accounts.create_account("petra", model::Role::producer, "an-unlikely-password-42"));
    const auto session = accounts.sign_in("petra", "an-unlikely-password-42", "net").value();
    const http::Field token{"X-CSRF-Token", session.csrf_token}, ours{"Sec-Fetch-Site", "same-origin"},
        origin{"Origin", stage.context().settings.server.public_url};
    struct Row {
        const char* what;
        http::Method method;
        std::vector<http::Field> fields;
        bool good;
    };
    const std::vector<Row> rows{
        {"reading needs neither", http::Method::get, {}, true},
        {"token and same site", http::Method::post, {token, ours}, true},
        {"typed into the address bar", http::Method::post, {token, {"Sec-Fetch-Site", "none"}}, true},
        {"token and our origin", http::Method::patch, {token, origin}, true},
        {"no token", http::Method::post, {ours}, false},
        {"wrong token", http::Method::post, {{"X-CSRF-Token", session.csrf_token + "x"}, ours}, false},
        {"empty token", http::Method::post, {{"X-CSRF-Token", ""}, ours}, false},
        {"no site and no origin", http::Method::delete_, {token}, false},
        {"another site", http::Method::put, {token, {"Sec-Fetch-Site", "cross-site"}, origin}, false},
        {"a sister site", http::Method::put, {token, {"Sec-Fetch-Site", "same-site"}}, false},
        {"another origin", http::Method::put, {token, {"Origin", "https://evil.example"}}, false},
        {"an opaque origin", http::Method::put, {token, {"Origin", "null"}}, false},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const auto who = api::authenticate(stage.context(), by_session(row.method, session, row.fields));
        if (row.good) {
            REQUIRE(who);
            CHECK((*who)->name == "petra");
        } else {
            REQUIRE_FALSE(who);
            CHECK(who.error().code == model::Errc::forbidden);
        }
    }
    accounts.sign_out(session.secret);
    CHECK_FALSE(api::authenticate(stage.context(), by_session(http::Method::get, session, {})).value().has_value());
}
