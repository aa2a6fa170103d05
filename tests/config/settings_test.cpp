#include "config/settings.hpp"

#include <fmt/format.h>

#include <fstream>
#include <span>
#include <sstream>

#include "content/model/embedded.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::model {
std::span<const EmbeddedFile> default_settings_files();
}

namespace {

using namespace earshot;
using namespace std::chrono_literals;

config::Settings ok(std::string_view toml) {
    const auto settings = config::parse_settings(toml, "earshot.toml");
    INFO(toml);
    INFO((settings ? "" : settings.error().message));
    REQUIRE(settings);
    return *settings;
}

// The message must begin with `begins` and hold `holds`.
void bad(std::string_view toml, const std::string& begins, const std::string& holds = "") {
    const auto settings = config::parse_settings(toml, "earshot.toml");
    INFO(toml);
    REQUIRE_FALSE(settings);
    CHECK(settings.error().code == model::Errc::invalid_input);
    CHECK_THAT(settings.error().message, Catch::StartsWith(begins) && Catch::Contains(holds));
    CHECK(settings.error().message.ends_with('.'));
}

std::string rendition(std::string_view lines) {
    return "[[rendition]]\nname = \"x\"\ncodec = \"mp3\"\nbit_rate = 128000\n" + std::string(lines);
}

std::string shipped() {
    return std::string(model::default_settings_files().front().bytes);
}

}  // namespace

TEST_CASE("the shipped earshot.toml says exactly the built-in defaults") {
    REQUIRE(model::default_settings_files().size() == 1);
    CHECK(model::default_settings_files().front().name == "earshot.toml");
    const auto file = ok(shipped());
    const auto built_in = config::default_settings();
    CHECK(file.server.listen == built_in.server.listen);
    CHECK(file.server.public_url == built_in.server.public_url);
    CHECK(file.server.network_threads == built_in.server.network_threads);
    CHECK(file.server.pool_threads == built_in.server.pool_threads);
    CHECK(file.server.drain_timeout == built_in.server.drain_timeout);
    CHECK(file.server.handover_drain == built_in.server.handover_drain);
    CHECK(file.server.trusted_proxies == built_in.server.trusted_proxies);
    CHECK(file.server.forwarding_field == built_in.server.forwarding_field);
    CHECK(file.server.proxy_protocol == built_in.server.proxy_protocol);
    const auto &limits = file.limits, &built_in_limits = built_in.limits;
    CHECK(limits.max_connections == built_in_limits.max_connections);
    CHECK(limits.connections_per_address == built_in_limits.connections_per_address);
    CHECK(limits.max_requests_per_connection == built_in_limits.max_requests_per_connection);
    CHECK(limits.head_timeout == built_in_limits.head_timeout);
    CHECK(limits.idle_timeout == built_in_limits.idle_timeout);
    CHECK(limits.body_stall == built_in_limits.body_stall);
    CHECK(limits.write_stall == built_in_limits.write_stall);
    CHECK(limits.linger_timeout == built_in_limits.linger_timeout);
    CHECK(limits.body_minimum_rate == built_in_limits.body_minimum_rate);
    CHECK(limits.write_minimum_rate == built_in_limits.write_minimum_rate);
    CHECK(limits.rate_window == built_in_limits.rate_window);
    CHECK(limits.send_buffer == built_in_limits.send_buffer);
    CHECK(file.storage.data_dir == built_in.storage.data_dir);
    CHECK(file.storage.runtime_dir == built_in.storage.runtime_dir);
    CHECK(file.storage.reserve_bytes == built_in.storage.reserve_bytes);
    CHECK(file.uploads.max_bytes == built_in.uploads.max_bytes);
    CHECK(file.uploads.expire_after == built_in.uploads.expire_after);
    CHECK(file.publishing.workers == built_in.publishing.workers);
    CHECK(file.publishing.sandbox == built_in.publishing.sandbox);
    CHECK(file.publishing.job_deadline == built_in.publishing.job_deadline);
    CHECK(file.publishing.spare_cores == built_in.publishing.spare_cores);
    CHECK(file.publishing.queue_per_producer == built_in.publishing.queue_per_producer);
    CHECK(file.transcribe.command == built_in.transcribe.command);
    CHECK(file.transcribe.command.empty());
    CHECK(file.transcribe.deadline == built_in.transcribe.deadline);
    CHECK(file.renditions == built_in.renditions);
    CHECK(file.statistics.suppress_below == built_in.statistics.suppress_below);
    CHECK(file.statistics.keep_hours == built_in.statistics.keep_hours);
    CHECK(file.statistics.agents_file == built_in.statistics.agents_file);
    CHECK(file.statistics.data_centres_file == built_in.statistics.data_centres_file);
    CHECK(file.statistics.countries_file == built_in.statistics.countries_file);
    CHECK(file.statistics.most_per_address == built_in.statistics.most_per_address);
    CHECK(file.statistics.shared_addresses_file == built_in.statistics.shared_addresses_file);
    CHECK(file.mail.relay == built_in.mail.relay);
    CHECK(file.mail.from == built_in.mail.from);
    CHECK(file.mail.user == built_in.mail.user);
    CHECK(file.mail.password_file == built_in.mail.password_file);
    CHECK(file.mail.plain == built_in.mail.plain);
    CHECK(file.digests.empty());
    CHECK(file.log.level == built_in.log.level);
    CHECK(file.log.format == built_in.log.format);
}

TEST_CASE("the shipped earshot.toml shows every key there is") {
    for (const std::string section :
         {"[server]", "[limits]", "[storage]", "[uploads]", "[publishing]", "[transcribe]", "[[rendition]]", "[statistics]", "[log]"}) {
        const auto needed = section == "[[rendition]]" ? "name = \"x\"\ncodec = \"mp3\"\nbit_rate = 128000\n" : "";
        const auto refused = config::parse_settings(section + "\n" + needed + "no_such_key = 1\n", "f");
        REQUIRE_FALSE(refused);
        const auto& message = refused.error().message;
        const auto knows = message.find(" knows ");
        REQUIRE(knows != std::string::npos);
        const auto begin = shipped().find("\n" + section + "\n");
        REQUIRE(begin != std::string::npos);
        const auto block = shipped().substr(begin, shipped().find("\n[", begin + 2) - begin);
        std::istringstream keys(message.substr(knows + 7, message.size() - knows - 8));
        for (std::string key; std::getline(keys, key, ',');) {
            key.erase(0, key.find_first_not_of(' '));
            INFO(section << " " << key);
            CHECK(block.find("\n" + key + " = ") != std::string::npos);
        }
    }
}

TEST_CASE("the defaults are what podcast apps expect") {
    const auto settings = ok("");
    REQUIRE(settings.renditions.size() == 3);
    const auto& mp3 = settings.renditions[0];
    CHECK(mp3 == model::RenditionProfile{"mp3", model::Codec::mp3, 128'000, 96'000, 44'100, -16.0, -1.0});
    CHECK(settings.renditions[1] == model::RenditionProfile{"aac", model::Codec::aac, 128'000, 96'000, 44'100, -16.0, -1.0});
    CHECK(settings.renditions[2] == model::RenditionProfile{"opus", model::Codec::opus, 64'000, 48'000, 48'000, -16.0, -1.0});
    CHECK(settings.server.listen == std::vector<std::string>{"127.0.0.1:8080"});
}

TEST_CASE("the renditions that the shipped file offers for the taking are good ones") {
    auto text = shipped();
    for (std::size_t at = 0; (at = text.find("\n# [[rendition]]", at)) != std::string::npos; ++at)
        for (std::size_t line = at; text.compare(line, 3, "\n# ") == 0; line = text.find('\n', line + 1)) text.erase(line + 1, 2);
    const auto renditions = ok(text).renditions;
    REQUIRE(renditions.size() == 5);
    CHECK(renditions[3] == model::RenditionProfile{"opus-low", model::Codec::opus, 24'000, 24'000, 48'000, -16.0, -1.0, 1});
    CHECK(renditions[4] == model::RenditionProfile{"flac", model::Codec::flac, 0, 0, 48'000, -16.0, -1.0});
}

TEST_CASE("a codec's row says what a rendition of it may be") {
    for (const auto& codec : model::all_codecs()) {
        const auto block = [&](std::string_view lines) {
            return fmt::format("[[rendition]]\nname = \"x\"\ncodec = \"{}\"\n{}", codec.name, lines);
        };
        if (codec.lossless) {
            CHECK(ok(block("")).renditions[0].sample_rate == codec.sample_rate);
            bad(block("bit_rate = 64000"), "earshot.toml:4: rendition.bit_rate: ", "loses nothing");
        } else {
            bad(block(""), "earshot.toml:1: rendition.bit_rate: is missing");
        }
        for (const auto sample_rate : codec.sample_rates) {
            if (codec.lossless) {
                CHECK(ok(block(fmt::format("sample_rate = {}", sample_rate))).renditions[0].codec == codec.codec);
                continue;
            }
            const auto mono = codec.bit_rates(sample_rate, 1), stereo = codec.bit_rates(sample_rate, 2);
            const auto most = [](const model::BitRates& rates) {
                return rates.kilobits.empty() ? rates.most : 1000 * rates.kilobits.back();
            };
            const auto lines = [&](std::uint32_t more) {
                return block(
                    fmt::format("sample_rate = {}\nmono_bit_rate = {}\nbit_rate = {}", sample_rate, most(mono), most(stereo) + more));
            };
            const auto read = ok(lines(0)).renditions[0];
            CHECK(read.sample_rate == sample_rate);
            CHECK(read.bit_rate == most(stereo));
            bad(lines(1), "earshot.toml:6: rendition.bit_rate: ", fmt::format("{} ", codec.name));
        }
    }
}

TEST_CASE("settings are read") {
    const auto settings = ok(R"(
[server]
listen = ["0.0.0.0:80", "[::]:80"]
public_url = "https://pod.example.org"
network_threads = 2
pool_threads = 4
drain_timeout = "2m"
handover_drain = "3h"
trusted_proxies = ["10.0.0.0/8", "::1"]
forwarding_field = "forwarded"
proxy_protocol = true
[limits]
max_connections = 50
connections_per_address = 5
max_requests_per_connection = 7
head_timeout = 1
idle_timeout = "1m"
body_stall = 3
write_stall = 4
linger_timeout = 0
body_minimum_rate = "1kB"
write_minimum_rate = 0
rate_window = "2m"
send_buffer = "64KiB"
[storage]
data_dir = "/srv/earshot"
runtime_dir = "/run/earshot"
reserve_bytes = 0
[uploads]
max_bytes = "500MB"
expire_after = "2d"
[publishing]
workers = 0
spare_cores = 2
queue_per_producer = 0
sandbox = "degraded"
job_deadline = 600
[transcribe]
command = ["/usr/bin/hear", "-l", "{language}", "-l"]
deadline = "90m"
[[rendition]]
name = "hi"
codec = "aac"
bit_rate = 192_000
target_lufs = -14
[statistics]
suppress_below = 1
keep_hours = "400d"
[log]
level = "debug"
format = "text"
)");
    CHECK(settings.server.listen == std::vector<std::string>{"0.0.0.0:80", "[::]:80"});
    CHECK(settings.server.public_url == "https://pod.example.org");
    CHECK(settings.server.network_threads == 2);
    CHECK(settings.server.pool_threads == 4);
    CHECK(settings.server.drain_timeout == 120s);
    CHECK(settings.server.handover_drain == 3h);
    CHECK(settings.server.trusted_proxies == std::vector<std::string>{"10.0.0.0/8", "::1"});
    CHECK(settings.server.forwarding_field == "forwarded");
    CHECK(settings.server.proxy_protocol);
    CHECK(settings.limits.max_connections == 50);
    CHECK(settings.limits.connections_per_address == 5);
    CHECK(settings.limits.max_requests_per_connection == 7);
    CHECK(settings.limits.head_timeout == 1s);
    CHECK(settings.limits.idle_timeout == 60s);
    CHECK(settings.limits.body_stall == 3s);
    CHECK(settings.limits.write_stall == 4s);
    CHECK(settings.limits.linger_timeout == 0s);
    CHECK(settings.limits.body_minimum_rate == 1000);
    CHECK(settings.limits.write_minimum_rate == 0);
    CHECK(settings.limits.rate_window == 120s);
    CHECK(settings.limits.send_buffer == 65'536);
    CHECK(settings.storage.data_dir == "/srv/earshot");
    CHECK(settings.storage.runtime_dir == "/run/earshot");
    CHECK(settings.storage.reserve_bytes == 0);
    CHECK(settings.uploads.max_bytes == 500'000'000);
    CHECK(settings.uploads.expire_after == 48h);
    CHECK(settings.publishing.workers == 0);
    CHECK(settings.publishing.sandbox == "degraded");
    CHECK(settings.publishing.job_deadline == 600s);
    CHECK(settings.publishing.spare_cores == 2);
    CHECK(settings.publishing.queue_per_producer == 0);
    CHECK(settings.transcribe.command == std::vector<std::string>{"/usr/bin/hear", "-l", "{language}", "-l"});
    CHECK(settings.transcribe.deadline == 90min);
    REQUIRE(settings.renditions.size() == 1);
    CHECK(settings.renditions[0] == model::RenditionProfile{"hi", model::Codec::aac, 192'000, 192'000, 44'100, -14.0, -1.0});
    CHECK(settings.statistics.suppress_below == 1);
    CHECK(settings.statistics.keep_hours == std::chrono::days(400));
    CHECK(settings.log.level == "debug");
    CHECK(settings.log.format == "text");
}

TEST_CASE("unknown keys and wrong types are refused with file, line and key") {
    bad("[server]\nprt = 1", "earshot.toml:2: server.prt: unknown key", "public_url");
    bad("\n\n[sever]\n", "earshot.toml:3: sever: unknown section", "server");
    bad("listen = 1", "earshot.toml:1: listen: unknown section");
    bad("server = 1", "earshot.toml:1: server: must be a section");
    bad("[rendition]\nname = \"x\"", "earshot.toml:1: rendition: must be written as [[rendition]]");
    bad("rendition = []", "earshot.toml:1: rendition: must be written as [[rendition]]");
    bad("[server]\npublic_url = 8080", "earshot.toml:2: server.public_url: must be text");
    bad("[server]\nlisten = \"127.0.0.1:8080\"", "earshot.toml:2: server.listen: must be a list");
    bad("[server]\nlisten = [\n  \"127.0.0.1:1\",\n  2,\n]", "earshot.toml:4: server.listen: must be a list");
    bad("[server]\npool_threads = \"8\"", "earshot.toml:2: server.pool_threads: must be a whole number");
    bad("[server]\npool_threads = 8.5", "earshot.toml:2: server.pool_threads: must be a whole number");
    bad("[server]\ndrain_timeout = true", "earshot.toml:2: server.drain_timeout: must be a number of seconds");
    bad("[storage]\ndata_dir = 7", "earshot.toml:2: storage.data_dir: must be text");
    bad("[uploads]\nmax_bytes = 1.5", "earshot.toml:2: uploads.max_bytes: must be a number of bytes");
    bad(rendition("target_lufs = \"-16\""), "earshot.toml:5: rendition.target_lufs: must be a number");
    bad(rendition("quality = 2"), "earshot.toml:5: rendition.quality: unknown key");
    bad("[server]\nlisten = [", "earshot.toml:2: ");
    bad("[server]\n[server]", "earshot.toml:2: ");
    bad("[log]\nlevel = \"a\"\nlevel = \"b\"", "earshot.toml:3: ");
    bad("\xff\xfe", "earshot.toml:1: ");
}

TEST_CASE("impossible values are refused") {
    for (const std::string address : {"", "8080", ":8080", "localhost:8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                                      "127.0.0.1:8080x", "256.0.0.1:80", "::1:80", "[::1]", "[::1]80", "[::g]:80", "[127.0.0.1]:80"})
        bad("[server]\nlisten = [\"" + address + "\"]", "earshot.toml:2: server.listen: ", address);
    bad("[server]\nlisten = []", "earshot.toml:2: server.listen: name at least one address");
    bad("[server]\nlisten = [\"127.0.0.1:1\", \"127.0.0.1:1\"]", "earshot.toml:2: server.listen: ", "twice");
    for (const std::string url : {"", "pod.example.org", "ftp://pod.example.org", "https://", "https://pod.example.org/",
                                  "https://pod.example.org/podcasts", "https://pod.example.org?x", "https://u@pod.example.org",
                                  "https://Pod.example.org", "https://pod.example.org:0", "https://pod.example.org:",
                                  "https://pod.example.org:99999", "https://pod example.org", "https://.org", "https://[::1", "https:/x"})
        bad("[server]\npublic_url = \"" + url + "\"", "earshot.toml:2: server.public_url: ", url);
    for (const std::string proxy : {"", "proxy", "10.0.0.0/33", "10.0.0/8", "fd00::/129", "10.0.0.0/", "10.0.0.0/8/8"})
        bad("[server]\ntrusted_proxies = [\"" + proxy + "\"]", "earshot.toml:2: server.trusted_proxies: ");
    bad("[server]\nforwarding_field = \"x-real-ip\"", "earshot.toml:2: server.forwarding_field: ", "forwarded");
    bad("[server]\nproxy_protocol = 1", "earshot.toml:2: server.proxy_protocol: must be true or false");
    bad("[server]\nproxy_protocol = true", "earshot.toml:2: server.proxy_protocol: needs server.trusted_proxies");
    bad("[server]\npool_threads = 0", "earshot.toml:2: server.pool_threads: must be from 1");
    bad("[server]\nnetwork_threads = -1", "earshot.toml:2: server.network_threads: must be from 0");
    for (const std::string key : {"max_connections", "connections_per_address", "max_requests_per_connection", "head_timeout",
                                  "idle_timeout", "body_stall", "write_stall", "rate_window", "send_buffer"})
        bad("[limits]\n" + key + " = 0", "earshot.toml:2: limits." + key + ": must be from 1");
    for (const std::string key : {"linger_timeout", "body_minimum_rate", "write_minimum_rate"})
        bad("[limits]\n" + key + " = -1", "earshot.toml:2: limits." + key + ": ");
    bad("[limits]\nmax_connections = 9223372036854775807", "earshot.toml:2: limits.max_connections: ");
    bad("[limits]\nhead_timeout = \"2h\"", "earshot.toml:2: limits.head_timeout: must be from 1 to 3600 seconds");
    bad("[server]\ndrain_timeout = -1", "earshot.toml:2: server.drain_timeout: ");
    for (const std::string text : {"", "s", "30", "30 sec", "-1s", "1.5h", "99999999999999999999d", "9223372036854775807d"})
        bad("[server]\ndrain_timeout = \"" + text + "\"", "earshot.toml:2: server.drain_timeout: ");
    bad("[storage]\ndata_dir = \"\"", "earshot.toml:2: storage.data_dir: must name a folder");
    bad("[storage]\nreserve_bytes = -1", "earshot.toml:2: storage.reserve_bytes: ");
    bad("[uploads]\nmax_bytes = 0", "earshot.toml:2: uploads.max_bytes: ");
    bad("[uploads]\nmax_bytes = \"99999999TiB\"", "earshot.toml:2: uploads.max_bytes: ");
    bad("[uploads]\nexpire_after = 168", "earshot.toml:2: uploads.expire_after: ");
    bad("[uploads]\nexpire_after = \"90m\"", "earshot.toml:2: uploads.expire_after: must be a multiple of 3600");
    bad("[publishing]\nsandbox = \"off\"", "earshot.toml:2: publishing.sandbox: ", "required, degraded");
    bad("[publishing]\njob_deadline = 0", "earshot.toml:2: publishing.job_deadline: ");
    bad("[transcribe]\ncommand = \"hear\"", "earshot.toml:2: transcribe.command: must be a list of texts");
    bad("[transcribe]\ncommand = [\"hear\"]", "earshot.toml:2: transcribe.command: must begin with the whole path of a program");
    bad("[transcribe]\ndeadline = 0", "earshot.toml:2: transcribe.deadline: ");
    bad("[statistics]\nsuppress_below = 0", "earshot.toml:2: statistics.suppress_below: must be from 1");
    bad("[statistics]\nkeep_hours = \"1d\"", "earshot.toml:2: statistics.keep_hours: must be from 172800");
    bad("[statistics]\nkeep_hours = \"49h\"", "earshot.toml:2: statistics.keep_hours: must be a multiple of 86400");
    bad("[log]\nlevel = \"loud\"", "earshot.toml:2: log.level: ", "trace, debug");
    bad("[log]\nformat = \"xml\"", "earshot.toml:2: log.format: ");
}

TEST_CASE("impossible renditions are refused") {
    bad("[[rendition]]\nname = \"x\"\ncodec = \"mp3\"", "earshot.toml:1: rendition.bit_rate: is missing");
    bad("[[rendition]]\ncodec = \"mp3\"\nbit_rate = 128000", "earshot.toml:1: rendition.name: is missing");
    bad("[[rendition]]\nname = \"x\"\nbit_rate = 128000", "earshot.toml:1: rendition.codec: is missing");
    bad("[[rendition]]\nname = \"x\"\ncodec = \"ogg\"\nbit_rate = 1", "earshot.toml:3: rendition.codec: \"ogg\"", "flac");
    bad("[[rendition]]\nname = \"../x\"\ncodec = \"mp3\"\nbit_rate = 1", "earshot.toml:2: rendition.name: ");
    bad("[[rendition]]\nname = \"x\"\ncodec = \"mp3\"\nbit_rate = 0", "earshot.toml:4: rendition.bit_rate: ");
    bad("[[rendition]]\nname = \"x\"\ncodec = \"mp3\"\nbit_rate = 130000", "earshot.toml:4: rendition.bit_rate: mp3 at 44100 Hz", "128");
    bad("[[rendition]]\nname = \"x\"\ncodec = \"aac\"\nbit_rate = 600000", "earshot.toml:4: rendition.bit_rate: ", "529200");
    bad("[[rendition]]\nname = \"x\"\ncodec = \"opus\"\nbit_rate = 64000\nsample_rate = 44100",
        "earshot.toml:5: rendition.sample_rate: ", "48000");
    bad("[[rendition]]\nname = \"x\"\ncodec = \"opus\"\nbit_rate = 600000", "earshot.toml:4: rendition.bit_rate: ", "510000");
    bad("[[rendition]]\nname = \"x\"\ncodec = \"flac\"\nbit_rate = 64000", "earshot.toml:4: rendition.bit_rate: ", "leave");
    bad(rendition("channels = 3"), "earshot.toml:5: rendition.channels: ");
    bad(rendition("mono_bit_rate = 0"), "earshot.toml:5: rendition.mono_bit_rate: ");
    bad(rendition("sample_rate = 96000"), "earshot.toml:5: rendition.sample_rate: mp3 cannot have 96000 Hz", "44100");
    bad(rendition("sample_rate = 0"), "earshot.toml:5: rendition.sample_rate: ");
    bad("[[rendition]]\nname = \"x\"\ncodec = \"aac\"\nbit_rate = 128000\nsample_rate = 192000", "earshot.toml:5: rendition.sample_rate: ");
    bad(rendition("target_lufs = 0"), "earshot.toml:5: rendition.target_lufs: ");
    bad(rendition("target_lufs = nan"), "earshot.toml:5: rendition.target_lufs: ");
    bad(rendition("ceiling_dbtp = 0.1"), "earshot.toml:5: rendition.ceiling_dbtp: ");
    bad(rendition("") + rendition(""), "earshot.toml:6: rendition.name: \"x\" is the name of two renditions");
    CHECK(ok(rendition("sample_rate = 48000")).renditions.front().sample_rate == 48'000);
    CHECK(ok("[[rendition]]\nname = \"s\"\ncodec = \"mp3\"\nbit_rate = 64000\nsample_rate = 24000").renditions.front().bit_rate == 64'000);
}

TEST_CASE("digests name receivers that can be reached") {
    const std::string mail = "[mail]\nrelay = \"smtp://127.0.0.1:25\"\nfrom = \"earshot@example.org\"\n[[digest]]\nname = \"weekly\"\n";
    const auto settings = ok(mail + "email = [\"press@example.org\"]\nat = \"23:05\"\nevery = \"monthly\"");
    REQUIRE(settings.digests.size() == 1);
    CHECK(settings.digests.front().at == 23h + 5min);
    CHECK(settings.digests.front().every == "monthly");
    CHECK(ok(mail + "email = [\"press@example.org\"]").digests.front().at == 7h);
    const std::string hook = "[[digest]]\nname = \"x\"\nsecret_file = \"s\"\nwebhook = ";
    CHECK(ok(hook + "\"https://hooks.example.org/a\"").digests.front().secret_file == "s");
    CHECK(ok(hook + "\"http://hooks\"\ninternal = true").digests.front().internal);

    bad(mail + "email = [\"press@example.org>\"]", "earshot.toml:6: digest.email: ", "not a mail address");
    bad(mail + "email = [\"a@b@c\"]", "earshot.toml:6: digest.email: ");
    bad(mail + "email = [\"press@example.org\"]\nat = \"24:00\"", "earshot.toml:7: digest.at: ", "07:00");
    bad(mail + "email = [\"press@example.org\"]\nat = \"7:00\"", "earshot.toml:7: digest.at: ");
    bad(mail + "email = [\"press@example.org\"]\nevery = \"hourly\"", "earshot.toml:7: digest.every: ", "daily");
    bad(mail, "earshot.toml:4: digest.email: is missing");
    bad("[[digest]]\nname = \"x\"\nemail = [\"press@example.org\"]", "earshot.toml:3: digest.email: needs mail.relay");
    bad("[[digest]]\nemail = []", "earshot.toml:1: digest.name: is missing");
    bad("[[digest]]\nname = \"x\"\nwebhook = \"https://h\"", "earshot.toml:3: digest.webhook: needs secret_file");
    bad(hook + "\"http://hooks.example.org\"", "earshot.toml:4: digest.webhook: must begin with https://", "internal");
    bad(hook + "\"file:///etc/passwd\"", "earshot.toml:4: digest.webhook: ", "not an address");
    bad(hook + "\"https://me:secret@hooks.example.org\"", "earshot.toml:4: digest.webhook: ");
    bad(hook + "\"https://h\"\n" + hook + "\"https://h\"", "earshot.toml:6: digest.name: is the name of two digests");
    bad("digest = 1", "earshot.toml:1: digest: must be written as [[digest]] blocks");
    bad("[mail]\nrelay = \"smtp://127.0.0.1\"", "earshot.toml:2: mail.relay: needs mail.from");
    bad("[mail]\nrelay = \"mail.example.org\"", "earshot.toml:2: mail.relay: ", "smtps://");
    bad("[mail]\nrelay = \"smtps://h\"\nfrom = \"a@b.c\"\nplain = true", "earshot.toml:4: mail.plain: ");
    bad("[mail]\nuser = \"me\"", "earshot.toml:2: mail.user: ", "password_file");
}

TEST_CASE("a settings file is loaded, and its relative paths are relative to its folder") {
    const tests::TemporaryFolder folder;
    const auto file = folder.path() / "my.toml";
    std::ofstream(file) << "[storage]\ndata_dir = \"here\"\nruntime_dir = \"/run/x\"\n";
    const auto settings = config::load_settings(file);
    REQUIRE(settings);
    CHECK(settings->storage.data_dir == folder.path() / "here");
    CHECK(settings->storage.runtime_dir == "/run/x");
    CHECK(settings->statistics.agents_file.empty());

    std::ofstream(file) << "# nothing\n";
    CHECK(config::load_settings(file)->storage.data_dir == folder.path() / "data");

    std::ofstream(file) << "[log]\nlevel = 3\n";
    const auto refused = config::load_settings(file);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message == file.string() + ":2: log.level: must be text in quotes.");

    for (const auto& path : {folder.path() / "absent.toml", folder.path()}) {
        const auto unread = config::load_settings(path);
        REQUIRE_FALSE(unread);
        CHECK_THAT(unread.error().message, Catch::StartsWith(path.string() + ": cannot be read: "));
    }
}
