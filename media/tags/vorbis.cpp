#include <flacfile.h>
#include <flacpicture.h>
#include <fmt/format.h>
#include <id3v2framefactory.h>
#include <opusfile.h>
#include <xiphcomment.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>

#include "content/model/time.hpp"
#include "media/gated_loudness.hpp"
#include "media/tags/bytes.hpp"
#include "media/tags/descriptor_stream.hpp"
#include "media/tags/formats.hpp"
#include "media/tags/taglib_text.hpp"

namespace earshot::media::tags {
namespace {

using TagLib::ByteVector;
using TagLib::String;
using TagLib::StringList;
using TagLib::Ogg::XiphComment;

constexpr double r128_reference = -23;  // RFC 7845 §5.2.1: the gain that brings the file there, in 256ths of a decibel
constexpr const char* gain_field = "R128_TRACK_GAIN";

void set(XiphComment& comment, const char* name, const std::string& text) {
    if (!text.empty()) comment.addField(name, to_taglib(text), true);
}

// "Anna Example (host)": what players show of a performer.
std::string performer(const model::Person& person) {
    return person.role.empty() ? person.name : fmt::format("{} ({})", person.name, person.role);
}
model::Person parse_performer(const std::string& text) {
    const auto open = text.rfind(" (");
    if (open == std::string::npos || !text.ends_with(')')) return {.name = text};
    return {.name = text.substr(0, open), .role = text.substr(open + 2, text.size() - open - 3)};
}

// The chapter extension of vorbis.com's wiki, numbered from 000 as libavformat writes it.
void set_chapters(XiphComment& comment, const std::vector<model::Chapter>& chapters) {
    for (std::size_t i = 0; i < chapters.size(); ++i) {
        const auto name = fmt::format("CHAPTER{:03}", i);
        const auto ms = chapters[i].start.count();
        set(comment, name.c_str(), fmt::format("{:02}:{:02}:{:02}.{:03}", ms / 3'600'000, ms / 60'000 % 60, ms / 1000 % 60, ms % 1000));
        set(comment, (name + "NAME").c_str(), chapters[i].title);
        set(comment, (name + "URL").c_str(), chapters[i].href);
    }
}

void fill(XiphComment& comment, const AudioTags& tags) {
    set(comment, "TITLE", tags.title);
    set(comment, "ARTIST", tags.author);
    set(comment, "ALBUM", tags.show);
    set(comment, "GENRE", "Podcast");
    if (tags.date) set(comment, "DATE", model::format_rfc3339(*tags.date));
    if (tags.number) set(comment, "TRACKNUMBER", std::to_string(*tags.number));
    if (tags.season) set(comment, "DISCNUMBER", std::to_string(*tags.season));
    set(comment, "DESCRIPTION", tags.summary);
    set(comment, "LYRICS", tags.transcript);
    set(comment, "COPYRIGHT", tags.copyright);
    set(comment, "LANGUAGE", tags.language);
    set(comment, "PODCAST", "1");
    set(comment, "PODCASTID", tags.guid);
    set(comment, "PODCASTURL", tags.feed_url);
    set(comment, "WWW", tags.page_url);
    for (const auto& person : tags.people) comment.addField("PERFORMER", to_taglib(performer(person)), false);
    set_chapters(comment, tags.chapters);
}

std::unique_ptr<TagLib::FLAC::Picture> cover(const std::string& jpeg) {
    auto picture = std::make_unique<TagLib::FLAC::Picture>();
    picture->setType(TagLib::FLAC::Picture::FrontCover);
    picture->setMimeType("image/jpeg");
    picture->setData(ByteVector(jpeg.data(), static_cast<unsigned int>(jpeg.size())));
    return picture;
}

std::string text_of(const XiphComment& comment, const std::string& name) {
    const auto& fields = comment.fieldListMap();
    const auto found = fields.find(String(name));
    return found == fields.end() || found->second.isEmpty() ? "" : from_taglib(found->second.front());
}

std::optional<std::uint32_t> number_of(const XiphComment& comment, const char* name) {
    const auto text = text_of(comment, name);
    std::uint32_t number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{}) return {};
    return number;
}

std::vector<model::Chapter> chapters_of(const XiphComment& comment) {
    std::vector<model::Chapter> chapters;
    for (;;) {
        const auto name = fmt::format("CHAPTER{:03}", chapters.size());
        const auto start = model::parse_clock(text_of(comment, name));
        if (!start) return chapters;
        chapters.push_back({.start = *start, .title = text_of(comment, name + "NAME"), .href = text_of(comment, name + "URL")});
    }
}

AudioTags tags_of(const XiphComment& comment, const TagLib::List<TagLib::FLAC::Picture*>& pictures) {
    AudioTags tags{.title = text_of(comment, "TITLE"),
                   .show = text_of(comment, "ALBUM"),
                   .author = text_of(comment, "ARTIST"),
                   .language = text_of(comment, "LANGUAGE"),
                   .copyright = text_of(comment, "COPYRIGHT"),
                   .date = model::parse_rfc3339(text_of(comment, "DATE")),
                   .season = number_of(comment, "DISCNUMBER"),
                   .number = number_of(comment, "TRACKNUMBER"),
                   .summary = text_of(comment, "DESCRIPTION"),
                   .transcript = text_of(comment, "LYRICS"),
                   .guid = text_of(comment, "PODCASTID"),
                   .feed_url = text_of(comment, "PODCASTURL"),
                   .page_url = text_of(comment, "WWW"),
                   .chapters = chapters_of(comment)};
    if (const auto& fields = comment.fieldListMap(); fields.contains("PERFORMER"))
        for (const auto& person : fields["PERFORMER"]) tags.people.push_back(parse_performer(from_taglib(person)));
    if (const auto gain = text_of(comment, gain_field); !gain.empty())
        tags.integrated_lufs = r128_reference - std::strtol(gain.c_str(), nullptr, 10) / 256.0;
    if (!pictures.isEmpty()) {
        const auto data = pictures.front()->data();
        tags.artwork_jpeg.assign(data.data(), data.size());
    }
    return tags;
}

model::Status copy(int essence, int output) {
    if (cut(output, 0) && copy_rest(essence, 0, output, 0)) return {};
    return model::fail(model::Errc::insufficient_storage, "The tagged file could not be written: the disk may be full.");
}
model::Status broken() {
    return model::fail(model::Errc::unprocessable, "The encoded audio could not be tagged: it is broken.");
}
model::Status saved(bool done) {
    if (done) return {};
    return model::fail(model::Errc::insufficient_storage, "The tags could not be written: the disk may be full.");
}

}  // namespace

model::Status write_opus(int essence, int output, const AudioTags& tags, std::chrono::milliseconds) {
    if (auto copied = copy(essence, output); !copied) return copied;
    DescriptorStream stream(output, false);
    TagLib::Ogg::Opus::File file(&stream, false);
    if (!file.isValid() || file.tag() == nullptr) return broken();
    XiphComment& comment = *file.tag();
    fill(comment, tags);
    if (tags.integrated_lufs && *tags.integrated_lufs > silence_lufs) {
        const long gain = std::lrint((r128_reference - *tags.integrated_lufs) * 256);
        set(comment, gain_field, std::to_string(std::clamp(gain, -32768L, 32767L)));
    }
    if (!tags.artwork_jpeg.empty()) comment.addPicture(cover(tags.artwork_jpeg).release());
    return saved(file.save() && !stream.failed());
}

model::Result<AudioTags> read_opus(int descriptor) {
    DescriptorStream stream(descriptor, true);
    TagLib::Ogg::Opus::File file(&stream, false);
    if (!file.isValid() || stream.failed() || file.tag() == nullptr)
        return model::fail(model::Errc::unprocessable, "This file has no Opus tags.");
    return tags_of(*file.tag(), file.tag()->pictureList());
}

model::Status write_flac(int essence, int output, const AudioTags& tags, std::chrono::milliseconds) {
    if (auto copied = copy(essence, output); !copied) return copied;
    DescriptorStream stream(output, false);
    TagLib::FLAC::File file(&stream, TagLib::ID3v2::FrameFactory::instance(), false);
    if (!file.isValid()) return broken();
    fill(*file.xiphComment(true), tags);
    if (!tags.artwork_jpeg.empty()) file.addPicture(cover(tags.artwork_jpeg).release());
    return saved(file.save() && !stream.failed());
}

model::Result<AudioTags> read_flac(int descriptor) {
    DescriptorStream stream(descriptor, true);
    TagLib::FLAC::File file(&stream, TagLib::ID3v2::FrameFactory::instance(), false);
    if (!file.isValid() || stream.failed() || !file.hasXiphComment())
        return model::fail(model::Errc::unprocessable, "This file has no Vorbis comments.");
    return tags_of(*file.xiphComment(), file.pictureList());
}

}  // namespace earshot::media::tags
