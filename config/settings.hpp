#pragma once
// How an operator describes the server. Every key has a default (config/earshot.toml shows them all); an unknown key, a wrong type or
// an impossible value is an error that names file, line and key.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/limits.hpp"
#include "content/model/error.hpp"
#include "content/model/media.hpp"

namespace earshot::config {

// What the settings name outside of themselves. Whether it is there shows on the machine only: server/settings_check.hpp.
struct Mention {
    enum class What {
        file,
        file_or_folder,
        password,  // a file whose first line is one
        secret,    // the same, for signing
        program,
        folder,        // for what lasts
        memory_folder  // for what must never come to a disk
    };
    What what{};
    std::string key;  // "tls.certificate"
    std::string at;   // with file and line: "earshot.toml:12: tls.certificate"
    std::filesystem::path path;
};

struct Settings {
    struct Server {
        std::vector<std::string> listen{"127.0.0.1:8080"};
        std::string public_url{"http://127.0.0.1:8080"};  // scheme and authority, no trailing slash: in feeds, pages and e-mails
        unsigned network_threads{0};
        unsigned pool_threads{8};
        std::chrono::seconds drain_timeout{30};
        std::chrono::seconds handover_drain{3600};
        std::vector<std::string> trusted_proxies;         // addresses or CIDR blocks that may say whose request they pass on; empty: nobody
        std::string forwarding_field{"x-forwarded-for"};  // or "forwarded": where they say it
        bool proxy_protocol{false};                       // they begin every connection with a PROXY v2 header
    } server;
    struct Tls {
        std::vector<std::string> listen;         // addresses that speak TLS
        std::filesystem::path certificate, key;  // PEM: the certificate with its chain; its key
        bool redirect{false};                    // plain requests are sent to public_url
        std::chrono::seconds strict_transport{180 * 24 * 3600};
    } tls;
    Limits limits;
    struct Storage {
        std::filesystem::path data_dir{"data"};  // catalogue.db, statistics.db, media/, uploads/
        std::filesystem::path
            runtime_dir{};  // RAM-backed folder for the day's counting state; empty: $RUNTIME_DIRECTORY, else one under /dev/shm
        std::uint64_t reserve_bytes{5ULL << 30};  // writes answer 507 below this much free disk (or 10 % of the disk, whichever is less)
    } storage;
    struct Uploads {
        std::uint64_t max_bytes{8ULL << 30};
        std::chrono::hours expire_after{7 * 24};
    } uploads;
    struct Publishing {
        unsigned workers{1};               // 0: this node takes no recordings
        unsigned queue_per_producer{100};  // masters that one producer may have waiting or worked on; 0: any number
        unsigned spare_cores{1};           // that workers leave to listeners
        std::string sandbox{"required"};   // or "degraded": run jobs even when a layer is missing
        std::chrono::seconds job_deadline{3 * 3600};
    } publishing;
    struct Transcribe {
        std::vector<std::string> command;  // program and arguments: audio on stdin, WebVTT on stdout; empty: no drafts are written
        std::chrono::seconds deadline{6 * 3600};
    } transcribe;
    std::vector<model::RenditionProfile> renditions;  // [[rendition]] blocks; default: mp3 (main enclosure, first), aac and opus
    struct Statistics {
        unsigned suppress_below{10};                    // cells under this are never shown; 1 shows everything
        std::chrono::days keep_hours{92};               // how long what became of requests is known by the hour; then by the day
        std::filesystem::path agents_file{};            // OPAWG-shaped rules instead of the built-in ones: a file or a folder
        std::filesystem::path data_centres_file{};      // blocks of addresses instead of the built-in ones
        std::filesystem::path countries_file{};         // .mmdb: which country an address belongs to
        std::uint32_t most_per_address{500};            // downloads of an episode a day that one address may have; 0: any number
        std::filesystem::path shared_addresses_file{};  // blocks that may have more, with the day of their last review
    } statistics;
    struct Mail {
        std::string relay;                    // "smtps://mail.example.org", "smtp://127.0.0.1:25"; empty: no mail is sent
        std::string from;                     // the sender's address
        std::string user;                     // empty: the relay asks for none
        std::filesystem::path password_file;  // its first line
        bool plain{false};                    // smtp:// without TLS
    } mail;
    struct Digest {
        std::string name;                 // in the log, and to know which were sent
        std::string show;                 // slug; empty: all shows
        std::string every{"weekly"};      // "daily", "weekly" (Mondays), "monthly" (the first)
        std::chrono::minutes at{7 * 60};  // on the show's clock
        std::vector<std::string> email;   // addresses, each gets a letter of its own
        std::string webhook;              // https://…; empty: none
        std::filesystem::path secret_file;
        std::string format{"text"};  // of the webhook's body, or "json"
        bool internal{false};        // the webhook is in a network of ours
    };
    std::vector<Digest> digests;  // [[digest]] blocks
    struct Log {
        std::string level{"info"};   // trace debug info warn error
        std::string format{"json"};  // or "text"
    } log;
    std::vector<Mention> mentions;  // in the file's order of sections; of defaults none
};

[[nodiscard]] Settings default_settings();

// Relative paths in the file are relative to the file's folder. Errors: invalid_input, "earshot.toml:12: server.port: unknown key …".
[[nodiscard]] model::Result<Settings> load_settings(const std::filesystem::path& file);
[[nodiscard]] model::Result<Settings> parse_settings(std::string_view toml, std::string_view file_name);

}  // namespace earshot::config
