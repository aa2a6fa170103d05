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
    const auto list = GENERATE(List{"bots", AgentKind::bot, 150}, List{"apps", AgentKind::app, 150},
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

TEST_CASE("every example of a device has its category, of a referrer its site") {
    const std::set<std::string> categories{"mobile", "computer", "smart_speaker", "smart_tv", "watch", "auto"};
    for (const auto& rule : entries("devices")) {
        const std::string category(rule.at("category").as_string());
        CHECK(categories.contains(category));
        for (const auto& example : rule.at("examples").as_array()) {
            INFO(example);
            CHECK(built_in().classify(std::string(example.as_string())).device == category);
        }
    }
    CHECK(built_in().classify("Googlebot/2.1 (iPhone)").device == "unknown");
    for (const auto& rule : entries("referrers")) {
        for (const auto& example : rule.at("examples").as_array()) {
            INFO(example);
            CHECK(built_in().site(std::string(example.as_string())) == rule.at("name").as_string());
        }
    }
}

TEST_CASE("what podcast apps send is never a bot's, and a bot with an app's name is one") {
    const auto is = [](const char* agent, const char* kind) {
        INFO(agent);
        CHECK(to_string(built_in().classify(agent).kind) == kind);
    };
    is("iTMS", "bot");
    is("AppleCoreMedia/1.0.0.20F75 (iPhone; U; CPU OS 16_5 like Mac OS X; en_gb)", "library");
    is("itunesstored/1.0 iOS/14.0.1 model/iPhone12,1 hwp/t8030 build/18A393 (6; dt:203) AMS/1", "library");
    is("Overcast/3.0 (+http://overcast.fm/; iOS podcast app)", "app");
    is("Overcast/1.0 Podcast Sync (312 subscribers; feed-id=1184; +http://overcast.fm/)", "bot");
    is("Overcast feed parser", "bot");
    is("Spotify/8.6.50 Android/29 (SM-A515F)", "app");
    is("Spotify/1.0", "bot");
    is("Metacast/1.0 Crawler +https://metacast.app", "bot");
    is("Metacast/1.2 (iPhone; iOS 17.0)", "app");
    is("PlayerFM/1.0 Podcast Sync (0 subscribers; url=https://player.fm/series/1)", "bot");
    is("PlayerFM/4.3 (Android)", "app");
    is("Podvine/3.3.1 (www.podvine.com)", "app");
    is("PodvineBot/4.0.1 (www.podvine.com)", "bot");
    is("gPodder/3.11.0 (+http://gpodder.org/) Linux", "app");
    is("python-requests/2.28.1", "library");
    is("Mozilla/5.0", "bot");
}

TEST_CASE("what no rule names falls under the general ones") {
    const auto kind = [](std::string_view agent) { return std::string(to_string(built_in().classify(agent).kind)); };
    for (const auto* agent : {"", " ", "-", "1", "(null)", "NULL", "\r\n", "Some Robot", "megaCRAWLER/1", "Spidery/2",
                              "Fetch/1 (+https://fetch.example)", "podcast-downloader", "Studio Importer 1.1", "feed-fetcher/2",
                              "Radio Stream Monitoring", "Talkbot/1 CFNetwork/1410.0.3 Darwin/22.6.0",
                              "Mozilla/5.0 (iPhone; CPU iPhone OS 16_5 like Mac OS X; +https://reader.example)"}) {
        INFO(agent);
        CHECK(kind(agent) == "bot");
    }
    CHECK(kind("PodWave/1.2 (Android 14)") == "app");
    CHECK(kind("PodWave/1.2 (+https://podwave.example; iOS podcast app)") == "app");
    // What looks like a machine's, in an app on a listener's device.
    CHECK(kind("PodWave/1.2 (+https://podwave.example; iPhone 15.4)") == "app");
    CHECK(kind("Downloader/1.0 CFNetwork/1410.0.3 Darwin/22.6.0") == "app");
    CHECK(kind("PodWave/2.1 (Linux;Android 10; CUBOT X30)") == "app");
    CHECK(built_in().classify("Caf%C3%A9%20Radio/3 CFNetwork/1410.0.3 Darwin/22.6.0").name == "Café Radio");
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
    const auto classifier = Classifier::from(file);
    REQUIRE(classifier.has_value());
    CHECK(classifier->classify("Mine/1").name == "Mine");
    CHECK(classifier->classify("Overcast/3.0").listed == false);
    CHECK(to_string(classifier->classify("curl/8").kind) == "bot");
    CHECK(classifier->classify("Wget/1.2").name == "Wget");
    const auto lists = folder.path() / "lists";
    std::filesystem::create_directory(lists);
    std::ofstream(lists / "apps.json") << R"({"entries":[{"name":"Mine","pattern":"^Mine/"}]})";
    std::ofstream(lists / "devices.json") << R"({"entries":[{"name":"Boat","pattern":"Boat","category":"vessel"}]})";
    std::ofstream(lists / "referrers.json") << R"({"entries":[{"name":"Partner","pattern":"^https://partner\\.example/"}]})";
    const auto from_folder = Classifier::from(lists);
    REQUIRE(from_folder.has_value());
    CHECK(from_folder->classify("Mine/1 (Boat)").name == "Mine");
    CHECK(from_folder->classify("Mine/1 (Boat)").device == "vessel");
    CHECK(from_folder->classify("Overcast/3.0").listed == false);
    CHECK(from_folder->classify("Googlebot/2.1").name == "Googlebot");
    CHECK(from_folder->site("https://partner.example/page") == "Partner");
    CHECK(from_folder->site("https://www.bbc.co.uk/") == "");
}

TEST_CASE("a wrong rules file is refused with a sentence") {
    const TemporaryFolder folder;
    const auto file = folder.path() / "agents.json";
    const auto refusal = [&file](const char* content) {
        std::ofstream(file) << content;
        const auto classifier = Classifier::from(file);
        REQUIRE_FALSE(classifier.has_value());
        return classifier.error().message;
    };
    CHECK_THAT(refusal("not json"), Catch::Contains("agents.json"));
    CHECK_THAT(refusal("[]"), Catch::Contains("not a JSON object"));
    CHECK_THAT(refusal(R"({"apps":3})"), Catch::Contains("\"apps\" must be a list"));
    CHECK_THAT(refusal(R"({"apps":[{"name":"x","pattern":"a"},{"name":"y"}]})"), Catch::Contains("entry 2"));
    CHECK_THAT(refusal(R"({"apps":[{"name":"Bad","pattern":"("}]})"), Catch::Contains("\"Bad\""));
    CHECK_FALSE(Classifier::from(folder.path() / "missing").has_value());
}

}  // namespace earshot::tests
