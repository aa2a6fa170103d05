#include "content/storage/public_view.hpp"

#include <thread>

#include "content/storage/job_queue.hpp"
#include "tests/storage/fixture.hpp"
#include "tests/support/put.hpp"

using namespace earshot;
using namespace earshot::storage;
using namespace std::chrono_literals;
using model::EpisodeState;
using tests::Opened;

namespace {

struct WithAudio {
    model::Episode episode;
    model::Rendition rendition;
};

WithAudio with_audio(Opened& opened, const model::Show& show, std::string title) {
    const auto episode = opened.episode(show, std::move(title));
    const auto master = opened.master(episode);
    const auto rendition = Opened::rendition(master);
    REQUIRE(opened.catalogue.replace_renditions(opened.catalogue.find_episode(episode.id).value(), {rendition}).has_value());
    return {episode, rendition};
}

template <class F>
bool becomes_true(F condition) {
    for (int i = 0; i < 1000; ++i) {
        if (condition()) return true;
        std::this_thread::sleep_for(10ms);
    }
    return false;
}

}  // namespace

TEST_CASE("the public sees published episodes with audio and nothing else") {
    Opened opened;
    auto show = opened.show();
    show.artwork = model::Artwork{"Alt", {{3000, std::string(64, 'b'), 42}}};
    (void)tests::put(opened.catalogue, show);
    auto seen = with_audio(opened, show, "Seen");
    seen.episode.artwork = model::Artwork{"Alt", {{600, std::string(64, 'c'), 43}}};
    (void)tests::put(opened.catalogue, seen.episode);
    auto draft = with_audio(opened, show, "Draft");
    draft.episode.artwork = model::Artwork{"Alt", {{600, std::string(64, 'd'), 44}}};
    (void)tests::put(opened.catalogue, draft.episode);
    const auto silent = opened.episode(show, "Silent");
    for (const auto& id : {seen.episode.id, silent.id})
        (void)opened.catalogue.set_state(id, EpisodeState::draft, EpisodeState::published, {});

    PublicView view(opened.catalogue, opened.time.clock());
    const auto now = view.get();
    const auto* found = now->find_show("code-severe");
    REQUIRE(found != nullptr);
    CHECK(now->find_show("other") == nullptr);
    REQUIRE(found->episodes.size() == 1);
    CHECK(found->episodes[0].title == "Seen");
    REQUIRE(now->media.size() == 1);
    CHECK(now->media.at(seen.rendition.url_path).rendition == &found->episodes[0].renditions[0]);
    CHECK(now->media.at(seen.rendition.url_path).episode == &found->episodes[0]);
    CHECK(now->images == std::unordered_set<std::string>{std::string(64, 'b') + ".jpg", std::string(64, 'c') + ".jpg"});
    CHECK(now->revision == opened.catalogue.revision());
    CHECK_FALSE(now->next_change.has_value());
}

TEST_CASE("a scheduled episode appears at its instant, by the clock alone") {
    Opened opened;
    const auto show = opened.show();
    const auto first = with_audio(opened, show, "First");
    const auto second = with_audio(opened, show, "Second");
    const auto moment = opened.time.now() + 1h;
    (void)opened.catalogue.set_state(first.episode.id, EpisodeState::draft, EpisodeState::scheduled, moment);
    (void)opened.catalogue.set_state(second.episode.id, EpisodeState::draft, EpisodeState::scheduled, moment + 1h);
    PublicView view(opened.catalogue, opened.time.clock());
    const auto before = view.get();
    CHECK(before->next_change == moment);
    CHECK(before->shows[0].episodes.empty());
    CHECK(before->media.empty());

    opened.time.advance(1h - 1ms);
    view.refresh();
    CHECK(view.get()->shows[0].episodes.empty());
    opened.time.advance(1ms);
    CHECK(becomes_true([&] { return view.get()->shows[0].episodes.size() == 1; }));  // nobody called refresh
    CHECK(view.get()->next_change == moment + 1h);
    CHECK(view.get()->media.contains(first.rendition.url_path));
    CHECK(before->shows[0].episodes.empty());  // who holds an old snapshot keeps it
}

TEST_CASE("a change by another process is seen without a call, and by refresh at once") {
    Opened opened;
    const auto show = opened.show();
    const auto episode = with_audio(opened, show, "First");
    PublicView view(opened.catalogue, opened.time.clock());
    Database other({.file = opened.file, .migrations = catalogue_migrations()});
    Catalogue theirs(other, opened.time.clock());
    REQUIRE(theirs.set_state(episode.episode.id, EpisodeState::draft, EpisodeState::published, {}).has_value());
    CHECK(becomes_true([&] { return view.get()->shows[0].episodes.size() == 1; }));
    REQUIRE(theirs.set_state(episode.episode.id, EpisodeState::published, EpisodeState::draft, {}).has_value());
    view.refresh();
    CHECK(view.get()->shows[0].episodes.empty());
}

TEST_CASE("withdrawn episodes and replaced audio are known to be gone") {
    Opened opened;
    const auto show = opened.show();
    const auto withdrawn = with_audio(opened, show, "Withdrawn");
    const auto replaced = with_audio(opened, show, "Replaced");
    for (const auto& id : {withdrawn.episode.id, replaced.episode.id})
        (void)opened.catalogue.set_state(id, EpisodeState::draft, EpisodeState::published, {});
    (void)opened.catalogue.set_state(withdrawn.episode.id, EpisodeState::published, EpisodeState::withdrawn, {});
    const auto newer = opened.master(replaced.episode);
    PublicView view(opened.catalogue, opened.time.clock());
    CHECK(view.get()->media.at(replaced.rendition.url_path).rendition != nullptr);  // until the new audio is ready
    const auto own = Opened::rendition(newer);
    JobQueue jobs(opened.database, opened.time.clock());
    const auto job = jobs.enqueue(model::JobKind::transcode, replaced.episode.id, newer.id);
    while (jobs.claim("a", std::chrono::seconds(10))) {
    }  // the other episode's as well
    REQUIRE(jobs.find(job.id)->state == model::JobState::running);
    REQUIRE(opened.catalogue.switch_audio(job, "a", {own}).has_value());
    view.refresh();
    const auto now = view.get();
    CHECK(now->shows[0].withdrawn_slugs == std::vector<std::string>{"withdrawn"});
    REQUIRE(now->shows[0].episodes.size() == 1);
    CHECK(now->media.size() == 3);
    CHECK(now->media.at(withdrawn.rendition.url_path).rendition == nullptr);
    CHECK(now->media.at(replaced.rendition.url_path).rendition == nullptr);
    CHECK(now->media.at(own.url_path).rendition != nullptr);
}

TEST_CASE("readers on many threads always hold a whole snapshot") {
    Opened opened;
    const auto show = opened.show();
    const auto audio = with_audio(opened, show, "First");
    (void)opened.catalogue.set_state(audio.episode.id, EpisodeState::draft, EpisodeState::published, {});
    PublicView view(opened.catalogue, opened.time.clock());
    std::atomic<bool> stop = false;
    std::atomic<long> reads = 0, bad = 0;
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
        readers.emplace_back([&] {
            while (!stop) {
                const auto now = view.get();
                const auto& media = now->media.at(audio.rendition.url_path);
                if (media.rendition->url_path != audio.rendition.url_path || media.episode->title != "First") ++bad;
                ++reads;
            }
        });
    }
    for (int i = 0; i < 50; ++i) {
        (void)tests::put(opened.catalogue, show);
        view.refresh();
    }
    stop = true;
    for (auto& reader : readers) reader.join();
    CHECK(reads > 0);
    CHECK(bad == 0);
}
