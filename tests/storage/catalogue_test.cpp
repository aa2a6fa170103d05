#include "content/storage/catalogue.hpp"

#include <algorithm>
#include <future>
#include <thread>

#include <set>

#include "content/storage/audit_log.hpp"
#include "content/storage/job_queue.hpp"
#include "content/storage/statement.hpp"
#include "tests/storage/fixture.hpp"
#include "tests/support/put.hpp"

using namespace earshot;
using namespace earshot::storage;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using model::EpisodeState;
using model::Errc;
using tests::Opened;

namespace {

std::string refused(Database& database, const char* sql) {
    try {
        database.write([&](soci::session& session) { Statement(session, sql).run(); });
    } catch (const DatabaseError& error) {
        CHECK(error.kind() == DatabaseError::Kind::constraint);
        return error.what();
    }
    return "";
}

}  // namespace

TEST_CASE("a show comes back as it was stored") {
    Opened opened;
    model::Show show;
    show.slug = "code-severe";
    show.podcast_guid = podcast_guid("https://example.org/shows/code-severe/feed.xml");
    show.title = "Code Severe \xE2\x80\x93 ]]> & 'quotes'";
    show.description = "What happened.";
    show.notice = "A demonstration.";
    show.owner_email = "press@example.org";
    show.is_explicit = true;
    show.type = model::ShowType::serial;
    show.locked = false;
    show.people = {{"Anna", "host", "cast", "https://example.org/anna"}, {"Ben", "guest", "cast", ""}};
    show.actions = {{"Report at gov.uk/ACT", "https://www.gov.uk/ACT", "In confidence.", false}, {"999", "tel:999", "", true}};
    show.artwork = model::Artwork{"A red square", {{3000, std::string(64, 'b'), 123456}, {600, std::string(64, 'c'), 999}}};
    const auto made = opened.catalogue.create_show(show).value();
    CHECK_FALSE(made.id.empty());
    CHECK(made.created_at == opened.time.now());

    const auto found = opened.catalogue.find_show(made.id).value();
    CHECK(found.title == show.title);
    CHECK(found.podcast_guid == show.podcast_guid);
    CHECK(found.notice == show.notice);
    CHECK(found.owner_email == show.owner_email);
    CHECK(found.is_explicit);
    CHECK_FALSE(found.locked);
    CHECK(found.type == model::ShowType::serial);
    CHECK(found.language == "en-GB");
    CHECK(found.people == show.people);
    CHECK(found.actions == show.actions);
    CHECK(found.artwork == show.artwork);
    CHECK(opened.catalogue.find_show_by_slug("code-severe")->id == made.id);
    CHECK_FALSE(opened.catalogue.find_show_by_slug("other").has_value());
    CHECK(opened.catalogue.list_shows().size() == 1);
}

TEST_CASE("a show's address is taken once and must be one") {
    Opened opened;
    const auto show = opened.show();
    CHECK(opened.catalogue.create_show(show).error().code == Errc::conflict);
    auto bad = show;
    bad.slug = "Not A Slug";
    CHECK(opened.catalogue.create_show(bad).error().code == Errc::invalid_input);
}

TEST_CASE("an edited show changes what may change and nothing else") {
    Opened opened;
    const auto show = opened.show();
    opened.time.advance(1h);
    auto changed = show;
    changed.title = "New";
    changed.slug = "new-slug";
    changed.podcast_guid = uuid_v4();
    const auto result = tests::put(opened.catalogue, changed).value();
    CHECK(result.title == "New");
    CHECK(result.slug == show.slug);
    CHECK(result.podcast_guid == show.podcast_guid);
    CHECK(result.created_at == show.created_at);
    CHECK(result.updated_at == show.updated_at + 1h);
    changed.id.value = "nobody";
    CHECK(tests::put(opened.catalogue, changed).error().code == Errc::not_found);
}

TEST_CASE("an episode comes back as it was stored") {
    Opened opened;
    const auto show = opened.show();
    model::Episode e;
    e.show = show.id;
    e.title = "Multiple Bombings!";
    e.summary = "S";
    e.notes = "# N";
    e.type = model::EpisodeType::trailer;
    e.season = 1;
    e.number = 2;
    e.is_explicit = true;
    e.people = {{"Cara", "narrator", "cast", ""}};
    e.chapters = {{0ms, "Start", ""}, {90500ms, "Then", "https://example.org/"}};
    e.transcript = model::Transcript{"text/vtt", "en-GB", "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n"};
    e.artwork = model::Artwork{"Alt", {{1400, std::string(64, 'd'), 5}}};
    e.state = EpisodeState::published;
    const auto made = opened.catalogue.create_episode(e).value();
    CHECK(made.state == EpisodeState::draft);
    CHECK(made.slug == "multiple-bombings");
    CHECK(made.guid.size() == 36);

    const auto found = opened.catalogue.find_episode(made.id).value();
    CHECK(found.title == e.title);
    CHECK(found.type == e.type);
    CHECK(found.season == e.season);
    CHECK(found.number == e.number);
    CHECK(found.is_explicit);
    CHECK(found.state == EpisodeState::draft);
    CHECK_FALSE(found.publish_at.has_value());
    CHECK(found.people == e.people);
    CHECK(found.chapters == e.chapters);
    CHECK(found.transcript == e.transcript);
    CHECK(found.artwork == e.artwork);
    CHECK_FALSE(found.master.has_value());
    CHECK(found.renditions.empty());
    CHECK(opened.catalogue.find_episode_by_slug(show.id, "multiple-bombings")->id == made.id);

    auto changed = found;
    changed.title = "Other";
    changed.slug = "other";
    changed.guid = "other";
    changed.state = EpisodeState::published;
    changed.number.reset();
    changed.transcript.reset();
    changed.artwork.reset();
    const auto updated = tests::put(opened.catalogue, changed).value();
    CHECK(updated.title == "Other");
    CHECK(updated.slug == found.slug);
    CHECK(updated.guid == found.guid);
    CHECK(updated.state == EpisodeState::draft);
    CHECK_FALSE(updated.number.has_value());
    CHECK_FALSE(updated.transcript.has_value());
    CHECK_FALSE(updated.artwork.has_value());
}

TEST_CASE("of two edits at once neither is lost, and what an edit refuses changes nothing") {
    Opened opened;
    const auto episode = opened.episode(opened.show());
    Database another({.file = opened.file, .migrations = catalogue_migrations()});
    Catalogue theirs(another);
    std::promise<void> reading;
    std::thread first([&] {
        (void)opened.catalogue.edit_episode(episode.id, [&](model::Episode& now) {
            reading.set_value();
            std::this_thread::sleep_for(100ms);
            now.title = "A title";
            return model::Status();
        });
    });
    reading.get_future().wait();
    const auto second = theirs.edit_episode(episode.id, [](model::Episode& now) {
        now.summary = "A summary";
        return model::Status();
    });
    first.join();
    CHECK(second.value().title == "A title");
    CHECK(opened.catalogue.find_episode(episode.id)->summary == "A summary");

    const auto before = opened.catalogue.revision();
    const auto refused = opened.catalogue.edit_episode(episode.id, [](model::Episode& now) -> model::Status {
        now.title = "Half";
        return model::fail(Errc::invalid_input, "No.");
    });
    CHECK(refused.error().message == "No.");
    CHECK(opened.catalogue.find_episode(episode.id)->title == "A title");
    CHECK(opened.catalogue.revision() == before);
    CHECK(opened.catalogue.edit_show(model::ShowId{"none"}, [](model::Show&) { return model::Status(); }).error().code == Errc::not_found);
}

TEST_CASE("slugs are made unique within the show and stay short") {
    Opened opened;
    const auto show = opened.show();
    CHECK(opened.episode(show).slug == "multiple-bombings");
    CHECK(opened.episode(show).slug == "multiple-bombings-2");
    CHECK(opened.episode(show).slug == "multiple-bombings-3");
    CHECK(opened.episode(opened.show("another")).slug == "multiple-bombings");
    const std::string longest(200, 'x');
    CHECK(opened.episode(show, longest).slug == std::string(64, 'x'));
    CHECK(opened.episode(show, longest).slug == std::string(62, 'x') + "-2");
}

TEST_CASE("an episode needs its show") {
    Opened opened;
    model::Episode e;
    e.show.value = "nobody";
    e.title = "T";
    CHECK(opened.catalogue.create_episode(e).error().code == Errc::not_found);
    e.id.value = "nobody";
    CHECK(tests::put(opened.catalogue, e).error().code == Errc::not_found);
}

// Guards: a GUID that changes makes every podcast app download and count the episode again.
TEST_CASE("a trigger keeps GUIDs and addresses for ever") {
    Opened opened;
    const auto show = opened.show();
    const auto episode = opened.episode(show);
    CHECK_THAT(refused(opened.database, "update episodes set guid = 'x'"), Contains("never change"));
    CHECK_THAT(refused(opened.database, "update episodes set slug = 'x'"), Contains("never change"));
    CHECK_THAT(refused(opened.database, "update shows set podcast_guid = 'x'"), Contains("never change"));
    CHECK_THAT(refused(opened.database, "update shows set slug = 'x'"), Contains("never change"));
    CHECK_THAT(refused(opened.database, "delete from guids"), Contains("kept for ever"));
    CHECK_THAT(refused(opened.database, "update guids set guid = 'x'"), Contains("kept for ever"));
    CHECK(opened.catalogue.find_episode(episode.id)->guid == episode.guid);
}

TEST_CASE("a GUID is never given out again, not even after its draft was removed") {
    Opened opened;
    const auto show = opened.show();
    const auto episode = opened.episode(show);
    CHECK(opened.catalogue.create_episode(episode).error().code == Errc::conflict);
    REQUIRE(opened.catalogue.remove_episode(episode.id).has_value());
    CHECK(opened.catalogue.create_episode(episode).error().code == Errc::conflict);
    CHECK(opened.catalogue.list_episodes(show.id).empty());
}

TEST_CASE("states change one after the other, and only from where they are") {
    Opened opened;
    const auto episode = opened.episode(opened.show());
    auto& catalogue = opened.catalogue;
    const auto later = opened.time.now() + 1h;
    CHECK(catalogue.set_state(episode.id, EpisodeState::draft, EpisodeState::scheduled, std::nullopt).error().code == Errc::invalid_input);
    CHECK(catalogue.set_state(episode.id, EpisodeState::draft, EpisodeState::scheduled, later)->publish_at == later);
    const auto late = catalogue.set_state(episode.id, EpisodeState::draft, EpisodeState::published, later);
    CHECK(late.error().code == Errc::conflict);
    CHECK_THAT(late.error().message, Contains("scheduled"));
    CHECK_FALSE(catalogue.set_state(episode.id, EpisodeState::scheduled, EpisodeState::draft, std::nullopt)->publish_at.has_value());
    CHECK(catalogue.set_state(episode.id, EpisodeState::draft, EpisodeState::published, std::nullopt)->publish_at == opened.time.now());
    const auto first = opened.time.now();
    opened.time.advance(24h);
    CHECK(catalogue.set_state(episode.id, EpisodeState::published, EpisodeState::withdrawn, std::nullopt)->publish_at == first);
    CHECK(catalogue.set_state(episode.id, EpisodeState::withdrawn, EpisodeState::published, std::nullopt)->publish_at == first);
    CHECK(catalogue.find_episode(episode.id)->guid == episode.guid);
    CHECK(catalogue.set_state({"nobody"}, EpisodeState::draft, EpisodeState::published, {}).error().code == Errc::not_found);
}

TEST_CASE("only a draft that was never public can be removed") {
    Opened opened;
    auto& catalogue = opened.catalogue;
    const auto show = opened.show();
    const auto draft = opened.episode(show);
    const auto master = opened.master(draft);
    JobQueue jobs(opened.database, opened.time.clock());
    (void)jobs.enqueue(model::JobKind::transcode, draft.id, master.id);
    CHECK(catalogue.remove_episode(draft.id).has_value());
    CHECK(catalogue.remove_episode(draft.id).error().code == Errc::not_found);
    CHECK(jobs.list_recent(10).empty());

    const auto published = opened.episode(show);
    (void)catalogue.set_state(published.id, EpisodeState::draft, EpisodeState::published, {});
    CHECK(catalogue.remove_episode(published.id).error().code == Errc::conflict);
    (void)catalogue.set_state(published.id, EpisodeState::published, EpisodeState::draft, {});
    CHECK(catalogue.remove_episode(published.id).error().code == Errc::conflict);
    CHECK_THAT(refused(opened.database, "delete from episodes"), Contains("withdrawn, never removed"));

    const auto scheduled = opened.episode(show);
    (void)catalogue.set_state(scheduled.id, EpisodeState::draft, EpisodeState::scheduled, opened.time.now() + 1h);
    opened.time.advance(2h);  // its moment passed: people have seen it
    CHECK(catalogue.remove_episode(scheduled.id).error().code == Errc::conflict);
    REQUIRE(catalogue.set_state(scheduled.id, EpisodeState::scheduled, EpisodeState::withdrawn, {}));
    CHECK(catalogue.remove_episode(scheduled.id).error().code == Errc::conflict);

    const auto unscheduled = opened.episode(show);
    (void)catalogue.set_state(unscheduled.id, EpisodeState::draft, EpisodeState::scheduled, opened.time.now() + 1h);
    (void)catalogue.set_state(unscheduled.id, EpisodeState::scheduled, EpisodeState::draft, {});
    CHECK(catalogue.remove_episode(unscheduled.id).has_value());
}

TEST_CASE("an episode whose time has come is public: only withdrawn does it come back") {
    using enum EpisodeState;
    Opened opened;
    auto& catalogue = opened.catalogue;
    const auto episode = opened.episode(opened.show());
    const auto due = opened.time.now() + 1h, later = due + 24h;
    REQUIRE(catalogue.set_state(episode.id, draft, scheduled, due));
    opened.time.advance(1h);
    CHECK(catalogue.set_state(episode.id, scheduled, scheduled, later).error().code == Errc::conflict);
    CHECK(catalogue.set_state(episode.id, scheduled, published, opened.time.now()).error().code == Errc::conflict);
    CHECK(catalogue.set_state(episode.id, scheduled, draft, {}).error().code == Errc::conflict);
    CHECK(catalogue.find_episode(episode.id)->publish_at == due);
    CHECK(catalogue.set_state(episode.id, scheduled, withdrawn, due)->state == withdrawn);
}

TEST_CASE("an order for other audio takes its episode off the schedule, in the same write; what is out stays out") {
    using enum EpisodeState;
    Opened opened;
    auto& catalogue = opened.catalogue;
    AuditLog log(opened.database, opened.time.clock());
    JobQueue jobs(opened.database, opened.time.clock());
    const auto episode = opened.episode(opened.show());
    const auto due = opened.time.now() + 1h;
    REQUIRE(catalogue.set_state(episode.id, draft, scheduled, due));
    model::Master master;
    master.episode = episode.id;

    SECTION("a new order") {
        const auto added = catalogue.add_master(master, {.producer = "ann", .act = "episode.redact"}).value();
        CHECK_THAT(added.job.reason, Contains("taken off its schedule"));
        CHECK(jobs.find(added.job.id)->reason.empty());
        CHECK(log.list(2)[1].who == "ann");
    }
    SECTION("one that is tried again") {
        REQUIRE(catalogue.set_state(episode.id, scheduled, draft, {}));
        const auto job = catalogue.add_master(master, {}).value().job;
        CHECK(job.reason.empty());
        REQUIRE(jobs.cancel(job.id));
        REQUIRE(catalogue.set_state(episode.id, draft, scheduled, due));
        CHECK_THAT(jobs.retry(job.id, 0, "ann")->reason, Contains("taken off its schedule"));
        CHECK(log.list(1)[0].who == "ann");
    }
    SECTION("too late") {
        opened.time.advance(1h);
        CHECK(catalogue.add_master(master, {.act = "episode.redact"})->job.reason.empty());
        CHECK(catalogue.find_episode(episode.id)->publish_at == due);
        CHECK(log.list(9).size() == 1);
        return;
    }
    CHECK(catalogue.find_episode(episode.id)->state == draft);
    CHECK_FALSE(catalogue.find_episode(episode.id)->publish_at);
    const auto acts = log.list(2);
    CHECK(std::ranges::count(acts, "episode.unschedule", &AuditEntry::what) == 1);
}

TEST_CASE("what was ordered meanwhile for an episode's audio is neither cancelled nor overtaken") {
    using enum EpisodeState;
    Opened opened;
    auto& catalogue = opened.catalogue;
    JobQueue jobs(opened.database, opened.time.clock());
    const auto episode = opened.episode(opened.show());
    model::Master master;
    master.episode = episode.id;
    const auto known = [&] { return KnownOrder::of(jobs.list_for_episode(episode.id)); };
    const auto nothing = known();
    const auto first = catalogue.add_master(master, {.known = nothing}).value().job;
    CHECK(catalogue.add_master(master, {.known = nothing}).error().code == Errc::conflict);
    CHECK(catalogue.set_state(episode.id, draft, published, {}, nothing).error().code == Errc::conflict);
    CHECK(jobs.find(first.id)->state == model::JobState::queued);

    const auto waiting = known();
    REQUIRE(jobs.cancel(first.id));
    const auto ended = known();
    REQUIRE(jobs.retry(first.id));
    CHECK(catalogue.add_master(master, {.known = ended}).error().code == Errc::conflict);  // started again
    CHECK(catalogue.set_state(episode.id, draft, published, {}, ended).error().code == Errc::conflict);
    REQUIRE(jobs.cancel(first.id));
    CHECK(catalogue.set_state(episode.id, draft, scheduled, opened.time.now() + 1h, ended));
    CHECK(catalogue.add_master(master, {.known = waiting}));  // one that has ended meanwhile is in nobody's way
}

TEST_CASE("what was once public stays known as that, from its first moment on, whatever becomes of it") {
    using enum EpisodeState;
    Opened opened;
    auto& catalogue = opened.catalogue;
    const auto show = opened.show();
    const auto episode = opened.episode(show);
    const auto line = [&] {
        const auto lines = catalogue.list_public_lines(show.id);
        return lines.empty() ? std::nullopt : std::optional(lines.front());
    };
    const auto first = opened.time.now() + 1h;
    (void)catalogue.set_state(episode.id, draft, scheduled, first);
    CHECK_FALSE(line());
    CHECK(catalogue.list_launched_shows().empty());
    opened.time.advance(3h);  // it went public by itself
    CHECK(line()->publish_at == first);
    CHECK_FALSE(line()->is_withdrawn);
    CHECK(catalogue.list_launched_shows().size() == 1);

    (void)catalogue.set_state(episode.id, scheduled, withdrawn, first);
    const auto back = opened.time.now() + 24h;
    (void)catalogue.set_state(episode.id, withdrawn, scheduled, back);
    REQUIRE(line());
    CHECK(line()->publish_at == first);
    CHECK(line()->is_withdrawn);
    opened.time.advance(25h);
    CHECK(line()->publish_at == first);
    CHECK_FALSE(line()->is_withdrawn);

    (void)catalogue.set_state(episode.id, scheduled, withdrawn, back);
    (void)catalogue.set_state(episode.id, withdrawn, scheduled, opened.time.now() + 24h);
    (void)catalogue.set_state(episode.id, scheduled, draft, std::nullopt);
    REQUIRE(line());
    CHECK(line()->publish_at == first);
    CHECK(line()->is_withdrawn);
    CHECK(catalogue.list_launched_shows().size() == 1);
}

TEST_CASE("episodes are listed drafts first, then newest first") {
    Opened opened;
    const auto show = opened.show();
    const auto now = opened.time.now();
    const auto publish = [&](const char* title, model::Timestamp at) {
        const auto e = opened.episode(show, title);
        (void)opened.catalogue.set_state(e.id, EpisodeState::draft, EpisodeState::published, at);
        opened.time.advance(1s);
    };
    publish("middle", now - 10h);
    publish("newest", now - 1h);
    publish("oldest", now - 100h);
    (void)opened.episode(show, "older draft");
    opened.time.advance(1s);
    (void)opened.episode(show, "newer draft");
    std::vector<std::string> titles;
    for (const auto& e : opened.catalogue.list_episodes(show.id)) titles.push_back(e.title);
    CHECK(titles == std::vector<std::string>{"newer draft", "older draft", "newest", "middle", "oldest"});
}

TEST_CASE("masters carry what probing found; the newest is the episode's while there are no renditions") {
    Opened opened;
    const auto show = opened.show();
    const auto episode = opened.episode(show);
    const auto first = opened.master(episode);
    CHECK_FALSE(opened.catalogue.find_episode(episode.id)->master->info.has_value());
    const model::MasterInfo info{
        "wav", "pcm_s24le", 48000, 2, 24, 245'123ms, {{"Who made the file", "Studio 4", "bext Originator"}}, {"This master is clipped."}};
    const model::Sound sound{.waveforms = {{100, "shape-dat", "shape-json"}}, .analysis_key = "curve"};
    REQUIRE(opened.catalogue.set_master_info(first.id, info, {-26.25, -3.5, 7.75}, sound).has_value());
    const auto found = opened.catalogue.find_episode(episode.id)->master.value();
    CHECK(found.id == first.id);
    CHECK(found.byte_length == 1000);
    CHECK(found.info->duration == info.duration);
    CHECK(found.info->embedded == info.embedded);
    CHECK(found.info->warnings == info.warnings);
    CHECK(found.info->codec == "pcm_s24le");
    CHECK(found.info->chapters.empty());
    CHECK(found.loudness->integrated_lufs == -26.25);
    CHECK(found.loudness->range_lu == 7.75);
    CHECK(found.sound == sound);
    for (const auto* key : {"shape-dat", "shape-json", "curve"}) CHECK(opened.catalogue.referenced_objects().contains(key));
    const auto second = opened.master(episode);
    CHECK(opened.catalogue.find_episode(episode.id)->master->id == second.id);
    CHECK(opened.catalogue.list_episodes(show.id).front().master->id == second.id);
    CHECK(opened.catalogue.find_master(first.id)->info->codec == "pcm_s24le");
    CHECK_FALSE(opened.catalogue.find_master({"nobody"}).has_value());
    CHECK(opened.catalogue.set_master_info({"nobody"}, info, {}).error().code == Errc::not_found);
    model::Master orphan;
    orphan.episode.value = "nobody";
    CHECK(opened.catalogue.add_master(orphan).error().code == Errc::not_found);
}

TEST_CASE("a master, its job and who handed it in are stored together, or none of them") {
    Opened opened;
    AuditLog log(opened.database, opened.time.clock());
    model::Master master;
    master.episode = opened.episode(opened.show()).id;
    REQUIRE(opened.catalogue.add_master(master, {.producer = "ann", .act = "episode.redact"}));
    REQUIRE(log.list(10).size() == 1);
    CHECK(log.list(1)[0].what == "episode.redact");
    CHECK(log.list(1)[0].who == "ann");
    CHECK(log.list(1)[0].object == master.episode.value);
    CHECK(log.verify() == 0);
    master.episode.value = "nobody";
    CHECK_FALSE(opened.catalogue.add_master(master, {.producer = "ann", .act = "episode.master"}));
    CHECK(log.list(10).size() == 1);
    // No room for the row: no job either.
    opened.database.write([](soci::session& session) {
        Statement(session, "create trigger full before insert on audit_log begin select raise(abort, 'full'); end").run();
    });
    master.episode = opened.episode(opened.catalogue.list_shows().front()).id;
    CHECK_THROWS((void)opened.catalogue.add_master(master, {.producer = "ann", .act = "episode.master"}));
    CHECK_FALSE(opened.catalogue.find_episode(master.episode)->master.has_value());
}

TEST_CASE("renditions are swapped as a set, in order, and only for the current master") {
    Opened opened;
    const auto show = opened.show();
    const auto episode = opened.episode(show);
    const auto first = opened.master(episode);
    auto mp3 = Opened::rendition(first, "mp3");
    auto aac = Opened::rendition(first, "aac");
    aac.codec = model::Codec::aac;
    aac.duration = 245'123ms;
    aac.loudness = {-16.1, -1.2, 6};
    aac.tagged_at = opened.time.now();
    REQUIRE(opened.catalogue.replace_renditions(opened.catalogue.find_episode(episode.id).value(), {mp3, aac}).has_value());
    auto found = opened.catalogue.find_episode(episode.id)->renditions;
    REQUIRE(found.size() == 2);
    CHECK(found[0].profile == "mp3");
    CHECK(found[0].byte_length == 5'000'000'000);
    CHECK(found[1].codec == model::Codec::aac);
    CHECK(found[1].duration == 245'123ms);
    CHECK(found[1].loudness.integrated_lufs == -16.1);
    CHECK(found[1].tagged_at == aac.tagged_at);
    CHECK_FALSE(found[0].id.empty());

    SECTION("re-tagging keeps the address and the id") {
        found[0].sha256 = std::string(64, 'e');
        REQUIRE(opened.catalogue.replace_renditions(opened.catalogue.find_episode(episode.id).value(), found).has_value());
        const auto again = opened.catalogue.find_episode(episode.id)->renditions;
        CHECK(again[0].url_path == mp3.url_path);
        CHECK(again[0].id == found[0].id);
        CHECK(again[0].sha256 == std::string(64, 'e'));
    }
    SECTION("a newer master changes nothing until its job switches the audio, at a new address") {
        JobQueue jobs(opened.database, opened.time.clock());
        const auto second = opened.master(episode);
        const auto job = jobs.enqueue(model::JobKind::transcode, episode.id, second.id);
        const auto own = Opened::rendition(second);
        const auto unchanged = [&] {
            const auto now = opened.catalogue.find_episode(episode.id).value();
            return now.master->id == first.id && now.renditions.size() == 2 && now.renditions[0].id == found[0].id;
        };
        CHECK(unchanged());
        CHECK(opened.catalogue.replace_renditions(opened.catalogue.find_episode(episode.id).value(), {own}).error().code == Errc::conflict);
        CHECK(opened.catalogue.switch_audio(job, "a", {own}).error().code == Errc::conflict);  // not running yet
        REQUIRE(opened.catalogue.replace_renditions(opened.catalogue.find_episode(episode.id).value(), found).has_value());
        REQUIRE(jobs.claim("a", 10s)->id == job.id);
        auto stolen = own;
        stolen.url_path = mp3.url_path;
        CHECK(opened.catalogue.switch_audio(job, "a", {stolen}).error().code == Errc::conflict);
        CHECK(unchanged());
        SECTION("never with the words of an episode as it was before an edit") {
            const auto before = opened.catalogue.find_episode(episode.id);
            REQUIRE(opened.catalogue.edit_episode(episode.id, [](model::Episode& now) {
                now.title = "Edited";
                return model::Status();
            }));
            CHECK(opened.catalogue.switch_audio(job, "a", {own}, before).error().code == Errc::conflict);
            CHECK(unchanged());
            CHECK(opened.catalogue.switch_audio(job, "a", {own}, opened.catalogue.find_episode(episode.id)));
        }
        SECTION("never, when the job was cancelled") {
            REQUIRE(jobs.cancel(job.id).has_value());
            CHECK(opened.catalogue.switch_audio(job, "a", {own}).error().code == Errc::conflict);
            CHECK(unchanged());
        }
        SECTION("never by a holder whose lease ran out") {
            opened.time.advance(10s);
            REQUIRE(jobs.claim("b", 10s)->id == job.id);
            CHECK(opened.catalogue.switch_audio(job, "a", {own}).error().code == Errc::conflict);
            CHECK(unchanged());
            REQUIRE(opened.catalogue.switch_audio(job, "b", {own}).has_value());
        }
        SECTION("and then the job is done: what is public cannot be called cancelled") {
            REQUIRE(opened.catalogue.switch_audio(job, "a", {own}).has_value());
            CHECK(jobs.find(job.id)->state == model::JobState::succeeded);
            CHECK(jobs.cancel(job.id).error().code == Errc::conflict);
            jobs.worker_died(job.id, "a", "late");
            CHECK(jobs.find(job.id)->state == model::JobState::succeeded);
        }
        SECTION("completely, when it ended well") {
            REQUIRE(opened.catalogue.switch_audio(job, "a", {own}).has_value());
            const auto now = opened.catalogue.find_episode(episode.id).value();
            CHECK(now.master->id == second.id);
            REQUIRE(now.renditions.size() == 1);
            CHECK(now.renditions[0].url_path == own.url_path);
            CHECK(opened.catalogue.contents().retired_paths.size() == 2);
            CHECK(opened.catalogue.replace_renditions(opened.catalogue.find_episode(episode.id).value(), found).error().code ==
                  Errc::conflict);
        }
    }
    SECTION("never those that carry the words of an episode as it was before an edit") {
        const auto before = opened.catalogue.find_episode(episode.id).value();
        REQUIRE(opened.catalogue.edit_episode(episode.id, [](model::Episode& now) {
            now.title = "Edited";
            return model::Status();
        }));
        CHECK(opened.catalogue.replace_renditions(before, found).error().code == Errc::conflict);
        const auto again = [](model::Episode& now) {
            now.summary = "Twice";
            return model::Status();
        };
        auto retagged = found;
        for (auto& rendition : retagged) rendition.sha256 = std::string(64, 'd');
        CHECK(opened.catalogue.edit_episode(before, again, retagged).error().code == Errc::conflict);
        CHECK(opened.catalogue.find_episode(episode.id)->summary != "Twice");
        const auto after = opened.catalogue.edit_episode(opened.catalogue.find_episode(episode.id).value(), again, retagged).value();
        CHECK(after.title == "Edited");
        CHECK(after.summary == "Twice");
        CHECK(after.renditions.front().sha256 == retagged.front().sha256);
        CHECK(after.renditions.front().id == found.front().id);
    }
    SECTION("another episode cannot have the address") {
        const auto other = opened.episode(show);
        const auto its_master = opened.master(other);
        auto stolen = Opened::rendition(its_master);
        stolen.url_path = mp3.url_path;
        CHECK(opened.catalogue.replace_renditions(opened.catalogue.find_episode(other.id).value(), {stolen}).error().code ==
              Errc::conflict);
    }
    SECTION("nothing for an episode that is not there") {
        CHECK(opened.catalogue.replace_renditions({.id = {"nobody"}}, {}).error().code == Errc::not_found);
    }
}

TEST_CASE("every change raises the revision, reading and job progress do not") {
    Opened opened;
    auto last = opened.catalogue.revision();
    const auto raised = [&] {
        const auto now = opened.catalogue.revision();
        return std::exchange(last, now) < now;
    };
    const auto show = opened.show();
    CHECK(raised());
    const auto episode = opened.episode(show);
    CHECK(raised());
    (void)opened.catalogue.list_episodes(show.id);
    CHECK_FALSE(raised());
    const auto master = opened.master(episode);
    CHECK(raised());
    JobQueue jobs(opened.database, opened.time.clock());
    (void)jobs.enqueue(model::JobKind::transcode, episode.id, master.id);
    (void)jobs.claim("a", 10s);
    CHECK_FALSE(raised());
    (void)opened.catalogue.set_master_info(master.id, {}, {});
    CHECK(raised());
    (void)opened.catalogue.replace_renditions(opened.catalogue.find_episode(episode.id).value(), {Opened::rendition(master)});
    CHECK(raised());
    (void)tests::put(opened.catalogue, show);
    CHECK(raised());
    (void)opened.catalogue.set_state(episode.id, EpisodeState::draft, EpisodeState::scheduled, opened.time.now());
    CHECK(raised());
    Database other({.file = opened.file, .migrations = catalogue_migrations()});
    Catalogue theirs(other);
    (void)tests::put(theirs, episode);
    CHECK(raised());
}

TEST_CASE("chapters follow the recording or the notes until somebody types some in") {
    using enum model::ChaptersOrigin;
    Opened opened;
    JobQueue jobs(opened.database, opened.time.clock());
    const auto show = opened.show();
    const auto episode = opened.episode(show);
    const auto edit = [&](auto change) {
        return opened.catalogue
            .edit_episode(episode.id,
                          [&](model::Episode& e) {
                              change(e);
                              return model::Status();
                          })
            .value();
    };
    CHECK(episode.chapters_origin == none);
    const auto noted = edit([](auto& e) { e.notes = "0:00 A\n0:10 B\n0:20 C"; });
    CHECK(noted.chapters_origin == model::ChaptersOrigin::notes);
    CHECK(noted.chapters.size() == 3);
    CHECK(edit([](auto& e) { e.title = "Other"; }).chapters == noted.chapters);

    const auto first = opened.master(episode);
    const auto job = [&](const model::MasterId& of) {
        const auto queued = jobs.enqueue(model::JobKind::transcode, episode.id, of);
        REQUIRE(jobs.claim("here", 60s));
        return queued;
    };
    const auto files = [](const model::Master& of) {
        auto rendition = Opened::rendition(of);
        rendition.duration = 30s;
        return std::vector{rendition};
    };
    const std::vector<model::Chapter> marked{{0s, "M", ""}, {5s, "N", "https://example.org/"}};
    REQUIRE(opened.catalogue.set_master_info(first.id, {.container = "wav", .chapters = marked}, {}));
    REQUIRE(opened.catalogue.switch_audio(job(first.id), "here", files(first)));
    const auto switched = opened.catalogue.find_episode(episode.id).value();
    CHECK(switched.chapters == marked);
    CHECK(switched.chapters_origin == master);
    CHECK(switched.master->info->chapters == marked);
    CHECK(edit([](auto& e) { e.notes = "0:00 X\n0:10 Y\n0:20 Z"; }).chapters == marked);

    CHECK(edit([](auto& e) { e.chapters = {{0s, "Own", ""}}; }).chapters_origin == master);  // whoever moves them keeps whose they are
    CHECK(edit([](auto& e) {
              e.chapters.clear();
              e.chapters_origin = producer;
          }).chapters_origin == producer);
    const auto second = opened.master(episode);
    REQUIRE(opened.catalogue.switch_audio(job(second.id), "here", files(second)));
    CHECK(opened.catalogue.find_episode(episode.id)->chapters.empty());
    CHECK(opened.catalogue.create_episode({.show = show.id, .title = "T", .chapters = marked})->chapters_origin == producer);
}
