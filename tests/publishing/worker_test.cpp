// The real worker process, through the pool: results, refusals, deaths.

#include <sys/resource.h>

#include <csignal>
#include <thread>

#include "server/publishing/worker_process.hpp"
#include "server/publishing/worker_protocol.hpp"
#include "tests/publishing/worker_support.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using namespace earshot::tests;
using publishing::WorkerPool;

TEST_CASE("A worker shuts itself in on this machine") {
    const auto fit = real_workers().check();
    INFO((fit ? "" : fit.error().reason));
    CHECK(fit.has_value());
}

TEST_CASE("A worker that is a copy of its parent is shut in like one that is a program of its own") {
    WorkerPool copies(&publishing::worker_main, {.deadline = std::chrono::seconds(120)});
    CHECK(copies.check());
    const Workshop shop;
    const OpenDescriptor master(shop.master(2));
    const auto info = copies.probe(master);
    REQUIRE((info && *info));
    CHECK((*info)->duration == std::chrono::seconds(2));
    CHECK(child_of(::getpid()) == 0);
}

TEST_CASE("A layer of the sandbox that is missing is named, whether jobs are refused for it or done without") {
    const Workshop shop;
    const OpenDescriptor master(shop.master(2));
    using Catch::Matchers::Contains;
    WorkerPool strict(&worker_without_landlock, {.deadline = std::chrono::seconds(120)});
    CHECK(strict.problem().empty());  // nobody looked yet
    const auto refused = strict.check();
    REQUIRE_FALSE(refused);
    CHECK(refused.error().machine);
    CHECK(strict.problem() == refused.error().reason);
    CHECK_THAT(strict.problem(), Contains("files (landlock)") && !Contains("seccomp"));
    CHECK_FALSE(strict.probe(master));

    WorkerPool degraded(&worker_without_landlock, {.deadline = std::chrono::seconds(120), .degraded = true});
    CHECK(degraded.check());
    CHECK_THAT(degraded.problem(), Contains("without a part of the sandbox") && Contains("files (landlock)") && !Contains("seccomp"));
    const auto info = degraded.probe(master);
    CHECK((info && *info));

    auto whole = real_workers();
    CHECK(whole.check());
    CHECK(whole.problem().empty());
}

TEST_CASE("Probing, measuring and transcoding happen in a worker, with progress") {
    const Workshop shop;
    const OpenDescriptor master(shop.master(12)), output(shop.path("out.mp3"), O_RDWR | O_CREAT);
    auto workers = real_workers();

    const auto info = workers.probe(master);
    REQUIRE((info && *info));
    CHECK((*info)->codec == "pcm_s24le");
    CHECK((*info)->channels == 2);
    const auto measured = workers.measure(master);
    REQUIRE((measured && *measured));
    CHECK((*measured)->master == **info);

    std::vector<std::pair<std::string, double>> heard;
    const auto report = workers.transcode(master, {{mp3_profile(), output}}, [&](std::string_view stage, double fraction) {
        heard.emplace_back(stage, fraction);
        return true;
    });
    REQUIRE((report && *report));
    REQUIRE((*report)->renditions.size() == 1);
    const auto& rendition = (*report)->renditions.front();
    CHECK(rendition.byte_length == std::filesystem::file_size(shop.path("out.mp3")));
    CHECK(rendition.loudness.integrated_lufs == Approx(-16.0).margin(0.5));
    CHECK((*report)->before.integrated_lufs == Approx((*measured)->loudness.integrated_lufs).margin(0.1));
    REQUIRE_FALSE(heard.empty());
    CHECK(heard.back().second > 0.5);

    media::AudioTags tags{.title = "Title", .show = "Show", .artwork_jpeg = std::string("\xFF\xD8\xFF\0not\xFF\xD9", 9)};
    tags.chapters = {{.start = {}, .title = "One"}, {.start = std::chrono::seconds(5), .title = "Two"}};
    const OpenDescriptor tagged(shop.path("tagged.mp3"), O_RDWR | O_CREAT);
    const auto file = workers.tag(model::Codec::mp3, output, tagged, tags, rendition.duration);
    REQUIRE((file && *file));
    CHECK((*file)->byte_length == std::filesystem::file_size(shop.path("tagged.mp3")));
    const auto read = media::read_tags(model::Codec::mp3, tagged);
    REQUIRE(read);
    CHECK(read->title == "Title");
    CHECK(read->artwork_jpeg == tags.artwork_jpeg);
    CHECK(read->chapters == tags.chapters);
}

TEST_CASE("M4A is transcoded and tagged in a worker") {
    const Workshop shop;
    const OpenDescriptor master(shop.master(5)), output(shop.path("out.m4a"), O_RDWR | O_CREAT),
        tagged(shop.path("tagged.m4a"), O_RDWR | O_CREAT);
    auto profile = mp3_profile();
    profile.name = "aac";
    profile.codec = model::Codec::aac;
    auto workers = real_workers();
    const auto report = workers.transcode(master, {{profile, output}}, {});
    REQUIRE((report && *report));
    const auto file = workers.tag(model::Codec::aac, output, tagged, {.title = "T", .show = "S", .chapters = {{.title = "One"}}},
                                  std::chrono::seconds(5));
    REQUIRE((file && *file));
    CHECK(media::read_tags(model::Codec::aac, tagged)->chapters.size() == 1);
}

TEST_CASE("A sentence about the file passes through; a playlist in disguise reads nothing") {
    const Workshop shop;
    auto workers = real_workers();
    const auto text = workers.probe(OpenDescriptor(shop.write("notes.wav", "Dear listeners, this is text.\n")));
    REQUIRE(text);
    REQUIRE_FALSE(*text);
    CHECK(text->error().message.size() > 20);
    CHECK(text->error().message.back() == '.');

    const auto secret = shop.master(3).string();
    const std::string hls = "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n" + secret + "\n#EXT-X-ENDLIST\n";
    const std::string concat = "ffconcat version 1.0\nfile '" + secret + "'\n";
    for (const auto& disguise : {hls, concat}) {
        const auto probed = workers.probe(OpenDescriptor(shop.write("episode.mp3", disguise)));
        REQUIRE(probed);
        CHECK_FALSE(*probed);
        const OpenDescriptor output(shop.path("out.mp3"), O_RDWR | O_CREAT | O_TRUNC);
        const auto report = workers.transcode(OpenDescriptor(shop.path("episode.mp3")), {{mp3_profile(), output}}, {});
        REQUIRE(report);
        CHECK_FALSE(*report);
        CHECK(std::filesystem::file_size(shop.path("out.mp3")) == 0);
    }
}

TEST_CASE("Covers are made in a worker; a refused one leaves no file") {
    const Workshop shop;
    auto workers = real_workers();
    std::filesystem::create_directory(shop.path("made"));
    REQUIRE(run_command("ffmpeg -v error -f lavfi -i testsrc2=s=1600x1600 -frames:v 1 " + shop.path("cover.png").string()).status == 0);
    const auto made = workers.artwork(OpenDescriptor(shop.path("cover.png")), shop.path("made"));
    REQUIRE((made && *made));
    REQUIRE((*made)->sizes.size() == 4);
    CHECK((*made)->sizes.front().pixels == 1600);
    CHECK((*made)->sizes.back().pixels == 300);
    for (const auto& size : (*made)->sizes) {
        CHECK(bytes_of(size.jpeg).substr(0, 2) == "\xFF\xD8");
        CHECK(bytes_of(size.webp).substr(8, 4) == "WEBP");
    }

    std::filesystem::create_directory(shop.path("refused"));
    const auto refused = workers.artwork(OpenDescriptor(shop.write("cover.jpg", "no picture")), shop.path("refused"));
    REQUIRE(refused);
    CHECK(refused->error().message.find("neither a JPEG nor a PNG") != std::string::npos);
    CHECK(std::filesystem::is_empty(shop.path("refused")));
}

TEST_CASE("A worker at work is shut in, holds back, and its violent end is told apart from a refusal") {
    const Workshop shop;
    const OpenDescriptor master(shop.master(600)), output(shop.path("out.mp3"), O_RDWR | O_CREAT);
    std::string status, oom;
    int nice = 0;
    const auto outcome = real_workers().transcode(master, {{mp3_profile(), output}}, [&](std::string_view stage, double) {
        if (stage == "starting") return true;
        const auto worker = child_of(::getpid());
        status = bytes_of("/proc/" + std::to_string(worker) + "/status");
        oom = bytes_of("/proc/" + std::to_string(worker) + "/oom_score_adj");
        nice = ::getpriority(PRIO_PROCESS, static_cast<id_t>(worker));
        ::kill(worker, SIGKILL);
        return true;
    });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().reason.find("signal 9") != std::string::npos);
    CHECK(status.find("NoNewPrivs:\t1\n") != std::string::npos);
    CHECK(status.find("Seccomp:\t2\n") != std::string::npos);
    CHECK(status.find("CapEff:\t0000000000000000\n") != std::string::npos);
    CHECK(oom == "1000\n");
    CHECK(nice >= 10);
    CHECK(child_of(::getpid()) == 0);
}

TEST_CASE("A worker that takes too long is ended; one that is cancelled, too") {
    const Workshop shop;
    const OpenDescriptor master(shop.master(900)), output(shop.path("out.mp3"), O_RDWR | O_CREAT);
    const auto late = real_workers(std::chrono::seconds(1)).transcode(master, {{mp3_profile(), output}}, {});
    REQUIRE_FALSE(late);
    CHECK(late.error().reason.find("did not finish in time") != std::string::npos);

    const auto cancelled = real_workers().transcode(master, {{mp3_profile(), output}}, [](std::string_view, double) { return false; });
    REQUIRE(cancelled);
    REQUIRE_FALSE(*cancelled);
    CHECK(cancelled->error().code == model::Errc::conflict);
    CHECK(child_of(::getpid()) == 0);
}

TEST_CASE("A file that uses up its processor time ends with a sentence, not with a death") {
    const Workshop shop;
    const OpenDescriptor master(shop.master(300)), output(shop.path("out.mp3"), O_RDWR | O_CREAT);
    const publishing::WorkerRecord record{.task = publishing::WorkerTask::transcode,
                                          .parent = ::getpid(),
                                          .degraded = true,
                                          .cpu_seconds = 1,
                                          .file_bytes = 1 << 30,
                                          .descriptors = 2,
                                          .profiles = {mp3_profile()}};
    std::string last;
    const auto ended = publishing::run_worker(
        {EARSHOT_BINARY, to_json(record), {master, output}, std::chrono::minutes(5)},
        [&](std::string_view line) {  // another thread may still tell its progress
            if (publishing::parse_worker_line(std::string(line)).kind == publishing::WorkerLine::Kind::error) last = line;
            return true;
        },
        [] { return true; });
    CHECK(ended.status == 0);
    const auto said = publishing::parse_worker_line(last);
    CHECK(said.kind == publishing::WorkerLine::Kind::error);
    INFO(said.error.message);
    CHECK(said.error.message.find("far too long to read") != std::string::npos);
}

TEST_CASE("A worker dies with its server") {
    const Workshop shop;
    const OpenDescriptor master(shop.master(900)), output(shop.path("out.mp3"), O_RDWR | O_CREAT);
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const pid_t server = ::fork();
    if (server == 0) {
        static_cast<void>(real_workers().transcode(master, {{mp3_profile(), output}}, [&](std::string_view stage, double) {
            if (stage == "starting") return true;
            const auto worker = child_of(::getpid());
            if (::write(ends[1], &worker, sizeof worker) != sizeof worker) ::_exit(1);
            ::pause();
            return true;
        }));
        ::_exit(1);
    }
    pid_t worker = 0;
    REQUIRE(::read(ends[0], &worker, sizeof worker) == sizeof worker);
    REQUIRE(worker > 0);
    CHECK(std::filesystem::exists("/proc/" + std::to_string(worker)));
    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);
    const auto proc = std::filesystem::path("/proc") / std::to_string(worker) / "stat";
    const auto alive = [&] {
        const auto stat = bytes_of(proc);
        return !stat.empty() && stat.find(") Z") == std::string::npos;
    };
    for (int i = 0; i < 500 && alive(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    CHECK_FALSE(alive());
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("Each layer of the sandbox refuses what it is there for") {
    const auto tested = run_command(std::string(EARSHOT_BINARY) + " worker --self-test");
    INFO(tested.out);
    CHECK(tested.status == 0);
    CHECK(tested.out.find("All layers hold.") != std::string::npos);
    CHECK(tested.out.find("MISSING") == std::string::npos);
}
