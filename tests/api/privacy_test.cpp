// What the privacy report says is what there is: every column of the migrated databases, every file of a server that has worked, and
// docs/privacy.md word for word (EARSHOT_REWRITE_GOLDEN=1 writes it anew).

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "server/holdings.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view begin_mark = "<!-- held: written by ./dev golden from server/holdings_*.cpp -->\n\n",
                           end_mark = "\n<!-- end of held -->";

std::string text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<storage::Column> fresh(std::span<const storage::Migration> migrations) {
    const tests::TemporaryFolder folder;
    storage::Database database({.file = folder.path() / "fresh.db", .migrations = migrations, .readers = 1});
    return storage::columns(database);
}

std::vector<std::string> unexplained_files(std::string_view name, const fs::path& folder) {
    std::vector<std::string> result;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        const auto file = entry.path().lexically_relative(folder).string();
        if (!entry.is_directory() && !app::is_explained(name, file)) result.push_back(file);
    }
    return result;
}

// Headers that declare a member which is wiped, a day's key, or somebody's address.
std::set<std::string> headers_that_hold(const fs::path& root) {
    static const std::regex member(
        R"(\n[ \t]+[^/()\n]*(\bWiped<|\bDayKey |\bstd::string (peer_)?address_?\b|\bIpAddress (peer|client|address))[^()\n]*;)");
    std::set<std::string> result;
    for (const auto* room : {"server/analytics", "server/http", "server/api", "server/web", "content/model", "content/storage"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / room)) {
            if (entry.path().extension() == ".hpp" && std::regex_search(text_of(entry.path()), member))
                result.insert(entry.path().lexically_relative(root).string());
        }
    }
    return result;
}

}  // namespace

TEST_CASE("what the code keeps in memory of listeners is in the inventory") {
    const fs::path root = EARSHOT_SOURCE_DIR;
    std::set<std::string> named;
    for (const auto& held : app::memory_held()) {
        std::istringstream sources{std::string(held.sources)};
        for (std::string file; sources >> file;) {
            INFO(held.place << ": " << file);
            CHECK(fs::exists(root / file));
            named.insert(file);
        }
    }
    const auto holding = headers_that_hold(root);
    CHECK(holding.size() >= 8);
    std::vector<std::string> missing;
    std::ranges::set_difference(holding, named, std::back_inserter(missing));
    // Blocks of addresses that an operator wrote down: no listener's.
    std::erase(missing, "server/http/client_address.hpp");
    CHECK(missing == std::vector<std::string>{});
}

TEST_CASE("every column is explained, once") {
    const auto catalogue = fresh(storage::catalogue_migrations()), statistics = fresh(storage::statistics_migrations());
    CHECK(catalogue.size() > 100);
    CHECK(app::unexplained("catalogue.db", catalogue) == std::vector<std::string>{});
    CHECK(app::unexplained("statistics.db", statistics) == std::vector<std::string>{});
    auto more = statistics;
    more.push_back({"days", "address"});
    REQUIRE(app::unexplained("statistics.db", more).size() == 1);
    CHECK_THAT(app::unexplained("statistics.db", more).front(), Contains("days.address is not explained"));
    auto fewer = statistics;
    std::erase(fewer, storage::Column{"hours", "requests"});
    CHECK_THAT(app::unexplained("statistics.db", fewer).at(0), Contains("hours.requests is explained, but there is no such column"));
}

TEST_CASE("every file of a server that has worked is explained") {
    tests::Stage stage;
    const auto show = stage.make_show();
    REQUIRE(stage.api("producer", "PUT", "/shows/night-watch/artwork?alt=A%20lamp", tests::picture_png(1400)).status == 200);
    stage.upload("half a recording");
    auto& context = stage.context();
    model::Delivery heard{
        .time = context.clock(), .episode = {"e1"}, .profile = "mp3", .address = "192.0.2.1", .user_agent = "AntennaPod/3.4.0"};
    heard.method = "GET";
    heard.status = 200;
    heard.file = {10'000, 0, 1'000};
    heard.acknowledged = {{0, 10'000}};
    context.statistics.submit(std::move(heard));
    context.statistics.flush();
    // There is something to be explained: the day's own files.
    for (const char* name : {".key", ".journal"}) {
        INFO(name);
        CHECK(std::ranges::count_if(fs::directory_iterator(stage.runtime()),
                                    [&](const auto& each) { return each.path().extension() == name; }) == 1);
    }
    CHECK(unexplained_files("data", stage.folder()) == std::vector<std::string>{});
    CHECK(unexplained_files("runtime", stage.runtime()) == std::vector<std::string>{});
    for (const char* file : {"access.log", "media/ab/cd/notes.txt", "media/ab/abcd", "core", "node.bak", "work/folder/file"})
        CHECK_FALSE(app::is_explained("data", file));
    for (const char* file : {"day-2026-11-24.key", "day-2026-11-24.journal", "counting.lock"}) CHECK(app::is_explained("runtime", file));
    CHECK_FALSE(app::is_explained("runtime", "day-2026-11-24.csv"));
}

TEST_CASE("docs/privacy.md says what the report says") {
    const fs::path page = fs::path(EARSHOT_SOURCE_DIR) / "docs/privacy.md";
    auto text = text_of(page);
    const auto start = text.find(begin_mark) + begin_mark.size(), stop = text.find(end_mark);
    REQUIRE(stop < text.size());
    if (std::getenv("EARSHOT_REWRITE_GOLDEN") != nullptr) {
        text.replace(start, stop - start, app::holdings_as_markdown());
        std::ofstream(page, std::ios::binary) << text;
        return;
    }
    INFO("./dev golden writes it anew");
    CHECK(text.substr(start, stop - start) == app::holdings_as_markdown());
}
