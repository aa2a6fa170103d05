#include <mp4file.h>
#include <mp4tag.h>

#include <algorithm>

#include "content/model/time.hpp"
#include "media/av/error.hpp"
#include "media/av/remux.hpp"
#include "media/tags/bytes.hpp"
#include "media/tags/descriptor_stream.hpp"
#include "media/tags/formats.hpp"
#include "media/tags/language.hpp"
#include "media/tags/taglib_text.hpp"

namespace earshot::media::tags {
namespace {

namespace mp4 = TagLib::MP4;
using TagLib::String;
using TagLib::StringList;

// iTunes' own atoms; what has none goes under the free-form names that other taggers use.
constexpr const char* people_item = "----:com.apple.iTunes:INVOLVEDPEOPLE";
constexpr const char* page_item = "----:com.apple.iTunes:WWW";
constexpr const char* language_item = "----:com.apple.iTunes:LANGUAGE";
constexpr unsigned char podcast_kind = 21;      // stik
constexpr std::size_t short_description = 255;  // bytes of desc

String key(const char* latin1) {
    return {latin1, String::Latin1};
}

void set_text(mp4::Tag& tag, const char* name, const std::string& text) {
    if (!text.empty()) tag.setItem(key(name), mp4::Item(StringList(to_taglib(text))));
}

void set_numbers(mp4::Tag& tag, const AudioTags& tags) {
    if (tags.number) {
        tag.setItem("trkn", mp4::Item(static_cast<int>(*tags.number), 0));
        tag.setItem("tves", mp4::Item(static_cast<unsigned int>(*tags.number)));
    }
    if (tags.season) {
        tag.setItem("disk", mp4::Item(static_cast<int>(*tags.season), 0));
        tag.setItem("tvsn", mp4::Item(static_cast<unsigned int>(*tags.season)));
    }
}

void fill(mp4::Tag& tag, const AudioTags& tags) {
    set_text(tag, "\251nam", tags.title);
    set_text(tag, "\251ART", tags.author);
    set_text(tag, "aART", tags.author);
    set_text(tag, "\251alb", tags.show);
    set_text(tag, "\251gen", "Podcast");
    if (tags.date) set_text(tag, "\251day", model::format_rfc3339(*tags.date));
    set_text(tag, "\251cmt", tags.summary);
    set_text(tag, "desc", model::truncate_utf8(tags.summary, short_description));
    set_text(tag, "ldes", tags.summary);
    set_text(tag, "\251lyr", tags.transcript);
    set_text(tag, "cprt", tags.copyright);
    set_text(tag, "purl", tags.feed_url);
    set_text(tag, "egid", tags.guid);
    set_text(tag, page_item, tags.page_url);
    set_text(tag, language_item, tags.language);
    tag.setItem("pcst", mp4::Item(true));
    tag.setItem("stik", mp4::Item(podcast_kind));
    set_numbers(tag, tags);
    if (!tags.people.empty()) {
        StringList pairs;
        for (const auto& person : tags.people) pairs.append(to_taglib(person.role)).append(to_taglib(person.name));
        tag.setItem(people_item, mp4::Item(pairs));
    }
    if (!tags.artwork_jpeg.empty()) {
        const TagLib::ByteVector picture(tags.artwork_jpeg.data(), static_cast<unsigned int>(tags.artwork_jpeg.size()));
        mp4::CoverArtList covers;
        covers.append(mp4::CoverArt(mp4::CoverArt::JPEG, picture));
        tag.setItem("covr", mp4::Item(covers));
    }
}

av::RemuxOptions remux_options(const AudioTags& tags, std::chrono::milliseconds duration) {
    av::RemuxOptions options{
        .muxer = "ipod", .duration = duration, .muxer_options = {{"movflags", "+faststart"}}, .language = iso639_2(tags.language)};
    for (const auto& chapter : tags.chapters) options.chapters.push_back({chapter.start, model::clean_text(chapter.title)});
    if (!tags.chapters.empty()) options.duration = std::max(duration, tags.chapters.back().start);
    return options;
}

std::string text_of(const mp4::Tag& tag, const char* name) {
    return tag.contains(key(name)) ? from_taglib(tag.item(key(name)).toStringList().toString("\n")) : "";
}

std::optional<std::uint32_t> number_of(const mp4::Tag& tag, const char* name) {
    if (!tag.contains(key(name))) return {};
    return static_cast<std::uint32_t>(tag.item(key(name)).toIntPair().first);
}

}  // namespace

model::Status write_mp4(int essence, int output, const AudioTags& tags, std::chrono::milliseconds duration) {
    try {
        if (!cut(output, 0)) return model::fail(model::Errc::insufficient_storage, "The tagged file cannot be written to.");
        av::remux_audio(essence, output, remux_options(tags, duration));
    } catch (const av::AvError& error) {
        if (error.cause() == av::AvError::Cause::disk_full)
            return model::fail(model::Errc::insufficient_storage, "The tagged file could not be written: the disk is full.");
        return model::fail(model::Errc::unprocessable,
                           std::string("The encoded audio could not be copied into a tagged file: ") + error.what() + ".");
    }
    DescriptorStream stream(output, false);
    mp4::File file(&stream, false);
    if (!file.isValid() || file.tag() == nullptr) return model::fail(model::Errc::unprocessable, "The tagged file came out broken.");
    fill(*file.tag(), tags);
    if (!file.save() || stream.failed()) {
        return model::fail(model::Errc::insufficient_storage, "The tags could not be written: the disk may be full.");
    }
    return {};
}

model::Result<AudioTags> read_mp4(int descriptor) {
    DescriptorStream stream(descriptor, true);
    mp4::File file(&stream, false);
    if (!file.isValid() || stream.failed() || !file.hasMP4Tag())
        return model::fail(model::Errc::unprocessable, "This file has no MP4 tags.");
    const auto& tag = *file.tag();
    AudioTags tags{.title = text_of(tag, "\251nam"),
                   .show = text_of(tag, "\251alb"),
                   .author = text_of(tag, "\251ART"),
                   .language = text_of(tag, language_item),
                   .copyright = text_of(tag, "cprt"),
                   .date = model::parse_rfc3339(text_of(tag, "\251day")),
                   .season = number_of(tag, "disk"),
                   .number = number_of(tag, "trkn"),
                   .summary = text_of(tag, "ldes"),
                   .transcript = text_of(tag, "\251lyr"),
                   .guid = text_of(tag, "egid"),
                   .feed_url = text_of(tag, "purl"),
                   .page_url = text_of(tag, page_item)};
    if (tag.contains(people_item)) {
        const auto pairs = tag.item(people_item).toStringList();
        for (unsigned i = 0; i + 1 < pairs.size(); i += 2) {
            tags.people.push_back({.name = from_taglib(pairs[i + 1]), .role = from_taglib(pairs[i])});
        }
    }
    if (tag.contains("covr") && !tag.item("covr").toCoverArtList().isEmpty()) {
        const auto picture = tag.item("covr").toCoverArtList().front().data();
        tags.artwork_jpeg.assign(picture.data(), picture.size());
    }
    try {
        for (const auto& chapter : av::read_chapters(descriptor)) tags.chapters.push_back({.start = chapter.start, .title = chapter.title});
    } catch (const std::runtime_error& error) {
        return model::fail(model::Errc::unprocessable, std::string("The chapters of this file cannot be read: ") + error.what() + ".");
    }
    return tags;
}

}  // namespace earshot::media::tags
