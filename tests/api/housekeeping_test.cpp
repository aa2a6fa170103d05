#include "server/housekeeping.hpp"

#include <fstream>

#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST_CASE("a server clears away expired uploads, useless objects and what a crash left") {
    tests::Stage stage;
    auto& context = stage.context();
    const auto work = stage.folder() / "work";
    app::Housekeeping housekeeping(context.uploads, context.catalogue, context.store, work, context.clock);
    const auto later = [&](std::chrono::milliseconds step) {
        stage.clock_offset_ms += step.count();
        housekeeping.run();
    };
    housekeeping.run();  // nothing is there yet, not even the folder
    const auto unfinished = context.uploads.create(10, "", "producer").value();
    REQUIRE(context.uploads.open(unfinished.id, 0).value()->write(std::as_bytes(std::span("part", 4))));
    const auto unattached = context.uploads.find(stage.upload("a recording")).value();
    for (const char* name : {"old", "fresh"}) {
        fs::create_directories(work / name);
        std::ofstream(work / name / "size.jpg") << "x";
    }
    fs::last_write_time(work / "old", fs::file_time_type::clock::now() - 2h);

    later(24h);
    CHECK_FALSE(fs::exists(work / "old"));
    CHECK(fs::exists(work / "fresh"));
    CHECK(fs::exists(stage.folder() / "uploads" / unfinished.id.value));
    CHECK(context.uploads.find(unattached.id).has_value());

    later(24h * 7);
    CHECK_FALSE(fs::exists(stage.folder() / "uploads" / unfinished.id.value));
    CHECK(context.uploads.find(unfinished.id).error().code == model::Errc::not_found);
    CHECK(context.uploads.find(unattached.id).error().code == model::Errc::not_found);
    CHECK(context.store.open(unattached.object_key).has_value());  // who just asked for it may still be at work
    later(1h);
    later(7h);
    CHECK_FALSE(context.store.open(unattached.object_key).has_value());
}
