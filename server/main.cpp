// The command line of `earshot`: words in, option values out, one function a subcommand (server/commands/commands.hpp).

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iostream>

#include "server/commands/commands.hpp"

namespace {

using namespace earshot::commands;

struct CommandLine {
    CLI::App app{"Earshot: a podcast publishing and streaming server.", "earshot"};
    std::function<int()> chosen;

    CLI::App* command(const char* name, const char* text, std::function<int()> run) {
        CLI::App* sub = app.add_subcommand(name, text);
        sub->callback([this, run = std::move(run)] { chosen = run; });
        return sub;
    }
};

void add_config(CLI::App* sub, ConfigOption& options) {
    sub->add_option("--config", options.config, "settings file (earshot.toml)");
}

void add_data(CLI::App* sub, ServeOptions& options) {
    add_config(sub, options);
    sub->add_option("--data", options.data, "data folder, instead of the settings' one");
}

void add_serving(CommandLine& line, ServeOptions& serve_options, ConfigOption& check_options) {
    CLI::App* sub = line.command("serve", "run the server until SIGTERM or Ctrl-C", [&] { return serve(serve_options); });
    add_data(sub, serve_options);
    sub->add_option("--port", serve_options.port, "listen on 127.0.0.1:N, instead of the settings' addresses");
    sub->add_flag("--take-over", serve_options.take_over, "take over from the running server without dropping a connection");
    add_config(line.command("check-config", "check a settings file and say what is wrong", [&] { return check_config(check_options); }),
               check_options);
}

// Else from $EARSHOT_TOKEN.
std::string token_from(const std::filesystem::path& file) {
    std::string token;
    if (const char* given = std::getenv("EARSHOT_TOKEN")) token = given;
    if (!file.empty()) std::ifstream(file) >> token;
    return token;
}

void add_publish(CommandLine& line, PublishOptions& options, std::filesystem::path& token_file) {
    CLI::App* sub = line.command("publish", "upload a master and publish it as an episode, through a running server", [&] {
        options.token = token_from(token_file);
        return publish(options);
    });
    sub->add_option("master", options.master, "WAV, FLAC, AIFF, CAF, MP3, M4A or Ogg")->required();
    sub->add_option("--server", options.server, "address of the server")->envname("EARSHOT_SERVER");
    sub->add_option("--token-file", token_file, "file with a producer's token (else $EARSHOT_TOKEN)");
    sub->add_option("--show", options.show, "the show's short name")->required();
    sub->add_option("--title", options.title, "the episode's title")->required();
    sub->add_option("--summary", options.summary, "one or two sentences");
    sub->add_option("--notes", options.notes, "show notes, Markdown file");
    sub->add_option("--transcript", options.transcript, "WebVTT, SubRip, or the podcast namespace's JSON or HTML");
    sub->add_option("--language", options.language, "the transcript's language, when it is not the show's");
    sub->add_option("--chapters", options.chapters, "lines like '00:01:30 Title', or JSON chapters");
    sub->add_option("--artwork", options.artwork, "square JPEG or PNG, best 3000 pixels wide: 1400 at least, 6000 at most");
    sub->add_option("--artwork-alt", options.artwork_alt, "words for those who do not see it");
    sub->add_option("--person", options.people, "NAME or NAME:ROLE, may be repeated");
    sub->add_option("--season", options.season);
    sub->add_option("--number", options.number, "episode number");
    sub->add_option("--type", options.type, "full, trailer or bonus");
    sub->add_option("--schedule", options.schedule, "publish at this time: 2026-11-24T07:00:00Z");
    sub->add_flag("--draft", options.draft, "upload and transcode only");
}

void add_media(CommandLine& line, std::filesystem::path& probed, TranscodeOptions& options, WorkOptions& works, bool& self_test) {
    line.command("probe", "say what an audio file holds, as JSON", [&] { return probe(probed); })->add_option("file", probed)->required();
    CLI::App* sub =
        line.command("transcode", "make the renditions of a master without a server, JSON report", [&] { return transcode(options); });
    add_config(sub, options);
    sub->add_option("file", options.file)->required();
    sub->add_option("outdir", options.out_dir)->required();
    sub->add_option("--profile", options.profiles, "only this rendition; may be repeated");
    sub->add_option("--redact", options.redactions,
                    "take out what this file says: {\"ranges\": [{\"start\": 12.5, \"end\": \"0:14\", \"kind\": \"cut\"}]}");
    sub = line.command("work", "take jobs beside a server on the same data folder, until SIGTERM or Ctrl-C", [&] { return work(works); });
    add_data(sub, works);
    sub->add_option("--workers", works.workers, "masters at the same time, instead of the settings' number")->check(CLI::Range(1, 64));
    line.command("worker", "the sandboxed process that decodes masters; started by the server", [&] { return worker(self_test); })
        ->add_flag("--self-test", self_test, "try what the sandbox forbids and say which layers hold");
}

void add_accounts(CommandLine& line, AccountOptions& accounts, TokenOptions& tokens) {
    CLI::App* sub = line.command("account", "staff accounts: add, list, password, remove", [&] { return account(accounts); });
    add_data(sub, accounts);
    sub->add_option("action", accounts.action)->required()->check(CLI::IsMember({"add", "list", "password", "remove"}));
    sub->add_option("name", accounts.name);
    sub->add_option("--role", accounts.role, "admin, producer or analyst");
    sub->add_flag("--generate", accounts.generate, "make a password and print it once (else it is read from standard input)");
    sub = line.command("token", "API tokens: create, revoke", [&] { return token(tokens); });
    add_data(sub, tokens);
    sub->add_option("action", tokens.action)->required()->check(CLI::IsMember({"create", "revoke"}));
    sub->add_option("name", tokens.name)->required();
    sub->add_option("--role", tokens.role, "admin, producer or analyst");
    sub->add_option("--days", tokens.days, "valid for that long (else until revoked)");
}

void add_audits(CommandLine& line, ConfigOption& options, AuditOptions& audits, std::filesystem::path& token_file) {
    CLI::App* sub = line.command("audit", "replay the documented cases of counting on a running server", [&] {
        audits.token = token_from(token_file);
        return audit(audits);
    });
    sub->add_option("--server", audits.server, "address of the server")->envname("EARSHOT_SERVER");
    sub->add_option("--token-file", token_file, "file with an analyst's token (else $EARSHOT_TOKEN)");
    add_config(line.command("count", "deliveries as JSON lines on stdin, downloads as JSON on stdout", [&] { return count(options); }),
               options);
    add_config(line.command("classify", "user agents on stdin, what they are taken for as JSON lines", [&] { return classify(options); }),
               options);
}

void add_data_commands(CommandLine& line, FeedOptions& feeds, BackupOptions& backups) {
    CLI::App* sub = line.command("feed", "print a show's feed as it would be served", [&] { return feed(feeds); });
    add_data(sub, feeds);
    sub->add_option("show", feeds.show)->required();
    sub = line.command("backup", "copy catalogue, statistics and media into a folder, verified; the server may run",
                       [&] { return backup(backups); });
    add_data(sub, backups);
    sub->add_option("folder", backups.folder)->required();
    sub = line.command("restore", "fill an empty data folder from a backup", [&] { return restore(backups); });
    add_data(sub, backups);
    sub->add_option("folder", backups.folder)->required();
}

void add_privacy(CommandLine& line, PrivacyOptions& options) {
    CLI::App* sub =
        line.command("privacy", "what is held and why: report; while no server runs, destroy what is left of days that are over: forget",
                     [&] { return privacy(options); });
    add_data(sub, options);
    sub->add_option("action", options.action)->required()->check(CLI::IsMember({"report", "forget"}));
    sub->add_flag("--markdown", options.markdown, "the same as tables, without looking at any installation");
}

void add_digest(CommandLine& line, DigestOptions& options) {
    CLI::App* sub = line.command("digest", "print what the digests of the settings say now", [&] { return digest(options); });
    add_data(sub, options);
    sub->add_option("name", options.name, "only this one");
    sub->add_flag("--send", options.send, "and send it to its receivers, as a trial; needs a name")->needs("name");
}

}  // namespace

int main(int argc, char** argv) {
    CommandLine line;
    line.app.require_subcommand(1);
    line.app.set_version_flag("--version", EARSHOT_VERSION);
    line.app.failure_message(CLI::FailureMessage::help);

    ServeOptions serve_options;
    ConfigOption check_options, list_options;
    AuditOptions audit_options;
    PublishOptions publish_options;
    TranscodeOptions transcode_options;
    WorkOptions work_options;
    AccountOptions account_options;
    TokenOptions token_options;
    FeedOptions feed_options;
    BackupOptions backup_options;
    PrivacyOptions privacy_options;
    DigestOptions digest_options;
    std::filesystem::path token_file, probed;
    bool self_test = false;
    add_serving(line, serve_options, check_options);
    add_publish(line, publish_options, token_file);
    add_media(line, probed, transcode_options, work_options, self_test);
    add_accounts(line, account_options, token_options);
    add_audits(line, list_options, audit_options, token_file);
    add_data_commands(line, feed_options, backup_options);
    add_privacy(line, privacy_options);
    add_digest(line, digest_options);

    try {
        line.app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return line.app.exit(error) == 0 ? 0 : 2;
    }
    try {
        return line.chosen();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
