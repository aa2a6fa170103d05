#include "content/storage/collector.hpp"

#include <thread>

#include "content/storage/uploads.hpp"
#include "tests/storage/fixture.hpp"
#include "tests/support/put.hpp"

using namespace earshot;
using namespace earshot::storage;
using namespace std::chrono_literals;
using tests::as_bytes;
using tests::Opened;

namespace {

// The store dates objects by the disk's clock, so this one starts there.
struct Yard : Opened {
    std::unique_ptr<MediaStore> store = make_disk_store(folder.path() / "media");
    std::chrono::milliseconds ahead{};
    model::Clock now = [this] { return model::system_now() + ahead; };
    Collector collector{catalogue, *store, now};

    std::string keep(std::string_view bytes) {
        auto object = store->create();
        REQUIRE(object->append(as_bytes(bytes)).has_value());
        return object->commit().value();
    }
    [[nodiscard]] bool has(const std::string& key) { return store->open(key).has_value(); }
    int run_after(std::chrono::milliseconds step) {
        ahead += step;
        return collector.run();
    }
};

}  // namespace

TEST_CASE("what nothing speaks of is removed, but only after a day and some hours") {
    Yard yard;
    const auto stray = yard.keep("stray");
    CHECK(yard.run_after(0h) == 0);
    CHECK(yard.run_after(25h) == 0);  // the first time it is old enough to be noticed
    CHECK(yard.run_after(5h) == 0);
    CHECK(yard.has(stray));
    CHECK(yard.run_after(2h) == 1);
    CHECK_FALSE(yard.has(stray));
}

TEST_CASE("what anything speaks of stays: masters, also replaced ones, renditions, covers and uploads") {
    Yard yard;
    std::vector<std::string> kept;
    const auto keep = [&](std::string_view bytes) { return kept.emplace_back(yard.keep(bytes)); };
    auto show = yard.show();
    show.artwork = model::Artwork{"A lamp", {{1400, keep("show cover"), 10}}};
    REQUIRE(tests::put(yard.catalogue, show));
    auto episode = yard.episode(show);
    episode.artwork = model::Artwork{"A street", {{3000, keep("large cover"), 10}, {300, keep("small cover"), 10}}};
    REQUIRE(tests::put(yard.catalogue, episode));
    const auto first = yard.catalogue.add_master({.episode = episode.id, .object_key = keep("first master")}).value().master;
    auto rendition = Opened::rendition(first);
    rendition.essence_key = keep("untagged");
    rendition.object_key = keep("tagged");
    REQUIRE(yard.catalogue.replace_renditions(yard.catalogue.find_episode(episode.id).value(), {rendition}));
    (void)yard.catalogue.add_master({.episode = episode.id, .object_key = keep("second master")}).value();
    Uploads uploads(yard.database, *yard.store, yard.folder.path() / "uploads", yard.now);
    const auto upload = uploads.create(6, "", "ann").value();
    auto writer = uploads.open(upload.id, 0).value();
    REQUIRE(writer->write(as_bytes("upload")));
    kept.push_back(writer->finish("").value().object_key);

    const auto deleted = yard.episode(show, "A draft");
    const auto its_master = yard.catalogue.add_master({.episode = deleted.id, .object_key = yard.keep("deleted master")}).value().master;
    auto retagged = rendition;
    retagged.object_key = keep("tagged again");
    REQUIRE(yard.catalogue.remove_episode(deleted.id));
    (void)yard.run_after(25h);
    CHECK(yard.run_after(7h) == 2);
    CHECK_FALSE(yard.has(its_master.object_key));
    // The newer tags came to nothing; all else is spoken of.
    CHECK_FALSE(yard.has(retagged.object_key));
    for (const auto& key : kept) CHECK(yard.has(key) == (key != retagged.object_key));
}

TEST_CASE("an object that is stored or spoken of again in time stays") {
    Yard yard;
    const auto show = yard.show();
    const auto again = yard.keep("again"), spoken = yard.keep("spoken");
    CHECK(yard.run_after(25h) == 0);
    yard.ahead = 0h;
    constexpr auto ticks = 20ms;  // a file's time is as coarse as the system's tick
    std::this_thread::sleep_for(ticks);
    const auto moment = model::system_now();
    std::this_thread::sleep_for(ticks);
    CHECK_FALSE(yard.store->remove(yard.keep("again"), moment));
    CHECK(yard.has(again));
    CHECK(yard.store->list(moment) == std::vector{spoken});
    (void)yard.catalogue.add_master({.episode = yard.episode(show).id, .object_key = spoken}).value();
    (void)yard.run_after(25h);
    CHECK(yard.run_after(7h) == 1);
    CHECK_FALSE(yard.has(again));  // in the end nothing spoke of it
    CHECK(yard.has(spoken));
}
