// `earshot check-config`: whatever a settings file names outside of itself is looked at, and said with file, line and key.

#include <pwd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "server/settings_check.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace earshot;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

// A folder with a settings file, and what the command says of it.
class Desk {
public:
    fs::path put(const std::string& name, const std::string& text) const {
        std::ofstream(folder_.path() / name) << text;
        return folder_.path() / name;
    }
    std::vector<std::string> problems(const std::string& toml) const {
        const auto settings = config::load_settings(put("earshot.toml", toml));
        INFO((settings ? "" : settings.error().message));
        REQUIRE(settings);
        return app::settings_problems(*settings);
    }
    // Exactly one, of that line and key.
    std::string problem(const std::string& toml, const std::string& line_and_key) const {
        INFO(toml);
        const auto found = problems(toml);
        REQUIRE(found.size() == 1);
        const auto begin = (folder_.path() / "earshot.toml").string() + ":" + line_and_key + ": ";
        CHECK_THAT(found[0], Catch::StartsWith(begin) && Catch::EndsWith("."));
        return found[0].substr(std::min(begin.size(), found[0].size()));
    }
    [[nodiscard]] std::string at(const std::string& name) const { return (folder_.path() / name).string(); }

private:
    tests::TemporaryFolder folder_;
};

std::string digest(const std::string& secret_file) {
    return "[[digest]]\nname = \"x\"\nwebhook = \"https://h.example/x\"\nsecret_file = \"" + secret_file + "\"\n";
}

}  // namespace

TEST_CASE("a file or program that is not there and a folder that cannot be are said with file, line and key") {
    const Desk desk;
    const std::string absent = " cannot be read: No such file or directory.";
    desk.put("there", "x\n");
    CHECK(desk.problem("[tls]\ncertificate = \"/nope.pem\"\n", "2: tls.certificate") == "/nope.pem" + absent);
    CHECK(desk.problem("[tls]\n\nkey = \"nope.pem\"\n", "3: tls.key") == desk.at("nope.pem") + absent);
    for (const char* key : {"agents_file", "data_centres_file", "countries_file", "shared_addresses_file"})
        CHECK(desk.problem(std::string("[statistics]\n") + key + " = \"/nope\"\n", std::string("2: statistics.") + key) ==
              "/nope" + absent);
    CHECK(desk.problem("[mail]\nuser = \"u\"\npassword_file = \"/nope\"\n", "3: mail.password_file") == "/nope" + absent);
    CHECK(desk.problem(digest("/nope"), "4: digest.secret_file") == "/nope" + absent);
    CHECK(desk.problem("[transcribe]\ncommand = [\"/nope\"]\n", "2: transcribe.command") ==
          "/nope cannot be run: No such file or directory.");
    CHECK_THAT(desk.problem("[transcribe]\ncommand = [\"" + desk.at("there") + "\", \"-\"]\n", "2: transcribe.command"),
               Contains("cannot be run: Permission denied."));
    CHECK(desk.problem("[storage]\ndata_dir = \"/proc/x\"\n", "2: storage.data_dir") ==
          "/proc/x cannot be made: No such file or directory.");
    CHECK(desk.problem("[storage]\ndata_dir = \"there/x\"\n", "2: storage.data_dir") == desk.at("there") + " is no folder.");
    CHECK_THAT(desk.problem("[storage]\nruntime_dir = \"/var/tmp/run\"\n", "2: storage.runtime_dir"), Contains("is on a disk"));
    CHECK(desk.problems("[storage]\ndata_dir = \"new/data\"\nruntime_dir = \"/dev/shm/earshot-new/run\"\n").empty());
    CHECK_FALSE(fs::exists(desk.at("new")));
    CHECK_FALSE(fs::exists("/dev/shm/earshot-new"));
}

TEST_CASE("a folder that this user may not make is said with the command that makes it") {
    const Desk desk;
    const auto settings = config::load_settings(desk.put("earshot.toml", "[storage]\ndata_dir = \"" + desk.at("data") + "\"\n"));
    REQUIRE(settings);
    if (::geteuid() != 0) fs::permissions(desk.at(""), fs::perms::owner_read | fs::perms::owner_exec);
    constexpr uid_t somebody = 65'534;
    const uid_t before = ::geteuid();
    if (before == 0) REQUIRE(::seteuid(somebody) == 0);
    const auto found = app::settings_problems(*settings);
    const passwd* user = ::getpwuid(::geteuid());
    if (before == 0) REQUIRE(::seteuid(before) == 0);
    fs::permissions(desk.at(""), fs::perms::owner_all);
    REQUIRE(found.size() == 1);
    REQUIRE(user != nullptr);
    CHECK_THAT(found[0], Contains(desk.at("data") + " cannot be made: Permission denied. ") &&
                             Contains(std::string("install -d -m 750 -o ") + user->pw_name + " -g ") &&
                             Contains(" " + desk.at("data") + " (") && Contains("sudo -u USER earshot check-config"));
}

TEST_CASE("what is in a file that the settings name is said of its key") {
    const Desk desk;
    desk.put("text", "nothing of use\n");
    desk.put("empty", "");
    desk.put("secret", "whsec_!\n");
    CHECK_THAT(desk.problem("[mail]\nuser = \"u\"\npassword_file = \"empty\"\n", "3: mail.password_file"),
               Contains("its first line is used"));
    CHECK_THAT(desk.problem(digest("secret"), "4: digest.secret_file"), Contains("not base64"));
    CHECK(desk.problems(digest("text")).empty());
    for (const char* key : {"agents_file", "data_centres_file", "countries_file", "shared_addresses_file"})
        CHECK_THAT(desk.problem(std::string("[statistics]\n") + key + " = \"text\"\n", std::string("2: statistics.") + key),
                   Contains(desk.at("text")));
    CHECK_THAT(desk.problem("[tls]\ncertificate = \"text\"\nkey = \"secret\"\n", "2: tls.certificate"), Contains("no certificate chain"));
}

TEST_CASE("the command says it all on standard error") {
    const Desk desk;
    const auto file = desk.put("earshot.toml", "[statistics]\nagents_file = \"/nope\"\ncountries_file = \"/nope\"\n");
    const auto run = [&](const std::string& where) {
        FILE* pipe = ::popen((std::string(EARSHOT_BINARY) + " check-config --config " + file.string() + " " + where).c_str(), "r");
        REQUIRE(pipe != nullptr);
        std::string said(4096, '\0');
        said.resize(std::fread(said.data(), 1, said.size(), pipe));
        return std::pair(WEXITSTATUS(::pclose(pipe)), said);
    };
    const auto refused = run("2>&1 >/dev/null");
    CHECK(refused.first == 1);
    CHECK(std::ranges::count(refused.second, '\n') == 2);
    desk.put("earshot.toml", "");
    const auto good = run("2>&1");
    CHECK(good.second == "ok\n");
    CHECK(good.first == 0);
}
