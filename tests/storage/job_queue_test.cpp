#include "content/storage/job_queue.hpp"

#include "content/storage/statement.hpp"

#include <mutex>
#include <set>
#include <thread>

#include "tests/storage/fixture.hpp"

using namespace earshot;
using namespace earshot::storage;
using namespace std::chrono_literals;
using model::Errc;
using model::JobKind;
using model::JobState;
using tests::Opened;

namespace {

struct Queue : Opened {
    JobQueue jobs{database, time.clock()};
    model::Show show_of_all = show();
    model::Episode episode_ = episode(show_of_all);
    model::Master master_ = master(episode_);

    model::Job transcode() { return jobs.enqueue(JobKind::transcode, episode_.id, master_.id); }
    model::Job for_another_episode() {
        const auto other = episode(show_of_all);
        return jobs.enqueue(JobKind::transcode, other.id, master(other).id);
    }
};

}  // namespace

TEST_CASE("a job goes from queued over running to succeeded") {
    Queue q;
    const auto job = q.transcode();
    CHECK(job.state == JobState::queued);
    CHECK(job.created_at == q.time.now());
    q.time.advance(1s);
    const auto claimed = q.jobs.claim("a", 10s).value();
    CHECK(claimed.id == job.id);
    CHECK(claimed.state == JobState::running);
    CHECK(claimed.attempts == 0);
    CHECK(q.jobs.heartbeat(job.id, "a", "encoding", 0.5, 10s));
    const auto seen = q.jobs.find(job.id).value();
    CHECK(seen.stage == "encoding");
    CHECK(seen.progress == 0.5);
    CHECK(seen.updated_at == q.time.now());
    q.jobs.succeed(job.id, "a");
    CHECK(q.jobs.find(job.id)->state == JobState::succeeded);
    CHECK(q.jobs.find(job.id)->progress == 1);
    CHECK_FALSE(q.jobs.claim("a", 10s).has_value());
    CHECK_FALSE(q.jobs.find({"nobody"}).has_value());
}

TEST_CASE("of one producer the oldest job goes first") {
    Queue q;
    const auto first = q.transcode();
    const auto second = q.for_another_episode();
    const auto third = q.for_another_episode();
    CHECK(q.jobs.claim("a", 10s)->id == first.id);
    q.jobs.worker_died(first.id, "a", "It died.");  // keeps its place
    CHECK(q.jobs.claim("a", 10s)->id == first.id);
    CHECK(q.jobs.claim("a", 10s)->id == second.id);
    const auto recent = q.jobs.list_recent(2);
    REQUIRE(recent.size() == 2);
    CHECK(recent[0].id == third.id);
    CHECK(recent[1].id == second.id);
    REQUIRE(q.jobs.list_for_episode(q.episode_.id).size() == 1);
}

TEST_CASE("the same order twice is one job, a newer master takes the place of the older") {
    Queue q;
    const auto job = q.transcode();
    CHECK(q.transcode().id == job.id);

    SECTION("while it waits") {}
    SECTION("while it runs") {
        REQUIRE(q.jobs.claim("a", 10s)->id == job.id);
        CHECK(q.jobs.heartbeat(job.id, "a", "", 0, 10s));
    }
    CHECK(q.jobs.enqueue(JobKind::tag, q.episode_.id, q.master_.id).id != job.id);
    const auto newer = q.jobs.enqueue(JobKind::transcode, q.episode_.id, q.master(q.episode_).id);
    CHECK(newer.id != job.id);
    CHECK(q.jobs.find(job.id)->state == JobState::cancelled);
    CHECK_FALSE(q.jobs.heartbeat(job.id, "a", "", 0, 10s));
    q.jobs.succeed(job.id, "a");
    CHECK(q.jobs.find(job.id)->state == JobState::cancelled);
    // What the listeners have meanwhile still gets its words corrected.
    for (const auto& each : q.jobs.list_for_episode(q.episode_.id)) CHECK((each.id != job.id) == (each.state == JobState::queued));
}

TEST_CASE("a master comes with its job; one that has none gets it once, unless it is done") {
    Queue q;
    const auto listed = q.jobs.list_for_episode(q.episode_.id);
    REQUIRE(listed.size() == 1);
    CHECK(listed.front().master == q.master_.id);
    CHECK(listed.front().state == JobState::queued);
    CHECK(q.jobs.enqueue_forgotten() == 0);

    const auto forget = [&] { q.database.write([](soci::session& session) { Statement(session, "delete from jobs").run(); }); };
    forget();
    CHECK(q.jobs.enqueue_forgotten() == 1);
    CHECK(q.jobs.enqueue_forgotten() == 0);
    CHECK(q.jobs.list_for_episode(q.episode_.id).front().kind == JobKind::transcode);

    forget();
    REQUIRE(q.catalogue.replace_renditions(q.catalogue.find_episode(q.episode_.id).value(), {Opened::rendition(q.master_)}));
    CHECK(q.jobs.enqueue_forgotten() == 0);
}

TEST_CASE("two jobs of one episode never run at once") {
    Queue q;
    REQUIRE(q.jobs.cancel(q.transcode().id));
    const auto first = q.jobs.enqueue(JobKind::tag, q.episode_.id, q.master_.id);
    REQUIRE(q.jobs.claim("a", 10s, JobKind::tag)->id == first.id);
    const auto second = q.jobs.enqueue(JobKind::tag, q.episode_.id, q.master_.id), recording = q.transcode();
    CHECK(second.id != first.id);
    CHECK_FALSE(q.jobs.claim("b", 10s, JobKind::tag));
    CHECK_FALSE(q.jobs.claim("b", 10s));
    const auto other = q.for_another_episode();
    CHECK(q.jobs.claim("b", 10s)->id == other.id);
    q.jobs.succeed(first.id, "a");
    CHECK(q.jobs.claim("c", 10s)->id == recording.id);
    CHECK_FALSE(q.jobs.claim("a", 10s, JobKind::tag));
    q.jobs.succeed(recording.id, "c");
    CHECK(q.jobs.claim("a", 10s, JobKind::tag)->id == second.id);
}

TEST_CASE("a lease that ran out is taken over, and its old holder is told") {
    Queue q;
    const auto job = q.transcode();
    REQUIRE(q.jobs.claim("a", 10s).has_value());
    q.time.advance(9s);
    CHECK_FALSE(q.jobs.claim("b", 10s).has_value());
    CHECK(q.jobs.heartbeat(job.id, "a", "", 0.1, 10s));
    q.time.advance(9s);
    CHECK_FALSE(q.jobs.claim("b", 10s).has_value());
    q.time.advance(1s);
    const auto taken = q.jobs.claim("b", 10s).value();
    CHECK(taken.id == job.id);
    CHECK(taken.interruptions == 1);
    CHECK(taken.attempts == 0);
    CHECK_FALSE(q.jobs.heartbeat(job.id, "a", "", 0.2, 10s));
    q.jobs.fail(job.id, "a", "late");
    q.jobs.succeed(job.id, "a");
    q.jobs.worker_died(job.id, "a", "late");
    CHECK(q.jobs.find(job.id)->state == JobState::running);
}

TEST_CASE("a file that kills its worker three times is given up with the reason") {
    Queue q;
    const auto job = q.transcode();
    for (unsigned i = 1; i <= 2; ++i) {
        REQUIRE(q.jobs.claim("a", 10s).has_value());
        q.jobs.worker_died(job.id, "a", "The worker ran out of time.");
        CHECK(q.jobs.find(job.id)->state == JobState::queued);
        CHECK(q.jobs.find(job.id)->attempts == i);
    }
    REQUIRE(q.jobs.claim("a", 10s).has_value());
    q.jobs.worker_died(job.id, "a", "The worker ran out of time.");
    const auto ended = q.jobs.find(job.id).value();
    CHECK(ended.state == JobState::failed);
    CHECK(ended.attempts == 3);
    CHECK(ended.reason == "The worker ran out of time.");
    CHECK_FALSE(q.jobs.claim("a", 10s).has_value());
}

TEST_CASE("a job whose worker died may have to wait, and says for what until it is given up") {
    Queue q;
    const auto job = q.transcode();
    for (int i = 0; i < 2; ++i) {
        REQUIRE(q.jobs.claim("a", 10s));
        q.jobs.worker_died(job.id, "a", "Given up.", "It tries again.", 20s);
        CHECK(q.jobs.find(job.id)->reason == "It tries again.");
        CHECK_FALSE(q.jobs.claim("a", 10s));
        q.time.advance(20s);
    }
    REQUIRE(q.jobs.claim("a", 10s));
    CHECK(q.jobs.find(job.id)->reason.empty());
    q.jobs.worker_died(job.id, "a", "Given up.", "It tries again.", 20s);
    CHECK(q.jobs.find(job.id)->reason == "Given up.");
}

TEST_CASE("words that the feed has already are not stopped on their way into the files") {
    Queue q;
    const auto job = q.jobs.enqueue(JobKind::tag, q.episode_.id, q.master_.id);
    const auto refused = q.jobs.cancel(job.id);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::conflict);
    CHECK_THAT(refused.error().message, Catch::Matchers::Contains("edit the episode"));
    REQUIRE(q.jobs.claim("a", 10s, JobKind::tag));
    CHECK_FALSE(q.jobs.cancel(job.id));
    CHECK(q.jobs.find(job.id)->state == JobState::running);
    q.jobs.succeed(job.id, "a");
    CHECK_THAT(q.jobs.cancel(job.id).error().message, Catch::Matchers::Contains("ended already"));
}

TEST_CASE("a server that goes away does not count against the file until the tenth time") {
    Queue q;
    const auto job = q.transcode();
    for (unsigned i = 1; i <= 9; ++i) {
        REQUIRE(q.jobs.claim("a", 10s).has_value());
        if (i % 2 == 0) {
            CHECK(q.jobs.release_all("a") == 1);
        } else {
            q.time.advance(11s);  // kill -9: the lease runs out
        }
    }
    CHECK(q.jobs.release_all("other") == 0);
    REQUIRE(q.jobs.claim("a", 10s)->interruptions == 9);
    SECTION("by a stop") {
        CHECK(q.jobs.release_all("a") == 1);
    }
    SECTION("by its lease") {
        q.time.advance(11s);
        CHECK_FALSE(q.jobs.claim("a", 10s).has_value());
    }
    const auto ended = q.jobs.find(job.id).value();
    CHECK(ended.state == JobState::failed);
    CHECK(ended.interruptions == 10);
    CHECK(ended.attempts == 0);
    CHECK(ended.reason.find("ten times") != std::string::npos);
}

TEST_CASE("a job that was cancelled and tried again is no longer its first claim's") {
    Queue q;
    const auto job = q.transcode();
    REQUIRE(q.jobs.claim("one/a", 10s)->id == job.id);
    REQUIRE(q.jobs.cancel(job.id));
    REQUIRE(q.jobs.retry(job.id));
    REQUIRE(q.jobs.claim("one/b", 10s)->id == job.id);  // before the first holder has looked
    CHECK_FALSE(q.jobs.heartbeat(job.id, "one/a", "", 0, 10s));
    q.jobs.succeed(job.id, "one/a");
    q.jobs.fail(job.id, "one/a", "no");
    q.jobs.worker_died(job.id, "one/a", "no");
    CHECK(q.jobs.heartbeat(job.id, "one/b", "", 0, 10s));
    CHECK(q.jobs.release_all("on") == 0);
    CHECK(q.jobs.release_all("two") == 0);
    CHECK(q.jobs.release_all("one") == 1);
}

TEST_CASE("cancel and retry work where they make sense") {
    Queue q;
    const auto job = q.transcode();
    CHECK(q.jobs.retry(job.id).error().code == Errc::conflict);
    REQUIRE(q.jobs.claim("a", 10s).has_value());
    CHECK(q.jobs.cancel(job.id)->state == JobState::cancelled);
    CHECK_FALSE(q.jobs.heartbeat(job.id, "a", "", 0, 10s));
    CHECK(q.jobs.cancel(job.id).error().code == Errc::conflict);
    CHECK(q.jobs.retry(job.id)->state == JobState::queued);
    REQUIRE(q.jobs.claim("a", 10s).has_value());
    q.jobs.fail(job.id, "a", "The file holds no audio.");
    CHECK(q.jobs.find(job.id)->reason == "The file holds no audio.");
    const auto again = q.jobs.retry(job.id).value();
    CHECK(again.reason.empty());
    CHECK(again.attempts == 0);
    CHECK(q.jobs.cancel({"nobody"}).error().code == Errc::not_found);
    CHECK(q.jobs.retry({"nobody"}).error().code == Errc::not_found);
}

TEST_CASE("an old recording's job is not started again once there is a newer one") {
    Queue q;
    const auto old = q.transcode();
    const auto newer = q.jobs.enqueue(JobKind::transcode, q.episode_.id, q.master(q.episode_).id);
    REQUIRE(q.jobs.find(old.id)->state == JobState::cancelled);
    CHECK(q.jobs.retry(old.id).error().code == Errc::conflict);
    CHECK(q.jobs.find(old.id)->state == JobState::cancelled);
    REQUIRE(q.jobs.cancel(newer.id).has_value());
    CHECK(q.jobs.retry(newer.id)->state == JobState::queued);
}

TEST_CASE("four threads over two processes' connections claim every job exactly once") {
    Queue q;
    constexpr std::size_t count = 60;
    for (std::size_t i = 1; i < count; ++i) (void)q.for_another_episode();  // the first is there already
    Database second({.file = q.file, .migrations = catalogue_migrations()});
    JobQueue theirs(second, q.time.clock());
    std::mutex mutex;
    std::multiset<std::string> claimed;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([&, t] {
            auto& jobs = t % 2 == 0 ? q.jobs : theirs;
            const auto node = "node" + std::to_string(t);
            while (const auto job = jobs.claim(node, 1h)) {
                const std::scoped_lock lock(mutex);
                claimed.insert(job->id.value);
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(claimed.size() == count);
    CHECK(std::set(claimed.begin(), claimed.end()).size() == count);
}

namespace {

struct Producers : Queue {
    Producers() { REQUIRE(jobs.cancel(transcode().id)); }
    // A new episode's recording, handed in by this producer.
    model::Job from(const std::string& producer, unsigned most = 0) { return given(producer, most).value().job; }
    model::Result<Catalogue::NewMaster> given(const std::string& producer, unsigned most) {
        model::Master master;
        master.episode = episode(show_of_all).id;
        master.object_key = master.sha256 = std::string(64, 'b');
        return catalogue.add_master(master, {.producer = producer, .most_per_producer = most});
    }
    // New words for the files of an episode of its own.
    model::Job words() {
        const auto other = episode(show_of_all);
        const auto recording = master(other);
        REQUIRE(jobs.cancel(jobs.list_for_episode(other.id).front().id));
        return jobs.enqueue(JobKind::tag, other.id, recording.id);
    }
    // Whose job is next; it is done at once.
    std::string next() {
        const auto job = jobs.claim("a", 10s);
        if (!job) return "nobody";
        time.advance(1s);
        jobs.succeed(job->id, "a");
        return job->producer;
    }
};

}  // namespace

TEST_CASE("producers take turns, however much one of them hands in") {
    Producers q;
    for (int i = 0; i < 50; ++i) (void)q.from("ann");
    CHECK(q.next() == "ann");
    for (int i = 0; i < 2; ++i) (void)q.from("ben");
    (void)q.from("cleo");
    CHECK(q.next() == "ben");
    CHECK(q.next() == "cleo");
    CHECK(q.next() == "ann");
    CHECK(q.next() == "ben");
    CHECK(q.next() == "ann");
    CHECK(q.next() == "ann");
}

TEST_CASE("of a producer's jobs that were put first the last one goes first") {
    Producers q;
    const auto flac = q.from("ann"), m4a = q.from("ann"), mp3 = q.from("ann"), wav = q.from("ann");
    for (const auto& job : {flac, m4a, mp3}) REQUIRE(q.jobs.set_priority(job.id, model::JobPriority::high));
    const auto order = [&] {
        std::vector<model::JobId> ids;
        for (const auto& job : q.jobs.list_under_way()) ids.push_back(job.id);
        return ids;
    };
    CHECK(order() == std::vector{mp3.id, m4a.id, flac.id, wav.id});
    REQUIRE(q.jobs.set_priority(flac.id, model::JobPriority::high));  // once more
    REQUIRE(q.jobs.set_priority(m4a.id, model::JobPriority::normal));
    CHECK(order() == std::vector{flac.id, mp3.id, m4a.id, wav.id});
    for (const auto& job : {flac, mp3, m4a, wav}) {
        CHECK(q.jobs.claim("a", 10s)->id == job.id);
        q.jobs.succeed(job.id, "a");
        q.time.advance(1s);
    }
}

TEST_CASE("with several workers the turn is the producer's who has the fewest at work") {
    Producers q;
    for (int i = 0; i < 4; ++i) (void)q.from("ann");
    REQUIRE(q.jobs.claim("one", 10s)->producer == "ann");
    q.time.advance(1s);
    REQUIRE(q.jobs.claim("two", 10s)->producer == "ann");
    for (int i = 0; i < 3; ++i) (void)q.from("ben");
    CHECK(q.jobs.claim("three", 10s)->producer == "ben");
    q.time.advance(1s);
    CHECK(q.jobs.claim("four", 10s)->producer == "ben");
}

TEST_CASE("priority orders one producer's jobs; only urgent ones go before everybody's") {
    Producers q;
    const auto first = q.from("ann"), second = q.from("ann"), third = q.from("ann"), other = q.from("ben");
    CHECK(q.jobs.set_priority(third.id, model::JobPriority::high)->priority == model::JobPriority::high);
    REQUIRE(q.jobs.set_priority(first.id, model::JobPriority::low));
    CHECK(q.jobs.claim("a", 10s)->id == third.id);
    CHECK(q.jobs.set_priority(third.id, model::JobPriority::low).error().code == Errc::conflict);
    CHECK(q.jobs.claim("b", 10s)->id == other.id);
    const auto last = q.from("ben");
    REQUIRE(q.jobs.set_priority(first.id, model::JobPriority::urgent));
    q.jobs.succeed(third.id, "a");
    CHECK(q.jobs.claim("c", 10s)->id == first.id);
    CHECK(q.jobs.set_priority({"nobody"}, model::JobPriority::low).error().code == Errc::not_found);
    (void)last;
}

TEST_CASE("new words for finished files and recordings do not wait for each other") {
    Producers q;
    const auto recording = q.from("ann"), another = q.from("ben");
    const auto first = q.words(), second = q.words();
    REQUIRE(q.jobs.claim("a", 1h)->id == recording.id);
    CHECK(q.jobs.claim("words", 1h, JobKind::tag)->id == first.id);
    CHECK_FALSE(q.jobs.claim("more", 1h, JobKind::tag));  // one at a time: it may be a show's new title
    CHECK(q.jobs.claim("b", 1h)->id == another.id);
    q.jobs.succeed(first.id, "words");
    CHECK(q.jobs.claim("words", 1h, JobKind::tag)->id == second.id);
    CHECK_FALSE(q.jobs.claim("c", 1h));
}

TEST_CASE("a producer's share is bounded, and nothing of a refused master stays") {
    Producers q;
    const auto first = q.from("ann", 2), second = q.from("ann", 2);
    const auto refused = q.given("ann", 2);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::rate_limited);
    CHECK(refused.error().message.find("You have 2 recordings waiting") == 0);
    CHECK(q.given("ben", 2));
    REQUIRE(q.jobs.cancel(first.id));
    CHECK(q.given("ann", 2));
    CHECK(q.jobs.retry(first.id, 2, "ann").error().message.find("You have 2 recordings waiting") == 0);
    CHECK(q.jobs.retry(first.id, 2, "ben").error().code == Errc::rate_limited);
    CHECK(q.jobs.retry(first.id, 2, "ben").error().message.find("ann has 2 recordings waiting") == 0);
    CHECK(q.jobs.find(first.id)->state == JobState::cancelled);
    // Another recording of an episode that waits already takes that one's place.
    model::Master again;
    again.episode = second.episode;
    again.object_key = again.sha256 = std::string(64, 'c');
    CHECK(q.catalogue.add_master(again, {.producer = "ann", .most_per_producer = 2}));
}

TEST_CASE("room on the disk is promised to a running job, and given back with it") {
    Producers q;
    const auto first = q.from("ann"), second = q.from("ben");
    REQUIRE(q.jobs.claim("a", 10s)->id == first.id);
    CHECK(q.jobs.reserve(first.id, "a", 600, 1000, 40s) == JobQueue::Room::granted);
    CHECK(q.jobs.find(first.id)->audio == 40s);
    CHECK(q.jobs.promised_bytes() == 600);
    REQUIRE(q.jobs.claim("b", 10s)->id == second.id);
    CHECK(q.jobs.reserve(second.id, "b", 500, 1000, 40s) == JobQueue::Room::later);
    CHECK(q.jobs.reserve(second.id, "b", 1001, 1000, 40s) == JobQueue::Room::never);  // whatever the others do
    q.jobs.postpone(second.id, "b", "Waits for room.", 20s);
    CHECK(q.jobs.find(second.id)->state == JobState::queued);
    CHECK(q.jobs.find(second.id)->reason == "Waits for room.");
    CHECK(q.jobs.find(second.id)->interruptions == 0);
    CHECK_FALSE(q.jobs.claim("b", 10s));
    CHECK(q.jobs.heartbeat(first.id, "a", "encoding", 0.5, 30s));
    CHECK(q.jobs.promised_bytes() == 600);
    CHECK(q.jobs.heartbeat(first.id, "a", "encoding", 0.5, 30s, 250));  // the rest is written
    CHECK(q.jobs.promised_bytes() == 250);
    q.time.advance(20s);
    q.jobs.succeed(first.id, "a");
    CHECK(q.jobs.promised_bytes() == 0);
    REQUIRE(q.jobs.claim("b", 10s)->id == second.id);
    CHECK(q.jobs.reserve(second.id, "b", 1001, 1000, 40s) == JobQueue::Room::never);
    CHECK(q.jobs.reserve(second.id, "b", 1000, 1000, 40s) == JobQueue::Room::granted);
    q.time.advance(11s);  // its holder was killed
    CHECK(q.jobs.promised_bytes() == 0);
}

TEST_CASE("recordings that no worker takes are told from those whose turn comes") {
    Producers q;
    const auto first = q.from("ann"), second = q.from("ben");
    q.time.advance(110s);
    CHECK_FALSE(q.jobs.neglected());
    CHECK(q.jobs.find(first.id)->reason.empty());
    q.time.advance(20s);
    CHECK(q.jobs.neglected()->recordings == 2);
    CHECK(q.jobs.neglected()->since == first.created_at);
    CHECK_THAT(q.jobs.find(first.id)->reason, Catch::Matchers::Contains("Waits for a worker"));
    CHECK(q.jobs.list_under_way().back().reason == q.jobs.list_recent(1).front().reason);
    // A worker is at one, so the other waits for its turn, however long; also while the next one is about to be taken.
    REQUIRE(q.jobs.claim("a", 1h));
    q.time.advance(10min);
    CHECK_FALSE(q.jobs.neglected());
    CHECK(q.jobs.find(second.id)->reason.empty());
    q.jobs.succeed(first.id, "a");
    CHECK_FALSE(q.jobs.neglected());
    q.time.advance(3min);
    CHECK(q.jobs.neglected()->recordings == 1);
    REQUIRE(q.jobs.claim("b", 10s));  // and is killed
    q.time.advance(11s);
    CHECK_FALSE(q.jobs.neglected());  // its lease ran out: anybody takes it
    q.jobs.postpone(second.id, "b", "Waits for room.", 1h);
    q.time.advance(10min);
    CHECK_FALSE(q.jobs.neglected());
}

TEST_CASE("speed and time left follow from what is done") {
    Producers q;
    const auto job = q.from("ann");
    REQUIRE(q.jobs.claim("a", 60s));
    REQUIRE(q.jobs.reserve(job.id, "a", 1, 1000, 600s) == JobQueue::Room::granted);
    CHECK_FALSE(speed(*q.jobs.find(job.id)));
    q.time.advance(10s);
    REQUIRE(q.jobs.heartbeat(job.id, "a", "encoding", 0.25, 60s));
    CHECK(speed(*q.jobs.find(job.id)).value() == Approx(15));
    CHECK(time_left(*q.jobs.find(job.id)).value() == 30s);
    REQUIRE(q.jobs.heartbeat(job.id, "a", "encoding again", 0.25, 60s));  // how long that takes the rest does not tell
    CHECK(speed(*q.jobs.find(job.id)));
    CHECK_FALSE(time_left(*q.jobs.find(job.id)));
    q.time.advance(10s);
    q.jobs.succeed(job.id, "a");
    CHECK(speed(*q.jobs.find(job.id)).value() == Approx(30));
    CHECK_FALSE(time_left(*q.jobs.find(job.id)));
}

TEST_CASE("drafts of transcripts have a lane of their own, and end when another recording comes") {
    Opened opened;
    JobQueue jobs(opened.database, opened.time.clock());
    const auto episode = opened.episode(opened.show());
    const auto master = opened.master(episode);  // comes with its transcode job
    const auto draft = jobs.enqueue(model::JobKind::transcribe, episode.id, master.id);
    const auto transcode = jobs.claim("a", 10s).value();
    CHECK(transcode.kind == model::JobKind::transcode);
    CHECK_FALSE(jobs.claim("b", 10s));
    CHECK(jobs.claim("b", 10s, JobKind::transcribe)->id == draft.id);
    jobs.succeed(transcode.id, "a");
    const auto tags = jobs.enqueue(model::JobKind::tag, episode.id, master.id);
    CHECK(jobs.claim("a", 10s, JobKind::tag)->id == tags.id);
    CHECK_FALSE(jobs.claim("a", 10s, JobKind::transcribe));
    (void)opened.master(episode);
    CHECK(jobs.find(draft.id)->state == model::JobState::cancelled);
    CHECK_FALSE(jobs.heartbeat(draft.id, "b", "", 0, 10s));
}

TEST_CASE("the queue is shown in the order in which it will be claimed") {
    Producers q;
    for (int i = 0; i < 4; ++i) (void)q.from("ann");
    const auto running = q.jobs.claim("busy", 1h).value();
    q.time.advance(1s);
    for (int i = 0; i < 3; ++i) (void)q.from("ben");
    const auto urgent = q.from("ann"), first_of_ben = q.from("ben");
    (void)q.from("cleo");
    REQUIRE(q.jobs.set_priority(urgent.id, model::JobPriority::urgent));
    REQUIRE(q.jobs.set_priority(first_of_ben.id, model::JobPriority::high));
    const auto words = q.jobs.enqueue(JobKind::tag, q.episode_.id, q.master_.id);
    const auto draft = q.jobs.enqueue(JobKind::transcribe, q.episode_.id, q.master_.id);

    auto shown = q.jobs.list_under_way();
    REQUIRE(shown.size() == 12);
    CHECK(shown.back().id == draft.id);  // in a lane of its own
    CHECK(shown[0].id == running.id);
    CHECK(shown[1].id == urgent.id);
    CHECK(shown[2].id == words.id);
    q.jobs.succeed(running.id, "busy");
    for (std::size_t i = 1; i + 1 < shown.size(); ++i) {
        INFO(i);
        const auto job = q.jobs.claim("a", 10s, shown[i].kind).value();
        CHECK(job.id == shown[i].id);
        q.time.advance(1s);
        q.jobs.succeed(job.id, "a");
    }
    CHECK(q.jobs.list_under_way().size() == 1);
}

TEST_CASE("whose job runs has had this turn, also in the order that is shown") {
    for (const std::size_t workers : {1U, 2U}) {
        Producers q;
        std::vector<model::JobId> at_work;
        const auto begin = [&](const std::string& producer) {
            at_work.push_back(q.from(producer).id);
            REQUIRE(q.jobs.claim(at_work.back().value, 1h)->id == at_work.back());
            q.time.advance(1s);
        };
        begin("ben");
        if (workers == 2) begin("cleo");
        for (const auto* producer : {"ann", "ann", "ben", "cleo", "ann"}) (void)q.from(producer);
        const auto shown = q.jobs.list_under_way();
        for (std::size_t i = workers; i < shown.size(); ++i) {
            INFO(workers << " workers, " << i);
            q.jobs.succeed(at_work[i - workers], at_work[i - workers].value);
            q.time.advance(1s);
            const auto next = q.jobs.claim(shown[i].id.value, 1h).value();
            CHECK(next.id == shown[i].id);
            at_work.push_back(next.id);
        }
    }
}
