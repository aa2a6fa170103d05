#pragma once
// A show with everything a feed can say, and one with nothing but what it must.

#include <vector>

#include "content/model/episode.hpp"
#include "content/model/show.hpp"

namespace earshot::tests {

inline model::Timestamp at(std::string_view rfc3339) {
    return model::parse_rfc3339(rfc3339).value();
}

inline model::Artwork artwork(const std::string& key, std::string alt) {
    return {.alt = std::move(alt),
            .sizes = {{3000, key + "3000", 1}, {1400, key + "1400", 1}, {600, key + "0600", 1}, {300, key + "0300", 1}}};
}

inline model::Rendition rendition(model::Codec codec, const std::string& url_path, std::uint64_t bytes,
                                  std::chrono::milliseconds duration) {
    model::Rendition made;
    made.profile = model::to_string(codec);
    made.codec = codec;
    made.bit_rate = codec == model::Codec::opus ? 64'000 : 128'000;
    made.url_path = url_path;
    made.byte_length = bytes;
    made.mime_type = model::facts_of(codec).mime_type;
    made.duration = duration;
    made.tagged_at = at("2026-11-20T10:00:00Z");
    return made;
}

inline model::Show full_show() {
    model::Show show;
    show.slug = "code-severe";
    show.podcast_guid = "9b024349-ccf0-5f69-a609-6b82873eab3c";
    show.title = "Code Severe";
    show.description = "How attacks on UK soil were prevented, told by the people who did it.\nTwo parts.";
    show.notice = "This is a demonstration, read by a speech synthesiser.";
    show.author = "Earshot & Friends";
    show.owner_name = "Press office";
    show.owner_email = "press@example.org";
    show.category = "Society & Culture";
    show.subcategory = "Documentary";
    show.type = model::ShowType::serial;
    show.copyright = "Earshot contributors";
    show.website = "https://example.org";
    show.people = {{.name = "Anna Berg", .role = "host", .group = "cast", .href = "https://example.org/anna?a=1&b=2"}};
    show.actions = {{.label = "Report online at gov.uk/ACT", .href = "https://www.gov.uk/ACT", .detail = "In confidence, day or night."},
                    {.label = "Call 0800 789321", .href = "tel:0800789321", .detail = "The confidential Anti-Terrorist Hotline"},
                    {.label = "In an emergency call 999", .href = "tel:999", .detail = "", .emergency = true}};
    show.artwork = artwork("c0ffee", "A red telephone on a dark desk");
    show.updated_at = at("2026-11-01T00:00:00Z");
    return show;
}

inline std::vector<model::Episode> full_episodes(const model::Show& show) {
    model::Episode second;
    second.show = show.id;
    second.guid = "earshot-2";
    second.slug = "the-second-call";
    second.title = "The Second Call";
    second.season = 1;
    second.number = 2;
    second.state = model::EpisodeState::published;
    second.publish_at = at("2026-12-01T07:00:00Z");
    second.updated_at = at("2026-11-21T00:00:00Z");
    second.renditions = {rendition(model::Codec::mp3, "/media/k2/the-second-call.mp3", 4'000'123, std::chrono::milliseconds(250'499))};

    model::Episode first = second;
    first.guid = "earshot-1";
    first.slug = "multiple-bombings";
    first.title = "Multiple Bombings";
    first.summary = "A call that nearly was not made.";
    first.notes =
        "# What happened\n\nA **neighbour** noticed [something](https://example.org/what?x=1&y=2).\n\n- bags\n- *smells*\n\nMail "
        "<press@example.org> & ask.";
    first.number = 1;
    first.is_explicit = true;
    first.publish_at = at("2026-11-24T07:00:00Z");
    first.people = {{.name = "Ben Okoro", .role = "narrator", .group = "cast", .href = ""},
                    {.name = "Cy", .role = "editor", .group = "writing", .href = ""}};
    first.chapters = {{std::chrono::milliseconds(0), "Beginning", ""},
                      {std::chrono::milliseconds(92'500), "What to look for", "https://www.gov.uk/ACT"},
                      {std::chrono::milliseconds(3'725'000), "\"I might be <wrong>\"", ""}};
    first.transcript = model::Transcript{"text/vtt", "en-GB", "WEBVTT\n\n00:00.000 --> 00:01.000\n<v Anna>Hello\n"};
    first.artwork = artwork("beef", "Two suitcases & a bicycle");
    first.renditions = {
        rendition(model::Codec::mp3, "/media/k1/multiple-bombings.mp3", 65'432'100, std::chrono::milliseconds(4'087'500)),
        rendition(model::Codec::aac, "/media/k1/multiple-bombings.m4a", 64'000'001, std::chrono::milliseconds(4'087'500)),
        rendition(model::Codec::opus, "/media/k1/multiple-bombings.opus", 32'000'001, std::chrono::milliseconds(4'087'500))};
    return {second, first};  // newest first
}

inline model::Show bare_show() {
    model::Show show;
    show.slug = "bare";
    show.title = "Bare";
    show.category = "";
    show.language = "en";
    show.locked = false;
    return show;
}

}  // namespace earshot::tests
