// Jobs against the real queue and the real worker: deaths, poison, cancellation, stops.

#include "server/publishing/job_runner.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "content/storage/statement.hpp"
#include "server/publishing/disk_need.hpp"
#include "server/publishing/tagging.hpp"
#include "server/publishing/worker_protocol.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/put.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace earshot;
using namespace earshot::publishing;

namespace {

// Says how much room there is.
class MeasuredStore final : public storage::MediaStore {
public:
    explicit MeasuredStore(std::unique_ptr<storage::MediaStore> store) : store_(std::move(store)) {}
    std::unique_ptr<storage::PendingObject> create() override { return store_->create(); }
    model::Result<std::string> adopt(const std::filesystem::path& file) override { return store_->adopt(file); }
    model::Result<model::OpenFilePtr> open(std::string_view key) override { return store_->open(key); }
    std::vector<std::string> list(model::Timestamp stored_before) override { return store_->list(stored_before); }
    bool remove(std::string_view key, model::Timestamp stored_before) override { return store_->remove(key, stored_before); }
    std::uint64_t free_bytes() override {
        if (const auto ask = std::exchange(asked, {})) ask();
        return free > 0 ? free.load() : store_->free_bytes();
    }
    bool verify(std::string_view key) override { return store_->verify(key); }

    std::atomic<std::uint64_t> free{0};  // 0: as it is
    std::function<void()> asked;         // done once, at the next look; before a runner starts

private:
    std::unique_ptr<storage::MediaStore> store_;
};

struct Bench {
    tests::TemporaryFolder folder;
    config::Settings settings = config::default_settings();
    storage::Database database{{.file = folder.path() / "catalogue.db", .migrations = storage::catalogue_migrations()}};
    std::unique_ptr<MeasuredStore> store = std::make_unique<MeasuredStore>(storage::make_disk_store(folder.path() / "media", 0));
    storage::Catalogue catalogue{database};
    storage::JobQueue jobs{database};
    storage::AuditLog audit{database};
    storage::Uploads uploads{database, *store, folder.path() / "uploads"};
    storage::PublicView view{catalogue, model::system_now};
    WorkerPool workers;
    Publisher::Rooms rooms{catalogue, jobs, *store, uploads, audit, view, workers};
    Publisher publisher{rooms, settings, model::system_now};
    std::vector<std::string> told;
    std::mutex telling;

    explicit Bench(const std::filesystem::path& program = EARSHOT_BINARY, std::chrono::seconds deadline = WorkerLimits{}.deadline)
        : workers(program, {.deadline = deadline, .degraded = true}) {
        settings.storage.data_dir = folder.path();
    }
    JobRunner runner(std::string node = "one") {
        return JobRunner(rooms, publisher, settings, std::move(node), model::system_now, [this](std::string_view, std::string_view what) {
            const std::lock_guard lock(telling);
            told.emplace_back(what);
        });
    }
    model::Episode episode() {
        model::Show show;
        show.slug = "show";
        show.podcast_guid = "guid";
        show.title = "Show";
        const auto stored = catalogue.create_show(show).value();
        model::Episode fresh;
        fresh.show = stored.id;
        fresh.title = "Episode";
        fresh.slug = "episode";
        return catalogue.create_episode(fresh).value();
    }
    model::UploadId upload(const std::string& bytes) {
        const auto upload = uploads.create(bytes.size(), "", "ann").value();
        auto writer = uploads.open(upload.id, 0).value();
        REQUIRE(writer->write(std::as_bytes(std::span(bytes))));
        REQUIRE(writer->finish(""));
        return upload.id;
    }
    model::Job attach(const model::EpisodeId& id, const std::string& bytes) {
        return publisher.attach_master(id, upload(bytes), "ann").value();
    }
    model::Job until(const model::JobId& id, const std::function<bool(const model::Job&)>& good) {
        for (int i = 0; i < 6000; ++i) {
            const auto job = jobs.find(id).value();
            if (good(job)) return job;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        FAIL("waited in vain; the job is " << model::to_string(jobs.find(id)->state));
        return {};
    }
    void until_episode(const model::EpisodeId& id, const std::function<bool(const model::Episode&)>& good) {
        for (int i = 0; i < 6000; ++i) {
            if (good(catalogue.find_episode(id).value())) return;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        FAIL("waited in vain for the episode");
    }
    model::Job end(const model::JobId& id) {
        return until(id,
                     [](const model::Job& job) { return job.state != model::JobState::queued && job.state != model::JobState::running; });
    }
};

std::string made(const std::string& arguments, const std::string& name) {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / name;
    REQUIRE(std::system(("ffmpeg -loglevel error " + arguments + " -y " + file.string()).c_str()) == 0);
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string noise_wav(int seconds) {
    return made("-f lavfi -i anoisesrc=r=48000:a=0.2 -ac 2 -t " + std::to_string(seconds) + " -c:a pcm_s24le", "noise.wav");
}

// A program that stands where the worker should be and ends like this at everything but a look whether it is there.
std::filesystem::path dying_program(const tests::TemporaryFolder& folder, const std::string& end) {
    const auto file = folder.path() / "worker";
    std::ofstream(file) << "#!/bin/sh\ncase \"$(/bin/cat)\" in\n*'\"task\":0,'*) echo '{\"result\":{\"missing\":\"\"}}';;\n*) " << end
                        << ";;\nesac\n";
    ::chmod(file.c_str(), 0755);
    return file;
}

// One that does this instead of a transcode; all else is the real worker's.
std::filesystem::path transcoding_program(const tests::TemporaryFolder& folder, const std::string& transcode) {
    const auto file = folder.path() / "worker";
    std::ofstream(file) << "#!/bin/sh\nrecord=$(/bin/cat)\ncase \"$record\" in\n*'\"task\":3,'*) " << transcode << ";;\n*)\nexec "
                        << EARSHOT_BINARY << " worker <<END\n$record\nEND\n;;\nesac\n";
    ::chmod(file.c_str(), 0755);
    return file;
}

}  // namespace

TEST_CASE("a file the worker dies of is given up at the third try, with a sentence for its producer") {
    const tests::TemporaryFolder folder;
    Bench bench(dying_program(folder, "kill -SEGV $$"));
    const auto job = bench.attach(bench.episode().id, "poison");
    auto runner = bench.runner();
    runner.start();
    const auto ended = bench.end(job.id);
    CHECK(ended.state == model::JobState::failed);
    CHECK(ended.attempts == 3);
    CHECK_THAT(ended.reason, Catch::Matchers::Contains("Export it again as WAV or FLAC"));
    CHECK_THAT(ended.reason, !Catch::Matchers::Contains("signal") && !Catch::Matchers::Contains("worker"));
    runner.stop();
    CHECK(bench.told.size() == 3);
}

TEST_CASE("a worker that is killed from outside, as for want of memory, is no word against its file") {
    const tests::TemporaryFolder folder;
    Bench bench(dying_program(folder, "kill -KILL $$"));
    const auto job = bench.attach(bench.episode().id, "fine");
    auto runner = bench.runner();
    runner.start();
    // What takes memory may be gone a minute later.
    const auto waiting =
        bench.until(job.id, [](const model::Job& now) { return now.state == model::JobState::queued && now.attempts == 2; });
    CHECK_THAT(waiting.reason, Catch::Matchers::Contains("tries again by itself"));
    CHECK_FALSE(bench.jobs.claim("another", std::chrono::seconds(1)));
    bench.database.write([](soci::session& session) { storage::Statement(session, "update jobs set not_before = 0").run(); });
    const auto ended = bench.end(job.id);
    CHECK(ended.state == model::JobState::failed);
    CHECK(ended.attempts == 3);
    CHECK_THAT(ended.reason, Catch::Matchers::Contains("The file itself may be fine") && !Catch::Matchers::Contains("damaged"));
    runner.stop();
    CHECK_THAT(bench.told.front(), Catch::Matchers::Contains("want of memory"));
}

TEST_CASE("a recording that is not done at the deadline is given up at once, and not called damaged") {
    const tests::TemporaryFolder folder;
    Bench bench(transcoding_program(folder, "exec /bin/sleep 100"), std::chrono::seconds(4));
    bench.settings.publishing.job_deadline = std::chrono::seconds(4);
    const auto job = bench.attach(bench.episode().id, noise_wav(1));
    auto runner = bench.runner();
    runner.start();
    const auto ended = bench.end(job.id);
    CHECK(ended.state == model::JobState::failed);
    CHECK_THAT(ended.reason, Catch::Matchers::Contains("longer than the server allows for one (4 s)") &&
                                 Catch::Matchers::Contains("publishing.job_deadline") && !Catch::Matchers::Contains("damaged"));
    runner.stop();
    CHECK(bench.told.size() == 1);
}

TEST_CASE("a look at the file that takes too long is not what publishing.job_deadline is for") {
    const tests::TemporaryFolder folder;
    Bench bench(dying_program(folder, "exec /bin/sleep 100"), std::chrono::seconds(1));
    const auto job = bench.attach(bench.episode().id, "endless");
    auto runner = bench.runner();
    runner.start();
    const auto ended = bench.end(job.id);
    CHECK(ended.attempts == 3);
    CHECK_THAT(ended.reason, Catch::Matchers::Contains("Export it again") && !Catch::Matchers::Contains("job_deadline"));
}

TEST_CASE("a worker cannot have its job begun again for ever") {
    const tests::TemporaryFolder folder;
    Bench bench(dying_program(folder, R"(echo '{"error":"Wait.","code":12}')"));  // unavailable
    const auto job = bench.attach(bench.episode().id, "hostile");
    auto runner = bench.runner();
    runner.start();
    const auto ended = bench.end(job.id);
    CHECK(ended.state == model::JobState::failed);
    CHECK(ended.attempts == 3);
}

TEST_CASE("what a running job has written is no longer promised to it") {
    const tests::TemporaryFolder folder;
    Bench bench(transcoding_program(folder, "/bin/head -c 100000 /dev/zero >&4; exec /bin/sleep 100"));
    const auto job = bench.attach(bench.episode().id, noise_wav(2));
    const auto need = disk_need(bench.settings.renditions, {.channels = 2, .duration = std::chrono::seconds(2)});
    auto runner = bench.runner();
    runner.start();
    (void)bench.until(job.id, [&](const model::Job& now) { return now.reserved_bytes == need - 100'000; });
    CHECK(bench.jobs.promised_bytes() == need - 100'000);
    REQUIRE(bench.jobs.cancel(job.id));
}

TEST_CASE("a machine where no worker may work takes no masters, and blames no file") {
    const tests::TemporaryFolder folder;
    const auto program = folder.path() / "worker";
    const auto be = [&](const char* body) {
        std::ofstream(program) << "#!/bin/sh\n" << body << '\n';
        ::chmod(program.c_str(), 0755);
    };
    be("exit 0");
    Bench bench(program);
    const auto episode = bench.episode();
    const auto job = bench.attach(episode.id, "RIFF");
    const auto before = bench.catalogue.find_episode(episode.id)->master->id;

    be("echo '{\"refusal\":\"The worker\\u0027s sandbox is incomplete.\"}'");
    const auto upload = bench.upload("RIFX");
    const auto refused = bench.publisher.attach_master(episode.id, upload, "ann");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == model::Errc::unavailable);
    CHECK_THAT(refused.error().message, Catch::Matchers::Contains("your upload is kept"));
    CHECK(bench.catalogue.find_episode(episode.id)->master->id == before);
    CHECK(bench.jobs.list_for_episode(episode.id).size() == 1);
    const int picture = ::open(program.c_str(), O_RDONLY | O_CLOEXEC);
    CHECK(bench.publisher.make_artwork(picture, "A cover").error().code == model::Errc::unavailable);
    ::close(picture);

    // What waits goes on waiting; the log says why, once.
    {
        auto runner = bench.runner();
        runner.start();
        for (int i = 0; i < 20; ++i) {
            runner.wake();
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    CHECK(bench.jobs.find(job.id)->state == model::JobState::queued);
    CHECK(bench.jobs.find(job.id)->attempts == 0);
    CHECK(bench.told == std::vector<std::string>{"no jobs are taken here: The worker's sandbox is incomplete."});

    std::filesystem::remove(program);  // nor one that cannot even be started
    CHECK(bench.publisher.attach_master(episode.id, upload, "ann").error().code == model::Errc::unavailable);
}

TEST_CASE("a job whose machine fails while it runs waits, and goes on when the machine can work again") {
    const tests::TemporaryFolder folder;
    const auto program = folder.path() / "worker", broken = folder.path() / "broken";
    std::ofstream(program) << "#!/bin/sh\nrecord=$(/bin/cat)\ncase \"$record\" in\n*'\"task\":3,'*) : > " << broken.string()
                           << ";;\nesac\n[ -e " << broken.string() << " ] && echo '{\"refusal\":\"No sandbox.\"}' && exit\nexec "
                           << EARSHOT_BINARY << " worker <<END\n$record\nEND\n";
    ::chmod(program.c_str(), 0755);
    Bench bench(program);
    const auto job = bench.attach(bench.episode().id, noise_wav(1));
    {
        auto runner = bench.runner();
        runner.start();
        const auto waiting =
            bench.until(job.id, [](const model::Job& now) { return now.state == model::JobState::queued && !now.reason.empty(); });
        CHECK(waiting.attempts == 0);
        CHECK_THAT(waiting.reason, Catch::Matchers::Contains("goes on by itself"));
    }
    std::filesystem::remove(program);
    std::filesystem::create_symlink(EARSHOT_BINARY, program);
    bench.database.write([](soci::session& session) { storage::Statement(session, "update jobs set not_before = 0").run(); });
    auto runner = bench.runner();
    runner.start();
    CHECK(bench.end(job.id).state == model::JobState::succeeded);
}

TEST_CASE("few pictures are worked on at once; the next one is sent away, not kept waiting") {
    const tests::TemporaryFolder folder;
    const auto program = folder.path() / "worker";
    const auto started = folder.path() / "started", end = folder.path() / "end";
    std::filesystem::create_directories(started);
    std::ofstream(program) << "#!/bin/sh\n: > " << (started / "$$").string() << "\nwhile ! [ -e " << end.string()
                           << " ]; do /bin/sleep 0.05; done\n";
    ::chmod(program.c_str(), 0755);
    Bench bench(program);
    const auto make = [&] {
        const int picture = ::open(program.c_str(), O_RDONLY | O_CLOEXEC);
        const auto made = bench.publisher.make_artwork(picture, "A cover");
        ::close(picture);
        return made.error();
    };
    std::vector<std::jthread> others;
    for (int i = 0; i < 2; ++i) others.emplace_back([&] { CHECK(make().code == model::Errc::unprocessable); });
    while (std::distance(std::filesystem::directory_iterator(started), {}) < 2) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const auto refused = make();
    CHECK(refused.code == model::Errc::unavailable);
    CHECK_THAT(refused.message, Catch::Matchers::Contains("busy with other pictures"));
    std::ofstream(end).put('x');
    others.clear();
    CHECK(make().code == model::Errc::unprocessable);
}

TEST_CASE("a worker that hands back something else than it says is not believed") {
    const tests::TemporaryFolder folder;
    const auto program = folder.path() / "worker", lie = folder.path() / "lie.mp3";
    std::ofstream(lie, std::ios::binary) << made("-f lavfi -i sine=330:r=48000 -ac 2 -t 2 -c:a libmp3lame -b:a 64k", "lie.mp3");
    media::TranscodeReport report;
    report.master.duration = std::chrono::seconds(2);
    report.renditions = {{.profile = "opus",
                          .bit_rate = 64'000,
                          .sample_rate = 48'000,
                          .channels = 2,
                          .duration = std::chrono::seconds(2),
                          .byte_length = std::filesystem::file_size(lie)}};
    // Everything but the transcode is the real worker's.
    std::ofstream(program) << "#!/bin/sh\nrecord=$(/bin/cat)\ncase \"$record\" in\n*'\"task\":3,'*)\n/bin/cat " << lie.string()
                           << " >&4\n/bin/cat <<'END'\n"
                           << result_line(report) << "END\n;;\n*)\nexec " << EARSHOT_BINARY << " worker <<END\n$record\nEND\n;;\nesac\n";
    ::chmod(program.c_str(), 0755);
    Bench bench(program);
    std::erase_if(bench.settings.renditions, [](const auto& profile) { return profile.name != "opus"; });
    const auto job = bench.attach(bench.episode().id, noise_wav(2));
    auto runner = bench.runner();
    runner.start();
    CHECK(bench.end(job.id).state == model::JobState::failed);
    runner.stop();
    REQUIRE(bench.told.size() == 3);
    CHECK(bench.told.front() == "an encoded file holds mp3 instead of opus");
}

TEST_CASE("a missing object is the producer's to upload again, not a crash") {
    Bench bench;
    const auto episode = bench.episode();
    const auto job = bench.attach(episode.id, noise_wav(1));
    bench.rooms.store.remove(bench.catalogue.find_episode(episode.id)->master->object_key);
    auto runner = bench.runner();
    runner.start();
    CHECK_THAT(bench.end(job.id).reason, Catch::Matchers::Contains("Upload it again"));
}

TEST_CASE("a stopped runner hands its job back, and the next one finishes it") {
    Bench bench;
    const auto episode = bench.episode();
    const auto job = bench.attach(episode.id, noise_wav(40));
    {
        auto runner = bench.runner();
        runner.start();
        (void)bench.until(job.id, [](const model::Job& now) { return now.progress > 0; });
        runner.stop();
    }
    const auto between = bench.jobs.find(job.id).value();
    CHECK(between.state == model::JobState::queued);
    CHECK(between.interruptions == 1);
    CHECK(between.attempts == 0);
    CHECK(bench.catalogue.find_episode(episode.id)->renditions.empty());
    auto runner = bench.runner("two");
    runner.start();
    CHECK(bench.end(job.id).state == model::JobState::succeeded);
    CHECK(bench.catalogue.find_episode(episode.id)->renditions.size() == bench.settings.renditions.size());
    CHECK(std::filesystem::is_empty(bench.folder.path() / "media/tmp"));
}

TEST_CASE("what a killed server left running is taken up at its next start") {
    Bench bench;
    const auto job = bench.attach(bench.episode().id, noise_wav(2));
    REQUIRE(bench.jobs.claim("one", std::chrono::hours(1)));  // and then the power went
    auto runner = bench.runner("one");
    runner.start();
    const auto ended = bench.end(job.id);
    CHECK(ended.state == model::JobState::succeeded);
    CHECK(ended.interruptions == 1);
}

TEST_CASE("what a killed server left undone between two steps is done at the next start") {
    Bench bench;
    const auto episode = bench.episode();
    (void)bench.attach(episode.id, noise_wav(2));
    bench.database.write([](soci::session& session) { storage::Statement(session, "delete from jobs").run(); });
    {
        auto runner = bench.runner();
        runner.start();
        bench.until_episode(episode.id, [](const model::Episode& now) { return !now.renditions.empty(); });
    }
    auto edited = bench.catalogue.find_episode(episode.id).value();
    edited.title = "Another title";
    REQUIRE(tests::put(bench.catalogue, edited));  // and then the power went
    auto runner = bench.runner();
    runner.start();
    bench.until_episode(episode.id, [&](const model::Episode& now) {
        return now.renditions.front().tag_fingerprint != edited.renditions.front().tag_fingerprint;
    });
}

TEST_CASE("a cancelled job stops and changes nothing; a newer master takes the older one's place") {
    Bench bench;
    const auto episode = bench.episode();
    const auto first = bench.attach(episode.id, noise_wav(40));
    auto runner = bench.runner();
    runner.start();
    (void)bench.until(first.id, [](const model::Job& now) { return now.progress > 0; });
    REQUIRE(bench.jobs.cancel(first.id));
    const auto second = bench.attach(episode.id, noise_wav(2));
    CHECK(second.id != first.id);
    CHECK(bench.end(second.id).state == model::JobState::succeeded);
    CHECK(bench.jobs.find(first.id)->state == model::JobState::cancelled);
    const auto now = bench.catalogue.find_episode(episode.id).value();
    CHECK(now.renditions.front().master == second.master);
    CHECK(std::chrono::abs(now.renditions.front().duration - std::chrono::seconds(2)) < std::chrono::milliseconds(500));
}

TEST_CASE("of two publications at once the one that comes too late leaves no wrong date in the files") {
    Bench bench;
    const auto episode = bench.episode();
    {
        auto runner = bench.runner();
        runner.start();
        REQUIRE(bench.end(bench.attach(episode.id, noise_wav(2)).id).state == model::JobState::succeeded);
    }
    const auto now = model::system_now();
    bool in_between = false;
    // It looks at the clock when it has read the episode: there the other one comes in.
    Publisher late(bench.rooms, bench.settings, [&] {
        if (std::exchange(in_between, false)) REQUIRE(bench.publisher.publish(episode.id, now + std::chrono::hours(48), "ben"));
        return model::system_now();
    });
    in_between = true;
    const auto refused = late.publish(episode.id, now + std::chrono::hours(24), "ann");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == model::Errc::conflict);
    const auto jobs = bench.jobs.list_for_episode(episode.id);
    CHECK(jobs.front().kind == model::JobKind::tag);
    CHECK(jobs.front().state == model::JobState::queued);
    auto runner = bench.runner();
    runner.start();
    REQUIRE(bench.end(jobs.front().id).state == model::JobState::succeeded);
    const auto stored = bench.catalogue.find_episode(episode.id).value();
    const auto show = bench.catalogue.find_show(stored.show).value();
    for (const auto& rendition : stored.renditions)
        CHECK(rendition.tag_fingerprint == fingerprint(bench.publisher.tags_for(show, stored, rendition)));
}

TEST_CASE("what is ordered for an episode's audio while somebody decides about it is not undone unseen") {
    Bench bench;
    const auto episode = bench.episode();
    {
        auto runner = bench.runner();
        runner.start();
        REQUIRE(bench.end(bench.attach(episode.id, noise_wav(4)).id).state == model::JobState::succeeded);
    }
    const model::Redactions ranges{{std::chrono::seconds(1), std::chrono::seconds(2), model::RedactionKind::mute}};
    const auto another = bench.upload("RIFF");
    std::optional<model::JobId> ordered;
    const auto redact = [&] { ordered = bench.publisher.redact(episode.id, ranges, "ben").value().id; };
    const auto stands = [&] { return bench.jobs.find(ordered.value())->state == model::JobState::queued; };

    SECTION("a redaction while a publication writes the titles") {
        bool in_between = true;
        Publisher late(bench.rooms, bench.settings, [&] {
            if (std::exchange(in_between, false)) redact();
            return model::system_now();
        });
        CHECK(late.publish(episode.id, {}, "ann").error().code == model::Errc::conflict);
        CHECK(stands());
        CHECK(bench.catalogue.find_episode(episode.id)->state == model::EpisodeState::draft);
    }
    SECTION("a redaction while another recording is handed in") {
        bench.store->asked = redact;
        CHECK(bench.publisher.attach_master(episode.id, another, "ann").error().code == model::Errc::conflict);
        CHECK(stands());
    }
    SECTION("another recording while a redaction is ordered") {
        bench.store->asked = [&] { ordered = bench.publisher.attach_master(episode.id, another, "ben").value().id; };
        CHECK(bench.publisher.redact(episode.id, ranges, "ann").error().code == model::Errc::conflict);
        CHECK(stands());
    }
}

TEST_CASE("an episode that goes public while somebody moves its date stays public") {
    Bench bench;
    const auto episode = bench.episode();
    {
        auto runner = bench.runner();
        runner.start();
        REQUIRE(bench.end(bench.attach(episode.id, noise_wav(2)).id).state == model::JobState::succeeded);
    }
    const auto now = model::system_now(), due = now + std::chrono::hours(1);
    REQUIRE(bench.publisher.publish(episode.id, due, "ann"));
    std::atomic<bool> passed = false;
    storage::Catalogue later(bench.database, [&] { return passed ? due : now; });
    auto rooms = Publisher::Rooms{later, bench.jobs, *bench.store, bench.uploads, bench.audit, bench.view, bench.workers};
    Publisher late(rooms, bench.settings, [&] {
        passed = true;  // it is due when it has been looked at
        return now;
    });
    CHECK(late.publish(episode.id, now + std::chrono::hours(24), "ann").error().code == model::Errc::conflict);
    CHECK(late.unschedule(episode.id, "ann").error().code == model::Errc::conflict);
    CHECK(bench.catalogue.find_episode(episode.id)->publish_at == due);
}

TEST_CASE("asking twice for the same master starts it once") {
    Bench bench;
    const auto episode = bench.episode();
    const auto upload = bench.upload("RIFF");
    const auto once = bench.publisher.attach_master(episode.id, upload, "ann").value();
    CHECK(bench.publisher.attach_master(episode.id, upload, "ann").value().id == once.id);
    CHECK(bench.jobs.list_for_episode(episode.id).size() == 1);
    CHECK(bench.publisher.attach_master(model::EpisodeId{"none"}, upload, "ann").error().code == model::Errc::not_found);
}

TEST_CASE("a node without workers takes no jobs") {
    Bench bench;
    bench.settings.publishing.workers = 0;
    const auto job = bench.attach(bench.episode().id, "x");
    auto runner = bench.runner();
    runner.start();
    runner.wake();
    std::this_thread::sleep_for(std::chrono::milliseconds(700));
    CHECK(bench.jobs.find(job.id)->state == model::JobState::queued);
}

TEST_CASE("a FLAC that had room for tags before they were written, as early versions made them, is not taken for cut") {
    Bench bench;
    const auto file = bench.folder.path() / "roomy.flac";  // ffmpeg leaves 8 KiB
    REQUIRE(std::system(("ffmpeg -loglevel error -f lavfi -i sine=330:d=1 -y " + file.string()).c_str()) == 0);
    const auto length = std::filesystem::file_size(file);
    model::Rendition rendition;
    rendition.codec = model::Codec::flac;
    rendition.duration = std::chrono::seconds(1);
    rendition.essence_key = bench.rooms.store.adopt(file).value();
    const auto outcome = tag_rendition(bench.rooms, {.title = "T"}, model::system_now(), rendition);
    REQUIRE((outcome && *outcome));
    CHECK(rendition.byte_length < length);
    CHECK(bench.rooms.store.verify(rendition.object_key));
}

TEST_CASE("of how little counts as heard, a worker is not believed just anything") {
    const tests::TemporaryFolder folder;
    Bench bench(folder.path() / "worker");
    const auto file = folder.path() / "sound.mp3";
    std::ofstream(file, std::ios::binary) << made("-f lavfi -i sine=330:r=48000:d=90 -c:a libmp3lame -b:a 64k", "sound.mp3");
    const auto length = std::filesystem::file_size(file);
    model::Rendition rendition;
    rendition.essence_key = bench.rooms.store.adopt(file).value();
    const auto believed = [&](model::Codec codec, std::chrono::seconds duration, std::uint64_t start, std::uint64_t for_60s) {
        std::ofstream(folder.path() / "worker") << "#!/bin/sh\n/bin/cat <&3 >&4\necho '{\"result\":{\"byte_length\":" << length
                                                << ",\"audio_start\":" << start << ",\"bytes_for_60s\":" << for_60s << "}}'\n";
        ::chmod((folder.path() / "worker").c_str(), 0755);
        rendition.codec = codec;
        rendition.duration = duration;
        return tag_rendition(bench.rooms, {.title = "T"}, model::system_now(), rendition).has_value();
    };
    using std::chrono::seconds;
    CHECK(believed(model::Codec::mp3, seconds(90), 0, length * 2 / 3));
    CHECK_FALSE(believed(model::Codec::mp3, seconds(90), 0, length / 4));
    CHECK(believed(model::Codec::mp3, seconds(30), 0, length));
    CHECK_FALSE(believed(model::Codec::mp3, seconds(30), 0, length / 3));
    CHECK(believed(model::Codec::opus, seconds(90), 0, 20'000));  // it begins with silence
    CHECK_FALSE(believed(model::Codec::opus, seconds(90), 0, 1));
    CHECK_FALSE(believed(model::Codec::opus, seconds(90), length - 10, 10));
}

TEST_CASE("a job without room on the disk fails with a sentence; one that only has to wait for others waits, and says so") {
    Bench bench;
    const auto episode = bench.episode();
    const auto master = bench.upload(noise_wav(2)), another = bench.upload("RIFF");
    const auto job = bench.publisher.attach_master(episode.id, master, "ann").value();
    bench.store->free = 1'000'000;
    auto runner = bench.runner();
    runner.start();
    const auto ended = bench.end(job.id);
    CHECK(ended.state == model::JobState::failed);
    CHECK_THAT(ended.reason, Catch::Matchers::Contains("no room") && Catch::Matchers::Contains("13 MB are needed, 1 MB are free"));
    CHECK(bench.catalogue.find_episode(episode.id)->renditions.empty());
    {
        const std::lock_guard lock(bench.telling);
        CHECK(bench.told == std::vector{ended.reason});  // those who can free some space
    }

    // Somebody else's upload has what is left.
    const auto coming = bench.uploads.create(900'000, "", "ben").value();
    bench.store->free = 13'200'000;
    REQUIRE(bench.jobs.retry(job.id));
    runner.wake();
    const auto waiting =
        bench.until(job.id, [](const model::Job& now) { return now.state == model::JobState::queued && !now.reason.empty(); });
    CHECK_THAT(waiting.reason, Catch::Matchers::Contains("Waits for room on the server's disk"));
    CHECK(waiting.attempts == 0);

    bench.store->free = 100'000;
    const auto refused = bench.publisher.attach_master(episode.id, another, "ann");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == model::Errc::insufficient_storage);
    REQUIRE(bench.jobs.cancel(job.id));
    CHECK(bench.publisher.retry(job.id, "ann").error().code == model::Errc::insufficient_storage);
    bench.store->free = 0;
    REQUIRE(bench.uploads.remove(coming.id));
    REQUIRE(bench.publisher.retry(job.id, "ann"));
    CHECK(bench.end(job.id).state == model::JobState::succeeded);
    CHECK(bench.jobs.promised_bytes() == 0);

    bench.store->free = 1'000'000;  // how much a redaction needs is known before
    using std::chrono::milliseconds;
    const model::Redactions word{{.start = milliseconds(100), .end = milliseconds(200), .kind = model::RedactionKind::mute}};
    CHECK(bench.publisher.redact(episode.id, word, "ann").error().code == model::Errc::insufficient_storage);
    bench.store->free = 0;
    CHECK(bench.publisher.redact(episode.id, word, "ann"));
}
