#pragma once
// The subcommands of `earshot`, one .cpp each. main.cpp turns the command line into these values. Each returns the process's exit status:
// 0 done, 1 refused (one sentence on stderr), 2 wrong usage.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace earshot::commands {

struct ConfigOption {
    std::filesystem::path config;  // empty: built-in defaults
};

// serve --config F [--data DIR] [--port N] [--take-over]: runs until SIGTERM or SIGINT, or until another one has taken over.
struct ServeOptions : ConfigOption {
    std::filesystem::path data;         // overrides storage.data_dir
    std::optional<std::uint16_t> port;  // overrides server.listen with 127.0.0.1:N, and public_url's port when that is the default
    bool take_over{};                   // from the server that runs on the same data
};
int serve(const ServeOptions& options);
int check_config(const ConfigOption& options);  // prints "ok" or the error

// work [--workers N]: takes jobs from the queue beside a server on the same data folder, until SIGTERM or SIGINT; serves nobody.
struct WorkOptions : ServeOptions {
    std::optional<unsigned> workers;  // instead of the settings' publishing.workers, 1 at least
};
int work(const WorkOptions& options);
int worker(bool self_test);

// probe FILE: JSON on stdout.
int probe(const std::filesystem::path& file);
// transcode FILE OUTDIR [--profile NAME]… [--redact RANGES.json]: JSON report on stdout; files OUTDIR/<profile>.<extension>.
struct TranscodeOptions : ConfigOption {
    std::filesystem::path file, out_dir;
    std::vector<std::string> profiles;  // empty: all of the settings
    std::filesystem::path redactions;   // as the API takes them; empty: none
};
int transcode(const TranscodeOptions& options);

// feed SHOW: the feed as it would be served, on stdout.
struct FeedOptions : ServeOptions {
    std::string show;
};
int feed(const FeedOptions& options);

// count: deliveries as JSON lines on stdin → one JSON object on stdout. A malformed line: its number on stderr, exit 1.
// classify: user agents on stdin, one a line → one JSON object a line. Both: docs/measurement.md; with the settings' lists.
int count(const ConfigOption& options);
int classify(const ConfigOption& options);

// audit: replays the documented cases on a running server. 0: all counted as documented; 1: not, or no answer; 2: no token.
struct AuditOptions {
    std::string server{"http://127.0.0.1:8080"};  // --server, or $EARSHOT_SERVER
    std::string token;                            // --token-file F, or $EARSHOT_TOKEN: an analyst's
};
int audit(const AuditOptions& options);

// publish MASTER --show S --title T …: a whole episode over the API, with a progress bar on stderr and the episode's addresses on stdout.
struct PublishOptions {
    std::filesystem::path master;
    std::string server{"http://127.0.0.1:8080"};  // --server, or $EARSHOT_SERVER
    std::string token;                            // --token-file F, or $EARSHOT_TOKEN
    std::string show, title, summary, schedule /* RFC 3339, empty: now */, artwork_alt, language, type;
    std::filesystem::path notes, transcript, chapters,
        artwork;                      // Markdown; VTT or SRT; lines "00:01:30 Title" or JSON chapters; JPEG or PNG
    std::vector<std::string> people;  // "Name" or "Name:role"
    std::optional<std::uint32_t> season, number;
    bool draft{};  // upload and transcode, but do not publish
};
int publish(const PublishOptions& options);

// account add NAME --role R (password on stdin, or generated and printed once); account list; account password NAME; account remove NAME
struct AccountOptions : ServeOptions {
    std::string action, name, role;
    bool generate{};
};
int account(const AccountOptions& options);
// token create NAME --role R [--days N] prints the token once; token revoke NAME
struct TokenOptions : ServeOptions {
    std::string action, name, role;
    std::optional<unsigned> days;
};
int token(const TokenOptions& options);

// backup DIR: catalogue, statistics and every object, verified; safe while the server runs. restore DIR: into an empty data folder.
struct BackupOptions : ServeOptions {
    std::filesystem::path folder;
};
int backup(const BackupOptions& options);
int restore(const BackupOptions& options);

// digest [NAME] [--send]: what the digests of the settings say now, on stdout; with --send also to their receivers, as a trial.
struct DigestOptions : ServeOptions {
    std::string name;  // empty: all
    bool send{};
};
int digest(const DigestOptions& options);

// privacy report [--markdown]: what is held and why; exit 1 when this installation's databases or folders hold anything else.
// privacy forget: destroys what is left of days that are over, once their sums are stored; nothing to do while a server runs.
struct PrivacyOptions : ServeOptions {
    std::string action;
    bool markdown{};
};
int privacy(const PrivacyOptions& options);

}  // namespace earshot::commands
