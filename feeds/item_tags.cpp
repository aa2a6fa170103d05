#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "content/model/text.hpp"
#include "content/model/transcript_forms.hpp"
#include "feeds/addresses.hpp"
#include "feeds/links.hpp"
#include "feeds/tags.hpp"

namespace earshot::feeds {
namespace {

bool always(const Item&) {
    return true;
}
bool has_artwork(const Item& i) {
    return i.episode.artwork && !i.episode.artwork->sizes.empty();
}
bool has_summary(const Item& i) {
    return !i.episode.summary.empty();
}
bool has_season(const Item& i) {
    return i.episode.season.value_or(0) > 0;
}
bool has_number(const Item& i) {
    return i.episode.number.value_or(0) > 0;
}
bool has_transcript(const Item& i) {
    return i.episode.transcript.has_value();
}
bool has_chapters(const Item& i) {
    return !i.episode.chapters.empty();
}
bool has_notes(const Item& i) {
    return !i.notes.html.empty() || has_summary(i) || !i.closing_html.empty();
}

std::string absolute(const Item& i, std::string_view path) {
    return std::string(i.channel.base_url).append(path);
}

Elements guid(const Item& i) {
    return {Element{.text = i.episode.guid, .attributes = {{"isPermaLink", "false"}}}};
}

Elements enclosure(const Item& i) {
    return {Element{
        .attributes = {{"url", absolute(i, i.main.url_path)}, {"length", std::to_string(i.main.byte_length)}, {"type", i.main.mime_type}}}};
}

Elements plain_description(const Item& i) {
    auto words = model::clean_line(i.episode.summary);
    if (!i.notes.text.empty()) {
        if (i.notes.text.starts_with(words)) words.clear();
        words += (words.empty() ? "" : "\n\n") + i.notes.text;
    }
    if (words.empty() && i.closing_text.empty()) words = i.episode.title;
    return text(description(words, i.closing_text));
}

Elements full_notes(const Item& i) {
    auto html = i.notes.html;
    if (html.empty() && has_summary(i)) html = "<p>" + model::escape_html(model::clean_line(i.episode.summary)) + "</p>";
    if (!html.empty() && !i.closing_html.empty()) html += '\n';
    return {Element{.text = html + i.closing_html, .cdata = true}};
}

Elements duration(const Item& i) {
    const auto seconds = std::chrono::round<std::chrono::seconds>(i.main.duration).count();
    return number(static_cast<std::uint64_t>(std::max<std::int64_t>(1, seconds)));
}

Elements transcripts(const Item& i) {
    Elements out;
    for (const auto& form : model::transcript_forms()) {
        Element element{.attributes = {{"url", absolute(i, transcript_path(i.channel.show, i.episode, form.extension))},
                                       {"type", std::string(form.mime_type)},
                                       {"language", i.episode.transcript->language}}};
        if (form.captions) element.attributes.emplace_back("rel", "captions");
        out.push_back(std::move(element));
    }
    return out;
}

Elements chapters(const Item& i) {
    return {Element{.attributes = {{"url", absolute(i, chapters_path(i.channel.show, i.episode))}, {"type", "application/json+chapters"}}}};
}

// Podlove Simple Chapters: what gPodder, Spotify and others read, who do not fetch the JSON.
Elements simple_chapters(const Item& i) {
    Element element{.attributes = {{"version", "1.2"}}};
    for (const auto& chapter : i.episode.chapters) {
        const auto ms = chapter.start.count();
        const auto start = fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
        Element row{.attributes = {{"start", start}, {"title", line(chapter.title)}}, .name = "psc:chapter"};
        if (is_web_link(chapter.href)) row.attributes.emplace_back("href", chapter.href);
        element.children.push_back(std::move(row));
    }
    return {element};
}

Elements alternate_enclosures(const Item& i) {
    Elements out;
    for (const auto& rendition : i.episode.renditions) {
        if (&rendition == &i.main) continue;
        const auto& codec = model::facts_of(rendition.codec);
        Element element{.attributes = {{"type", rendition.mime_type},
                                       {"length", std::to_string(rendition.byte_length)},
                                       {"bitrate", std::to_string(rendition.bit_rate)},
                                       {"title", fmt::format("{} {} kbit/s", codec.title, (rendition.bit_rate + 500) / 1000)}}};
        if (!codec.rfc6381.empty()) element.attributes.emplace_back("codecs", codec.rfc6381);
        element.children = {
            {.attributes = {{"uri", absolute(i, rendition.url_path)}, {"contentType", rendition.mime_type}}, .name = "podcast:source"}};
        out.push_back(std::move(element));
    }
    return out;
}

// No itunes:summary: readers that know it show it instead of the description, and with it goes what a listener is asked to do.
constexpr std::array<Tag<Item>, 22> item_rows{{
    {"title", always, [](const Item& i) { return one(i.episode.title); }},
    {"link", always, [](const Item& i) { return text(absolute(i, episode_path(i.channel.show, i.episode))); }},
    {"guid", always, guid},
    {"pubDate", always, [](const Item& i) { return text(model::format_rfc2822(i.episode.publish_at.value_or(i.episode.created_at))); }},
    {"enclosure", always, enclosure},
    {"description", always, plain_description},
    {"content:encoded", has_notes, full_notes},
    {"itunes:title", always, [](const Item& i) { return one(i.episode.title); }},
    {"itunes:duration", always, duration},
    {"itunes:image", has_artwork, [](const Item& i) { return itunes_image(i.channel.base_url, *i.episode.artwork); }},
    {"itunes:explicit", always, [](const Item& i) { return yes_no(i.episode.is_explicit); }},
    {"itunes:season", has_season, [](const Item& i) { return number(*i.episode.season); }},
    {"itunes:episode", has_number, [](const Item& i) { return number(*i.episode.number); }},
    {"itunes:episodeType", always, [](const Item& i) { return one(model::to_string(i.episode.type)); }},
    {"podcast:season", has_season, [](const Item& i) { return number(*i.episode.season); }},
    {"podcast:episode", has_number, [](const Item& i) { return number(*i.episode.number); }},
    {"podcast:transcript", has_transcript, transcripts},
    {"podcast:chapters", has_chapters, chapters},
    {"psc:chapters", has_chapters, simple_chapters},
    {"podcast:person", always, [](const Item& i) { return people(i.episode.people); }},
    {"podcast:image", has_artwork, [](const Item& i) { return podcast_image(i.channel.base_url, *i.episode.artwork); }},
    {"podcast:alternateEnclosure", always, alternate_enclosures},
}};

}  // namespace

std::span<const Tag<Item>> item_tags() {
    return item_rows;
}

}  // namespace earshot::feeds
