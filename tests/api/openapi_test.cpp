// docs/openapi.json against the route table: whoever adds a route describes it there.

#include <algorithm>
#include <boost/json/parse.hpp>
#include <set>

#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
namespace json = boost::json;

namespace {

std::string lower_case(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

std::string text(const json::value& value) {
    return std::string(std::string_view(value.as_string()));
}

std::string_view role_of(http::Access access) {
    switch (access) {
        case http::Access::anyone:
            return "anyone";
        case http::Access::staff:
            return "staff";
        case http::Access::producer:
            return "producer";
        case http::Access::analyst:
            return "analyst";
    }
    return "";
}

const json::value& resolved(const json::value& document, const json::value& value) {
    const auto* reference = value.is_object() ? value.as_object().if_contains("$ref") : nullptr;
    return reference == nullptr ? value : document.at_pointer(std::string_view(reference->as_string()).substr(1));
}

void collect_references(const json::value& value, std::set<std::string>& into) {
    if (const auto* object = value.if_object()) {
        for (const auto& [key, member] : *object) {
            if (key == "$ref" && member.is_string()) into.emplace(std::string_view(member.as_string()).substr(1));
            collect_references(member, into);
        }
    } else if (const auto* array = value.if_array()) {
        for (const auto& element : *array) collect_references(element, into);
    }
}

std::set<std::string> names_in(std::string_view pattern) {
    std::set<std::string> names;
    for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1))
        names.emplace(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    return names;
}

// Of the parameters in the path.
std::set<std::string> named_by(const json::value& document, const json::object& operation) {
    std::set<std::string> names;
    const auto* parameters = operation.if_contains("parameters");
    if (parameters == nullptr) return names;
    for (const auto& parameter : parameters->as_array()) {
        const auto& given = resolved(document, parameter).as_object();
        if (text(given.at("in")) == "path") names.insert(text(given.at("name")));
    }
    return names;
}

}  // namespace

TEST_CASE("docs/openapi.json describes every route of the API, and nothing else") {
    Stage stage;
    const auto answer = stage.api("none", "GET", "/openapi.json");
    REQUIRE(answer.status == 200);
    const json::value document = json::parse(answer.body);
    const auto& paths = document.at("paths").as_object();
    std::set<std::string> operation_ids;
    std::size_t operations = 0;
    for (const auto& [path, methods] : paths) operations += methods.as_object().size();
    for (const auto& route : stage.api_routes()) {
        const auto path = route.pattern.substr(std::string_view("/api/v1").size());
        const auto method = lower_case(http::to_string(route.method));
        INFO("in docs/openapi.json: " << method << ' ' << path);
        REQUIRE(paths.contains(path));
        REQUIRE(paths.at(path).as_object().contains(method));
        const auto& operation = paths.at(path).at(method).as_object();
        CHECK(text(operation.at("x-role")) == role_of(route.access));
        CHECK(operation_ids.insert(text(operation.at("operationId"))).second);
        CHECK(operation.contains("requestBody") == (route.body_limit > 0));
        CHECK(operation.contains("security") == (route.access == http::Access::anyone));
        CHECK(named_by(document, operation) == names_in(path));
    }
    CHECK(operation_ids.size() == operations);  // more: it describes routes that do not exist

    std::set<std::string> references;
    collect_references(document, references);
    CHECK(references.size() > 10);
    for (const auto& reference : references) {
        INFO(reference);
        CHECK_NOTHROW(document.at_pointer(reference));
    }
}
