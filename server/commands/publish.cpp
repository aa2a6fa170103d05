// `earshot publish`: a whole episode over the API, as a producer's script would do it.

#include <fmt/format.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>

#include "content/model/time.hpp"
#include "content/storage/digest.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/progress_bar.hpp"
#include "server/commands/upload.hpp"

namespace earshot::commands {

namespace {

using boost::json::object;
using boost::json::value;

std::string read_file(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in) throw ApiRefusal(fmt::format("{} cannot be read.", file.string()));
    return text;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
        out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

object document_of(const ApiAnswer& answer) {
    boost::system::error_code error;
    value document = boost::json::parse(answer.body, error);
    if (error || !document.is_object()) throw ApiRefusal("The server's answer is not the expected JSON.");
    return std::move(document.get_object());
}

std::string text_of(const object& document, std::string_view name) {
    const value* member = document.if_contains(name);
    return member != nullptr && member->is_string() ? std::string(member->get_string()) : std::string();
}

double number_of(const object& document, std::string_view name) {
    const value* member = document.if_contains(name);
    return member != nullptr && member->is_number() ? member->to_number<double>() : 0;
}

std::string episode_request(const PublishOptions& options) {
    object episode{{"title", options.title}};
    if (!options.summary.empty()) episode["summary"] = options.summary;
    if (!options.notes.empty()) episode["notes"] = read_file(options.notes);
    if (!options.type.empty()) episode["type"] = options.type;
    if (options.season) episode["season"] = *options.season;
    if (options.number) episode["number"] = *options.number;
    boost::json::array people;
    for (const std::string& given : options.people) {
        const auto colon = given.find(':');
        object person{{"name", given.substr(0, colon)}};
        if (colon != std::string::npos) person["role"] = given.substr(colon + 1);
        people.push_back(std::move(person));
    }
    if (!people.empty()) episode["people"] = std::move(people);
    return serialize(episode);
}

// The files beside the audio. They are read before anything is sent.
struct Companions {
    std::string chapters, transcript, artwork;
};

Companions read_companions(const PublishOptions& options) {
    Companions files;
    if (!options.chapters.empty()) files.chapters = read_file(options.chapters);
    if (!options.transcript.empty()) files.transcript = read_file(options.transcript);
    if (!options.artwork.empty()) files.artwork = read_file(options.artwork);
    return files;
}

void send_companions(ApiClient& client, const PublishOptions& options, const std::string& episode, const Companions& files) {
    const ApiClient::Fields plain{{"Content-Type", "text/plain; charset=utf-8"}};
    if (!options.chapters.empty()) client.insist("PUT", episode + "/chapters", files.chapters, plain);
    if (!options.transcript.empty()) {
        const std::string query = options.language.empty() ? "" : "?language=" + percent_encoded(options.language);
        client.insist("PUT", episode + "/transcript" + query, files.transcript, plain);
    }
    if (!options.artwork.empty())
        client.insist("PUT", episode + "/artwork?alt=" + percent_encoded(options.artwork_alt), files.artwork,
                      {{"Content-Type", "application/octet-stream"}});
}

void wait_for_job(ApiClient& client, const std::string& job) {
    ProgressBar bar("transcoding");
    std::set<std::string> said;  // without the figures in it, which change while it waits
    while (true) {
        const object state = document_of(client.insist("GET", "/api/v1/jobs/" + job));
        const std::string now = text_of(state, "state");
        bar.show(now == "succeeded" ? 1 : number_of(state, "progress"), now == "running" ? text_of(state, "stage") : now);
        if (const std::string reason = text_of(state, "reason"); !reason.empty() && now != "failed" && now != "cancelled") {
            std::string words = reason;
            std::erase_if(words, [](char c) { return c >= '0' && c <= '9'; });
            if (said.insert(words).second) bar.say(reason);  // what it waits for, or what to look at
        }
        if (now == "succeeded") return;
        if (now == "failed") throw ApiRefusal(text_of(state, "reason"));
        if (now == "cancelled") throw ApiRefusal("Somebody cancelled the transcoding.");
        client.pause(std::chrono::milliseconds(300));
    }
}

// What the decoder noticed about the recording, what it gives away, and what could be better: while nobody else can hear it.
void print_notes(const object& episode) {
    const auto inside = [](const value* outer, std::string_view name) {
        return outer != nullptr && outer->is_object() ? outer->get_object().if_contains(name) : nullptr;
    };
    for (const value* sentences : {inside(inside(episode.if_contains("master"), "info"), "warnings"), episode.if_contains("advice")}) {
        if (sentences == nullptr || !sentences->is_array()) continue;
        for (const value& sentence : sentences->get_array())
            if (sentence.is_string()) fmt::print(stderr, "Note: {}\n", std::string_view(sentence.get_string()));
    }
}

void print_addresses(const object& episode, const std::string& feed) {
    fmt::print("page  {}\nfeed  {}\n", text_of(episode, "page_url"), feed);
    const value* renditions = episode.if_contains("renditions");
    if (renditions == nullptr || !renditions->is_array()) return;
    for (const value& rendition : renditions->get_array())
        if (rendition.is_object())
            fmt::print("{:4}  {}\n", text_of(rendition.get_object(), "profile"), text_of(rendition.get_object(), "url"));
}

void publish_whole(ApiClient& client, const PublishOptions& options) {
    const Companions files = read_companions(options);
    const std::string request = episode_request(options);
    const std::string show = "/api/v1/shows/" + percent_encoded(options.show);
    const std::string feed = text_of(document_of(client.insist("GET", show)), "feed_url");
    // Not to be interrupted: who does not hear of his draft cannot remove it.
    const ApiClient::Fields once{{"Content-Type", "application/json"}, {"Idempotency-Key", storage::random_id()}};
    const std::string id =
        text_of(document_of(ApiClient(options.server, options.token).insist("POST", show + "/episodes", request, once)), "id");
    MadeOnServer draft(client, "draft", "/api/v1/episodes/" + id);
    send_companions(client, options, draft.path(), files);
    Upload upload(client, options.master);
    const ApiAnswer job = client.insist("PUT", draft.path() + "/master", serialize(object{{"upload", upload.id()}}));
    wait_for_job(client, text_of(document_of(job), "id"));
    ApiAnswer done = client.insist("GET", draft.path());
    print_notes(document_of(done));
    if (!options.draft) {
        object when;
        if (!options.schedule.empty()) when["at"] = options.schedule;
        const ApiAnswer asked = client.persist("POST", draft.path() + "/publish", serialize(when));
        done = client.insist("GET", draft.path());  // who asks twice, because an answer was lost, is told that it is public already
        if (const auto state = text_of(document_of(done), "state"); state != "published" && state != "scheduled")
            throw ApiRefusal(refusal_sentence(asked));
    }
    draft.keep();
    upload.keep();
    if (options.draft) {
        fmt::print("draft {}/studio/episodes/{}\n", options.server, id);
    } else {
        print_addresses(document_of(done), feed);
    }
}

}  // namespace

int publish(const PublishOptions& options) {
    if (options.token.empty()) return needs_token("A producer's");
    Interruption interruption;
    try {
        std::error_code missing;
        if (!std::filesystem::is_regular_file(options.master, missing))
            throw ApiRefusal(fmt::format("There is no file {}.", options.master.string()));
        // Before a gigabyte is on its way.
        if (const auto at = model::parse_rfc3339(options.schedule); !options.schedule.empty() && (!at || *at <= model::system_now()))
            throw ApiRefusal("--schedule must be a time to come, with its offset, like 2026-11-24T07:00:00Z.");
        ApiClient client(options.server, options.token, &interruption);
        publish_whole(client, options);
    } catch (const ApiRefusal& refusal) {
        fmt::print(stderr, "{}\n", refusal.what());
        return 1;
    }
    return 0;
}

}  // namespace earshot::commands
