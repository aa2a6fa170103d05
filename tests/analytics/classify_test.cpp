// Every rule recognises its own examples, and the general rules do what the page says.

#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "server/analytics/classify.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

namespace {

namespace json = boost::json;
using analytics::AgentKind;
using analytics::Classifier;

json::array entries(const std::string& list) {
    std::ifstream file(EARSHOT_SOURCE_DIR "/server/analytics/rules/" + list + ".json");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return json::parse(text).as_object().at("entries").as_array();
}

const Classifier& built_in() {
    static const auto classifier = Classifier::built_in();
    return classifier.value();
}

struct List {
    std::string name;
    AgentKind kind;
    std::size_t at_least;
};

}  // namespace

TEST_CASE("every example is classified as its own rule") {
    const auto list = GENERATE(List{"bots", AgentKind::bot, 60}, List{"apps", AgentKind::app, 60},
                               List{"libraries", AgentKind::library, 20}, List{"browsers", AgentKind::browser, 15});
    const auto rules = entries(list.name);
    CHECK(rules.size() >= list.at_least);
    std::set<std::string> names;
    for (const auto& rule : rules) {
        const std::string name(rule.at("name").as_string());
        INFO(name);
        CHECK(names.insert(name).second);
        const auto& examples = rule.at("examples").as_array();
        CHECK_FALSE(examples.empty());
        for (const auto& example : examples) {
            const std::string agent(example.as_string());
            INFO(agent);
            const auto found = built_in().classify(agent);
            CHECK(found.name == name);
            CHECK(to_string(found.kind) == to_string(list.kind));
            CHECK(found.listed);
            CHECK(found.automated == (list.kind == AgentKind::bot || rule.as_object().contains("category")));
        }
    }
}

TEST_CASE("what no rule names falls under the general ones") {
    const auto kind = [](std::string_view agent) { return std::string(to_string(built_in().classify(agent).kind)); };
    for (const auto* agent :
         {"", " ", "-", "1", "(null)", "NULL", "\r\n", "Some Robot", "megaCRAWLER/1", "Spidery/2", "Fetch/1 (+https://fetch.example)"}) {
        INFO(agent);
        CHECK(kind(agent) == "bot");
    }
    CHECK(kind("PodWave/1.2 (Android 14)") == "app");
    CHECK(kind("PodWave/1.2 (+https://podwave.example; iOS podcast app)") == "app");
    CHECK(kind("Mozilla/5.0 (Nothing known)") == "unknown");
    CHECK(kind("no token here") == "unknown");
    CHECK(built_in().classify("PodWave/1.2 (Android 14)").name == "PodWave");
    CHECK_FALSE(built_in().classify("PodWave/1.2 (Android 14)").listed);
    CHECK(built_in().classify("Over\r\ncast/3.0").name == "Overcast");  // line breaks are stripped first
    CHECK(kind(std::string(100'000, 'x') + "bot") == "unknown");
    CHECK(kind(std::string("\xff\xfe\x01 App/1")) != "");
}

TEST_CASE("an operator's file replaces the lists it has") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "agents.json";
    std::ofstream(file) << R"({"apps":{"entries":[{"name":"Mine","pattern":"^Mine/"}]},"bots":[{"name":"Curl","pattern":"^curl/"}]})";
    const auto classifier = Classifier::from_file(file);
    REQUIRE(classifier.has_value());
    CHECK(classifier->classify("Mine/1").name == "Mine");
    CHECK(classifier->classify("Overcast/3.0").listed == false);
    CHECK(to_string(classifier->classify("curl/8").kind) == "bot");
    CHECK(classifier->classify("Wget/1.2").name == "Wget");
}

TEST_CASE("a wrong rules file is refused with a sentence") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "agents.json";
    const auto refusal = [&file](const char* content) {
        std::ofstream(file) << content;
        const auto classifier = Classifier::from_file(file);
        REQUIRE_FALSE(classifier.has_value());
        return classifier.error().message;
    };
    CHECK_THAT(refusal("not json"), Catch::Contains("agents.json"));
    CHECK_THAT(refusal("[]"), Catch::Contains("not a JSON object"));
    CHECK_THAT(refusal(R"({"apps":3})"), Catch::Contains("\"apps\" must be a list"));
    CHECK_THAT(refusal(R"({"apps":[{"name":"x","pattern":"a"},{"name":"y"}]})"), Catch::Contains("entry 2"));
    CHECK_THAT(refusal(R"({"apps":[{"name":"Bad","pattern":"("}]})"), Catch::Contains("\"Bad\""));
    CHECK_FALSE(Classifier::from_file(folder.path() / "missing").has_value());
}

}  // namespace earshot::tests
