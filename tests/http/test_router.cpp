#include "server/http/router.hpp"
#include "server/http/url.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::http;

namespace {

Route row(Method method, std::string pattern, Look look = Look::page) {
    return {method,
            std::move(pattern),
            Handler([](const Request&) { return Answer{text(200, "ok")}; }),
            Access::anyone,
            Run::here,
            Caching::no_store,
            look};
}

Router::Match find(const Router& router, Request& request, Method method, std::string path) {
    request.method = method;
    request.path = std::move(path);
    return router.match(request);
}

}  // namespace

TEST_CASE("the route table finds rows, fills names and knows what else a path allows") {
    const Router router({row(Method::get, "/"), row(Method::get, "/shows/{show}"), row(Method::get, "/shows/new"),
                         row(Method::post, "/shows/{slug}"), row(Method::get, "/shows/{show}/feed.xml"),
                         row(Method::get, "/shows/new/{part}/x"), row(Method::head, "/api/v1/uploads/{id}", Look::api),
                         row(Method::patch, "/api/v1/uploads/{id}", Look::api), row(Method::options, "/api/v1/uploads", Look::api)},
                        {});
    Request request;
    SECTION("literals win, names are filled") {
        CHECK(find(router, request, Method::get, "/").route->pattern == "/");
        CHECK(find(router, request, Method::get, "/shows/new").route->pattern == "/shows/new");
        CHECK(request.params.empty());
        CHECK(find(router, request, Method::get, "/shows/code severe").route->pattern == "/shows/{show}");
        CHECK(request.param("show") == "code severe");
        CHECK(request.param("other").empty());
        CHECK(find(router, request, Method::post, "/shows/abc").route->method == Method::post);
        CHECK(request.param("slug") == "abc");
    }
    SECTION("a literal that leads nowhere gives way to a name") {
        CHECK(find(router, request, Method::get, "/shows/new/feed.xml").route->pattern == "/shows/{show}/feed.xml");
        CHECK(request.param("show") == "new");
    }
    SECTION("HEAD comes from GET, a row of its own wins") {
        CHECK(find(router, request, Method::head, "/shows/abc").route->method == Method::get);
        CHECK(find(router, request, Method::head, "/api/v1/uploads/7").route->method == Method::head);
    }
    SECTION("other methods learn what is allowed") {
        const auto match = find(router, request, Method::delete_, "/shows/abc");
        CHECK(match.route == nullptr);
        CHECK_FALSE(match.error);
        CHECK(match.allow == std::vector<std::string>{"GET", "HEAD", "POST", "OPTIONS"});
        CHECK(find(router, request, Method::get, "/api/v1/uploads/7").allow == std::vector<std::string>{"HEAD", "PATCH", "OPTIONS"});
        CHECK(find(router, request, Method::options, "/api/v1/uploads").route != nullptr);
        CHECK(find(router, request, Method::options, "/shows/abc").route == nullptr);
    }
    SECTION("what is not there is not found, in the look of its neighbours") {
        for (const auto* path : {"/nothing", "/shows", "/shows/", "/shows//feed.xml", "//", "/shows/a/b/c", "/shows/a/", "/SHOWS/a"}) {
            INFO(path);
            const auto match = find(router, request, Method::get, path);
            CHECK(match.route == nullptr);
            REQUIRE(match.error);
            CHECK(match.error->code == model::Errc::not_found);
        }
        CHECK(find(router, request, Method::get, "/api/v1/nothing").look == Look::api);
        CHECK(find(router, request, Method::get, "/nothing").look == Look::page);
    }
}

TEST_CASE("a route table that contradicts itself does not start") {
    CHECK_THROWS_AS(Router({row(Method::get, "/a/{x}"), row(Method::get, "/a/{y}")}, {}), std::logic_error);
    CHECK_THROWS_AS(Router({row(Method::get, "/a/{x}.jpg")}, {}), std::logic_error);
    CHECK_THROWS_AS(Router({row(Method::get, "a")}, {}), std::logic_error);
    CHECK_NOTHROW(Router({row(Method::get, "/a/{x}"), row(Method::post, "/a/{y}")}, {}));
}

TEST_CASE("paths are decoded once and strictly") {
    CHECK(*decode_path("/") == "/");
    CHECK(*decode_path("/a%20b/%C3%A9?x=%zz") == "/a b/\xC3\xA9");
    CHECK(*decode_path("/a+b") == "/a+b");
    CHECK(*decode_path("/%2541") == "/%41");
    CHECK(*decode_path("/a/") == "/a/");
    CHECK(*decode_path("/...") == "/...");
    for (const auto* bad : {"", "a", "*", "/%", "/%4", "/%zz", "/.", "/a/..", "/../etc/passwd", "/%2e%2e/x", "/a/%2E/b", "/a%2fb", "/a%5Cb",
                            "/a%00", "/a%0d%0ab", "/%7f"}) {
        INFO(bad);
        CHECK_FALSE(decode_path(bad));
    }
}

TEST_CASE("queries and forms are decoded") {
    const auto query = decode_query("/x?a=1&b=%26+c&&d&=e&a=2");
    REQUIRE(query);
    REQUIRE(query->size() == 5);
    CHECK((*query)[1].value == "& c");
    CHECK((*query)[2].name == "d");
    CHECK((*query)[3].value == "e");
    CHECK(decode_query("/x")->empty());
    CHECK_FALSE(decode_query("/x?a=%g0"));
    REQUIRE(parse_form("title=Multiple+Bombings&notes=a%0D%0Ab%3D"));
    CHECK((*parse_form("title=Multiple+Bombings&notes=a%0D%0Ab%3D"))[1].value == "a\r\nb=");
    CHECK_FALSE(parse_form("a=%"));
    CHECK_FALSE(parse_form("a=%00"));
    CHECK(percent_encode("a b/\xC3\xA9~") == "a%20b%2F%C3%A9~");
}

TEST_CASE("authorities are checked") {
    for (const auto* good : {"example.org", "example.org:80", "example.org:", "127.0.0.1:8080", "[::1]", "[2001:db8::1]:443", "a_b-c.d"}) {
        INFO(good);
        CHECK(is_authority(good));
    }
    for (const auto* bad : {"", ":80", "a b", "a/b", "user@host", "a:b", "a:80:80", "a:65536", "a:-1", "[::1", "[::1]x", "[zz]", "a,b",
                            "::1", "ex%61mple.org", "a\tb"}) {
        INFO(bad);
        CHECK_FALSE(is_authority(bad));
    }
    CHECK(split_absolute("http://h:1/x?y")->authority == "h:1");
    CHECK(split_absolute("HTTPS://h")->origin_form.empty());
    CHECK_FALSE(split_absolute("ftp://h/"));
}

TEST_CASE("requests are read by name, replies are made by shape") {
    Request request;
    request.fields = {{"Cookie", "a=1; session=abc"}, {"X", "1"}, {"x", "2"}, {"COOKIE", "b=2"}};
    CHECK(request.field("cookie") == "a=1; session=abc");
    CHECK(request.all("X").size() == 2);
    CHECK(request.cookie("session") == "abc");
    CHECK(request.cookie("b") == "2");
    CHECK_FALSE(request.cookie("sess"));
    CHECK_FALSE(request.field("Y"));

    const auto reply = problem(model::Error{model::Errc::conflict, "Say \"no\"."});
    CHECK(reply.status == 409);
    CHECK(reply.body == R"({"type":"about:blank","title":"Conflict","status":409,"detail":"Say \"no\"."})");
    CHECK(redirect("/x").status == 303);
    CHECK(reason_phrase(416) == "Range Not Satisfiable");
    for (const auto method : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_, Method::options}) {
        CHECK(parse_method(to_string(method)) == method);
    }
    CHECK(parse_method("get") == Method::other);
}
