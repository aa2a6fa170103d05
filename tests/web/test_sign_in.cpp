#include "server/web/caches.hpp"
#include "server/web/refuse.hpp"
#include "server/web/session.hpp"
#include "tests/support/catch.hpp"
#include "tests/web/site.hpp"

using namespace earshot;
using namespace earshot::tests;
using Catch::Matchers::Contains;

namespace {

constexpr auto password = "correct horse battery";

http::Request form(std::string body, std::vector<http::Field> fields = {}) {
    auto request = Site::get("/sign-in");
    request.method = http::Method::post;
    request.body = std::move(body);
    request.fields = std::move(fields);
    request.fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    return request;
}

}  // namespace

TEST_CASE("signing in sets one strict cookie and leads to where one wanted to go") {
    Site site;
    REQUIRE(site.accounts.create_account("ann", model::Role::analyst, password));
    const auto answer = web::sign_in(site.context, form("name=ann&password=correct+horse+battery&next=%2Fstatistics%3Fshow%3Dcode"));
    CHECK(status_of(answer) == 303);
    CHECK(field_of(answer, "Location") == "/statistics?show=code");
    const auto cookie = field_of(answer, "Set-Cookie");
    CHECK_THAT(cookie, Contains("; HttpOnly") && Contains("; SameSite=Strict") && Contains("; Path=/") && !Contains("Secure"));
    const auto secret = cookie.substr(cookie.find('=') + 1, cookie.find(';') - cookie.find('=') - 1);
    const auto identity = site.accounts.find_session(secret);
    REQUIRE(identity);
    CHECK(identity->role == model::Role::analyst);

    CHECK(status_of(web::sign_out(site.context, form("csrf_token=forged", {{"Cookie", "earshot=" + secret}}))) == 403);
    CHECK(site.accounts.find_session(secret));
    auto leaving = form("csrf_token=" + identity->csrf_token, {{"Cookie", "earshot=" + secret}});
    const auto left = web::sign_out(site.context, leaving);
    CHECK_THAT(field_of(left, "Set-Cookie"), Contains("Max-Age=0"));
    CHECK_FALSE(site.accounts.find_session(secret));
}

TEST_CASE("sign-ins are in the audit log; a flood of refused ones adds a row for each account, and no row has what was typed") {
    Site site;
    REQUIRE(site.accounts.create_account("ann", model::Role::analyst, password));
    const auto rows = [&] {
        std::vector<std::string> result;
        for (const auto& entry : site.audit.list(1000)) result.push_back(entry.who + " " + entry.what + " " + entry.object);
        std::ranges::sort(result);
        return result;
    };
    const auto attempt = [&](const std::string& name) {
        return status_of(web::sign_in(site.context, form("name=" + name + "&password=guess-" + name)));
    };
    CHECK(attempt("Ann") == 401);
    for (int i = 0; i < 40; ++i) (void)attempt("secret-" + std::to_string(i));
    CHECK(attempt("ann") == 429);
    CHECK(rows() == std::vector<std::string>{"ann session.refused 2 times in the hour from 2026-11-24T12:00:00Z",
                                             "unknown names session.refused 40 times in the hour from 2026-11-24T12:00:00Z"});
    site.now += std::chrono::hours(1);
    CHECK(attempt("ann") == 401);
    site.now += std::chrono::hours(1);
    REQUIRE(status_of(web::sign_in(site.context, form("name=ann&password=correct+horse+battery"))) == 303);
    const auto last = rows();
    REQUIRE(last.size() == 4);
    CHECK(last[0] == "ann session.begin ");
    CHECK(last[1] == "ann session.refused 1 times in the hour from 2026-11-24T13:00:00Z");
}

TEST_CASE("over https the cookie is __Host- and Secure") {
    config::Settings settings;
    settings.server.public_url = "https://pod.example.org";
    CHECK_THAT(web::session_cookie(settings, "abc").value,
               Catch::Matchers::StartsWith("__Host-earshot=abc; Path=/;") && Contains("; Secure"));
}

TEST_CASE("a wrong password is answered on the form, with the name kept and no hint whether it exists") {
    Site site;
    REQUIRE(site.accounts.create_account("ann", model::Role::analyst, password));
    const auto wrong = web::sign_in(site.context, form("name=ann&password=nope"));
    const auto unknown = web::sign_in(site.context, form("name=%3Cb%3Ezed&password=nope"));
    CHECK(status_of(wrong) == 401);
    CHECK(status_of(unknown) == 401);
    CHECK(field_of(wrong, "Set-Cookie").empty());
    CHECK_THAT(body_of(wrong), Contains("role=\"alert\"") && Contains("value=\"ann\"") && !Contains("nope"));
    CHECK_THAT(body_of(unknown), Contains("value=\"&lt;b&gt;zed\""));
}

TEST_CASE("guessing is stopped: after some failures even the right password waits") {
    Site site;
    REQUIRE(site.accounts.create_account("ann", model::Role::analyst, password));
    int tries = 0;
    for (; tries < 12; ++tries) {
        const auto answer = web::sign_in(site.context, form("name=ann&password=nope"));
        if (status_of(answer) == 429) {
            CHECK(!field_of(answer, "Retry-After").empty());
            break;
        }
    }
    CHECK(tries < 12);
    CHECK(status_of(web::sign_in(site.context, form("name=ann&password=correct+horse+battery"))) == 429);
}

TEST_CASE("another site cannot sign anybody in") {
    Site site;
    REQUIRE(site.accounts.create_account("ann", model::Role::analyst, password));
    const std::string body = "name=ann&password=correct+horse+battery";
    CHECK(status_of(web::sign_in(site.context, form(body, {{"Origin", "https://evil.example"}, {"Host", "127.0.0.1:8080"}}))) == 403);
    CHECK(status_of(web::sign_in(site.context, form(body, {{"Origin", "null"}}))) == 403);
    CHECK(status_of(web::sign_in(site.context, form(body, {{"Sec-Fetch-Site", "cross-site"}}))) == 403);
    CHECK(status_of(web::sign_in(site.context, form(body, {{"Origin", "http://localhost:8080"}, {"Host", "localhost:8080"}}))) == 303);
    CHECK(status_of(web::sign_in(site.context, form(body, {{"Sec-Fetch-Site", "same-origin"}}))) == 303);
}

TEST_CASE("next leads only to this site") {
    for (const auto* good : {"/statistics", "/studio/episodes/x?y=1#z", "/"}) CHECK(web::safe_next(good, "/home") == good);
    for (const auto* bad : {"", "https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/a b",
                            "/\r\nSet-Cookie: x", "statistics"}) {
        CHECK(web::safe_next(bad, "/home") == "/home");
    }
    CHECK(web::safe_next("/" + std::string(600, 'a'), "/home") == "/home");
}

TEST_CASE("networks are told apart, and only under this boot's key") {
    web::Caches caches, other_boot;
    CHECK(caches.network_of("192.0.2.1") != caches.network_of("192.0.2.2"));
    CHECK(caches.network_of("2001:db8:1:2::1") == caches.network_of("2001:db8:1:2:ffff::9"));
    CHECK(caches.network_of("2001:db8:1:2::1") != caches.network_of("2001:db8:1:3::1"));
    CHECK(caches.network_of("192.0.2.1") != other_boot.network_of("192.0.2.1"));
    CHECK(caches.network_of("192.0.2.1").find("192") != 0);
}

TEST_CASE("refusals look as their route does") {
    Site site;
    using model::Errc;
    auto request = Site::get("/statistics");
    request.target = "/statistics?from=2026-11-01&to=2026-11-24";
    const auto to_sign_in = web::refuse(site.context, request, http::Look::page, {Errc::unauthenticated, "Sign in."});
    CHECK(to_sign_in.status == 303);
    CHECK(field_of(to_sign_in, "Location") == "/sign-in?next=%2Fstatistics%3Ffrom%3D2026-11-01%26to%3D2026-11-24");
    request.method = http::Method::post;
    CHECK(field_of(web::refuse(site.context, request, http::Look::page, {Errc::unauthenticated, "Sign in."}), "Location") == "/sign-in");
    const auto forbidden = web::refuse(site.context, request, http::Look::page, {Errc::forbidden, "Only <analysts> may."});
    CHECK(forbidden.status == 403);
    CHECK_THAT(body_of(forbidden), Contains("Only &lt;analysts&gt; may."));
    CHECK(body_of(web::refuse(site.context, request, http::Look::asset, {Errc::not_found, "Nothing here."})) == "Nothing here.\n");
}
