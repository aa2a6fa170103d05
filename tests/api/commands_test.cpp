// The commands that work on a data folder, as an operator types them: the real binary, beside a running server.

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "content/storage/digest.hpp"
#include "tests/api/stage.hpp"
#include "tests/support/catch.hpp"

using namespace earshot;
using Catch::Matchers::Contains;
using tests::Stage;
namespace fs = std::filesystem;

namespace {

struct Ran {
    int status{};
    std::string said;  // stdout and stderr
};

class Console {
public:
    explicit Console(fs::path data) : data_(std::move(data)) {
        std::ofstream(settings()) << "[storage]\nruntime_dir = \"" << runtime_.path().string() << "\"\n";
    }
    Ran run(const std::string& words, const std::string& data = "") const {
        const std::string command = std::string(EARSHOT_BINARY) + " " + words + " --config " + settings().string() + " --data " +
                                    (data.empty() ? data_.string() : data) + " 2>&1";
        FILE* pipe = ::popen(command.c_str(), "r");
        REQUIRE(pipe != nullptr);
        Ran ran;
        std::array<char, 4096> buffer{};
        while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) ran.said.append(buffer.data(), got);
        ran.status = WEXITSTATUS(::pclose(pipe));
        return ran;
    }
    [[nodiscard]] const fs::path& folder() const { return folder_.path(); }
    [[nodiscard]] const fs::path& runtime() const { return runtime_.path(); }

private:
    [[nodiscard]] fs::path settings() const { return folder_.path() / "earshot.toml"; }
    tests::TemporaryFolder folder_, runtime_{"/dev/shm"};
    fs::path data_;
};

fs::path any_object(const fs::path& media) {
    for (const auto& entry : fs::recursive_directory_iterator(media))
        if (entry.is_regular_file() && entry.path().filename().string().size() == 64) return entry.path();
    FAIL("no object below " << media);
    return {};
}

void damage(const fs::path& file) {
    std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(100);
    bytes.put('!');
}

// Another catalogue, and a manifest that vouches for it.
void replace_catalogue(const fs::path& backup, const std::string& bytes) {
    std::ifstream in(backup / "manifest.json");
    std::string manifest{std::istreambuf_iterator<char>(in), {}};
    const std::string member = "\"catalogue_sha256\":\"";
    manifest.replace(manifest.find(member) + member.size(), 64, storage::sha256_hex(bytes));
    std::ofstream(backup / "manifest.json") << manifest;
    fs::remove(backup / "catalogue.db");
    std::ofstream(backup / "catalogue.db") << bytes;
}

bool holds_files(const fs::path& folder) {
    if (!fs::exists(folder)) return false;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (!entry.is_directory()) return true;
    return false;
}

}  // namespace

TEST_CASE("accounts and tokens are made from the console") {
    Stage stage;
    const Console console(stage.folder());
    const auto made = console.run("account add petra --role producer --generate");
    CHECK(made.status == 0);
    const std::string password = made.said.substr(made.said.rfind(' ') + 1, made.said.size() - made.said.rfind(' ') - 2);
    CHECK(stage.context().accounts.sign_in("petra", password, "net").has_value());
    CHECK(console.run("account add petra --role producer --generate").status == 1);
    CHECK_THAT(console.run("account add Petra --role producer --generate").said, Contains("The name needs 2 to 64 lower-case letters"));
    CHECK_THAT(console.run("account add hans --role boss --generate").said, Contains("admin, producer or analyst"));
    CHECK_THAT(console.run("account add hans --role admin < /dev/null").said, Contains("at least 12 characters"));
    CHECK_THAT(console.run("account list").said, Contains("petra") && Contains("producer"));
    CHECK(console.run("account password petra --generate").status == 0);
    CHECK_FALSE(stage.context().accounts.sign_in("petra", password, "net").has_value());
    REQUIRE(stage.context().accounts.create_account("paul", model::Role::analyst, "an-unlikely-password-42"));
    const auto session = stage.context().accounts.sign_in("paul", "an-unlikely-password-42", "net").value();
    CHECK(console.run("account remove paul").status == 0);
    CHECK(stage.context().audit.list(1).front().what == "account.remove");
    CHECK_FALSE(stage.context().accounts.find_session(session.secret).has_value());  // also where he is signed in
    CHECK_FALSE(stage.context().accounts.sign_in("paul", "an-unlikely-password-42", "net").has_value());
    CHECK_THAT(console.run("account list").said, !Contains("paul") && Contains("petra"));
    CHECK_THAT(console.run("account remove paul").said, Contains("There is no account named \"paul\"."));

    const auto token = console.run("token create nightly --role analyst --days 30");
    CHECK(token.status == 0);
    const tests::Fields fields{{"Authorization", "Bearer " + token.said.substr(0, token.said.size() - 1)}};
    CHECK(tests::request(stage.port(), "GET", "/api/v1/me", "", fields).at("name") == "token:nightly");
    CHECK(console.run("token revoke nightly").status == 0);
    CHECK(tests::request(stage.port(), "GET", "/api/v1/me", "", fields).status == 401);
    CHECK(console.run("token revoke nightly").status == 1);
    CHECK(stage.context().audit.list(1).front().who == "console");
}

TEST_CASE("a backup beside a running server restores to the same things") {
    Stage stage;
    const Console console(stage.folder());
    const auto show = stage.make_show();
    REQUIRE(stage.api("producer", "PUT", "/shows/night-watch/artwork?alt=A%20lamp", tests::picture_png(1400)).status == 200);
    auto useless = stage.context().store.create();
    REQUIRE(useless->append(std::as_bytes(std::span("nothing speaks of this"))));
    const std::string stray = useless->commit().value();
    const std::string backup = (console.folder() / "backup").string(), restored = (console.folder() / "restored").string();
    const auto made = console.run("backup " + backup);
    INFO(made.said);
    REQUIRE(made.status == 0);
    CHECK_FALSE(fs::exists(fs::path(backup) / "media" / stray.substr(0, 2) / stray.substr(2, 2) / stray));
    CHECK_THAT(console.run("backup " + backup).said, Contains("is not empty. Give a new folder"));
    CHECK_THAT(console.run("restore " + backup).said, Contains("is not empty. Restore into a new folder"));
    CHECK(stage.api("producer", "GET", "/shows/night-watch").status == 200);

    REQUIRE(console.run("restore " + backup, restored).status == 0);
    CHECK(console.run("feed night-watch", restored).said == console.run("feed night-watch").said);
    CHECK_THAT(console.run("feed other", restored).said, Contains("There is no show \"other\""));
    CHECK(console.run("backup " + backup + "2", restored).status == 0);
}

TEST_CASE("a command given the wrong folder says so and makes nothing there") {
    const Console console("/nowhere");
    const std::string wrong = (console.folder() / "wrong").string(), out = (console.folder() / "out").string();
    for (const std::string& words : {"backup " + out, std::string("feed night-watch"), std::string("account list"),
                                     std::string("account password petra --generate"), std::string("token revoke nightly")}) {
        CAPTURE(words);
        const auto ran = console.run(words, wrong);
        CHECK(ran.status == 1);
        CHECK_THAT(ran.said, Contains("There is no catalogue at " + wrong + "/catalogue.db."));
    }
    CHECK_FALSE(fs::exists(wrong));
    CHECK_FALSE(fs::exists(out));
    CHECK(console.run("token create first --role admin", wrong).status == 0);
    CHECK(console.run("account list", wrong).status == 0);
}

TEST_CASE("without a server, what is left of days that are over is destroyed by a command, and its sums stored") {
    const Console console("/nowhere");
    const fs::path data = console.folder() / "data", runtime = console.runtime();
    REQUIRE(console.run("token create first --role admin", data.string()).status == 0);
    storage::Database database({.file = data / "statistics.db", .migrations = storage::statistics_migrations()});
    const auto counting = [&](model::Timestamp now) {
        return std::make_unique<analytics::Statistics>(database, analytics::StatisticsOptions{.runtime_dir = runtime, .suppress_below = 1},
                                                       [now] { return now; });
    };
    const auto long_ago = model::system_now() - std::chrono::days(3);
    auto stopped = counting(long_ago);
    stopped->submit({.time = long_ago,
                     .episode = {"e1"},
                     .address = "192.0.2.1",
                     .user_agent = "AntennaPod/3.2",
                     .method = "GET",
                     .status = 200,
                     .acknowledged = {{0, 1'000'000}},
                     .file = {1'000'000, 0, 960'000}});
    stopped->settle();
    CHECK_THAT(console.run("privacy forget", data.string()).said, Contains("A server runs there"));
    stopped.reset();
    const auto day = model::format_utc_day(long_ago);
    REQUIRE(fs::exists(runtime / ("day-" + day + ".key")));
    const auto found = console.run("privacy report", data.string());
    CHECK(found.status == 1);
    CHECK_THAT(found.said, Contains("what is left of " + day + ", a day that is over"));
    const auto forgotten = console.run("privacy forget", data.string());
    CHECK(forgotten.status == 0);
    CHECK_THAT(forgotten.said, Contains("What was left of " + day + " is destroyed"));
    CHECK_FALSE(fs::exists(runtime / ("day-" + day + ".key")));
    CHECK_FALSE(fs::exists(runtime / ("day-" + day + ".journal")));
    CHECK_THAT(console.run("privacy report", data.string()).said, !Contains("a day that is over"));
    CHECK(console.run("privacy forget", data.string()).said.starts_with("Nothing is left"));
    CHECK(counting(model::system_now())->report({day, day, {{"e1"}}}).front().total.value == 1);
}

TEST_CASE("a command never takes an older database a step forward") {
    const Console console("/nowhere");
    const fs::path data = console.folder() / "older";
    fs::create_directories(data);
    const auto all = storage::catalogue_migrations();
    {
        const storage::Database older({.file = data / "catalogue.db", .migrations = all.first(0)});
    }
    for (const char* words : {"backup out", "feed night-watch", "account add petra --role admin --generate"}) {
        CAPTURE(words);
        const auto ran = console.run(words, data.string());
        CHECK(ran.status == 1);
        CHECK_THAT(ran.said, Contains("the database lacks a step of this version"));
    }
    const storage::Database still_older({.file = data / "catalogue.db", .migrations = all.first(0)});
}

TEST_CASE("a damaged backup is never restored") {
    Stage stage;
    const Console console(stage.folder());
    (void)stage.make_show();
    REQUIRE(stage.api("producer", "PUT", "/shows/night-watch/artwork?alt=A%20lamp", tests::picture_png(1400)).status == 200);
    const fs::path good = console.folder() / "good", bad = console.folder() / "bad";
    const std::string target = (console.folder() / "target").string();
    REQUIRE(console.run("backup " + good.string()).status == 0);
    struct Row {
        const char* what;
        std::function<void()> harm;
        std::string sentence;
    };
    const std::vector<Row> rows{
        {"an object with a flipped byte", [&] { damage(any_object(bad / "media")); }, "its bytes do not match its name"},
        {"an object is missing", [&] { fs::remove(any_object(bad / "media")); }, "objects of"},
        {"the catalogue with a flipped byte", [&] { damage(bad / "catalogue.db"); }, "does not match its hash"},
        {"the statistics are missing", [&] { fs::remove(bad / "statistics.db"); }, "is missing"},
        {"the catalogue is no database though its hash fits", [&] { replace_catalogue(bad, "no database"); }, "the database is damaged"},
        {"no manifest", [&] { fs::remove(bad / "manifest.json"); }, "holds no complete backup"},
        {"an unreadable manifest", [&] { std::ofstream(bad / "manifest.json") << "{"; }, "manifest.json is damaged"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        fs::remove_all(bad);
        fs::copy(good, bad, fs::copy_options::recursive);
        row.harm();
        const auto ran = console.run("restore " + bad.string(), target);
        CHECK(ran.status == 1);
        CHECK_THAT(ran.said, Contains(row.sentence));
        CHECK_FALSE(holds_files(target));
    }
    REQUIRE(console.run("restore " + good.string(), target).status == 0);
}

TEST_CASE("whoever publishes with one command hears what the recording waits for") {
    Stage stage;
    (void)stage.make_show();
    auto& jobs = stage.context().jobs;
    const tests::TemporaryFolder folder;
    const auto master = folder.path() / "master.wav", said = folder.path() / "said";
    std::ofstream(master, std::ios::binary) << tests::tone_wav(1);
    const std::string command = "EARSHOT_TOKEN=" + stage.token("producer") + " " + EARSHOT_BINARY + " publish " + master.string() +
                                " --show night-watch --title T --server http://127.0.0.1:" + std::to_string(stage.port()) + " > " +
                                said.string() + " 2>&1";
    const auto until = [](const std::function<bool()>& good) {
        for (int i = 0; i < 600; ++i) {
            if (good()) return true;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        return false;
    };
    const auto text = [&] {
        std::ifstream in(said);
        return std::string{std::istreambuf_iterator<char>(in), {}};
    };
    constexpr const char* sentence = "Waits for room on the server's disk.";
    int status = 0;
    std::jthread publisher([&] { status = std::system(command.c_str()); });
    REQUIRE(until([&] { return jobs.claim("here", std::chrono::hours(1)).has_value(); }));
    const auto job = jobs.list_recent(1).at(0).id;
    jobs.postpone(job, "here", sentence, {});
    CHECK(until([&] { return text().find(sentence) != std::string::npos; }));
    CHECK(jobs.claim("here", std::chrono::hours(1)));
    jobs.fail(job, "here", "It came to nothing.");
    publisher.join();
    CHECK(WEXITSTATUS(status) == 1);
    CHECK_THAT(text(), Contains("It came to nothing."));
    CHECK(text().find(sentence) == text().rfind(sentence));
}

TEST_CASE("an episode goes out with one command") {
    Stage stage;
    (void)stage.make_show();
    stage.context().runner.start();
    const tests::TemporaryFolder folder;
    const auto file = [&](const char* name, const std::string& bytes) {
        std::ofstream(folder.path() / name, std::ios::binary) << bytes;
        return (folder.path() / name).string();
    };
    const auto publish = [&](const std::string& role, const std::string& words) {
        const std::string command = "EARSHOT_TOKEN=" + stage.token(role) + " " + EARSHOT_BINARY + " publish " + words +
                                    " --server http://127.0.0.1:" + std::to_string(stage.port()) + " 2>&1";
        FILE* pipe = ::popen(command.c_str(), "r");
        REQUIRE(pipe != nullptr);
        Ran ran;
        std::array<char, 4096> buffer{};
        while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) ran.said.append(buffer.data(), got);
        ran.status = WEXITSTATUS(::pclose(pipe));
        return ran;
    };
    const std::string master = file("master one.wav", tests::tone_wav(3));
    const std::string rest = " --show night-watch --title 'A & B' --notes " + file("notes.md", "**Call.**") + " --chapters " +
                             file("chapters.txt", "0:00 A\n0:02 B\n") + " --person Ann:narrator --season 1 --number 1 --transcript " +
                             file("words.vtt", "WEBVTT\n\n00:00.000 --> 00:02.000\n<v Ann>Hello.\n");
    const auto done = publish("producer", "'" + master + "'" + rest);
    INFO(done.said);
    CHECK(done.status == 0);
    CHECK_THAT(done.said, Contains("uploading") && Contains("transcoding") && Contains("/shows/night-watch/a-b\n") && Contains(".m4a\n"));
    const auto note = done.said.find("Note: Add a summary");  // said before anybody else could hear it
    CHECK(note != std::string::npos);
    CHECK(note < done.said.find("/shows/night-watch/a-b\n"));
    const auto episodes = stage.api("producer", "GET", "/shows/night-watch/episodes");
    CHECK(episodes.at("episodes.0.state") == "published");
    CHECK(episodes.at("episodes.0.people.0.role") == "narrator");
    CHECK(episodes.at("episodes.0.chapters.1.title") == "B");
    CHECK(episodes.at("episodes.0.master.file_name") == "master one.wav");

    for (const auto& [role, words, sentence] : std::vector<std::tuple<std::string, std::string, std::string>>{
             {"producer", file("words.txt", "no audio") + " --show night-watch --title T", "not a recording"},
             {"producer", file("empty.wav", "") + " --show night-watch --title T", "is empty"},
             {"producer", "/nothing.wav --show night-watch --title T", "There is no file /nothing.wav"},
             {"producer", "'" + master + "' --show other --title T", "There is no such show"},
             {"producer", "'" + master + "' --show night-watch --title T --schedule 2017-03-06T07:00:00Z",
              "--schedule must be a time to come"},
             {"producer", "'" + master + "' --show night-watch --title T --schedule tomorrow", "--schedule must be a time to come"},
             {"producer", "'" + master + "' --show night-watch --title T --chapters " + file("bad.txt", "1:00 Late"),
              "must start at 00:00:00"},
             {"analyst", "'" + master + "' --show night-watch --title T", ""}}) {
        CAPTURE(words);
        const auto refused = publish(role, words);
        CHECK(refused.status == 1);
        CHECK_THAT(refused.said, Contains(sentence));
    }
    const auto after = stage.api("producer", "GET", "/shows/night-watch/episodes");
    CHECK(after.at("episodes.0.state") == "published");
    CHECK(after.at("episodes.1").empty());

    const auto wav = tests::tone_wav(3);
    const auto cut = publish("producer", file("cut.wav", wav.substr(0, wav.size() / 2)) + " --show night-watch --title Cut --draft");
    INFO(cut.said);
    CHECK(cut.status == 0);
    CHECK_THAT(cut.said, Contains("Note: The header of this file promises more sound") && Contains("/studio/episodes/"));
}
