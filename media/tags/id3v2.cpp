#include <attachedpictureframe.h>
#include <chapterframe.h>
#include <commentsframe.h>
#include <fmt/core.h>
#include <id3v2framefactory.h>
#include <id3v2tag.h>
#include <mpegfile.h>
#include <podcastframe.h>
#include <tableofcontentsframe.h>
#include <textidentificationframe.h>
#include <unsynchronizedlyricsframe.h>
#include <urllinkframe.h>

#include <algorithm>
#include <charconv>
#include <limits>

#include "content/model/time.hpp"
#include "media/tags/bytes.hpp"
#include "media/tags/chapter_marks.hpp"
#include "media/tags/descriptor_stream.hpp"
#include "media/tags/formats.hpp"
#include "media/tags/language.hpp"
#include "media/tags/taglib_text.hpp"

namespace earshot::media::tags {
namespace {

namespace id3 = TagLib::ID3v2;
using TagLib::ByteVector;
using TagLib::String;

// FFmpeg reads the sizes of frames inside CHAP as plain numbers where v2.4 has seven bits a byte, and then drops the whole chapter. Below
// 128 both readings agree, so nothing longer goes in there.
constexpr std::size_t longest_inside = 127;
constexpr unsigned no_offset = 0xFFFFFFFFU;  // "use the times" (ID3v2 chapter frame addendum)

ByteVector id(std::string_view name) {
    return {name.data(), static_cast<unsigned int>(name.size())};
}

id3::TextIdentificationFrame* text_frame(std::string_view name, const std::string& text, String::Type encoding = String::UTF8) {
    auto* frame = new id3::TextIdentificationFrame(id(name), encoding);
    frame->setText(to_taglib(text));
    return frame;
}

void add_text(id3::Tag& tag, std::string_view name, const std::string& text) {
    if (!text.empty()) tag.addFrame(text_frame(name, text));
}

// ISO 639-2 has no code for "unknown" that ID3 knows; its own is "XXX".
std::string language_code(const std::string& bcp47_tag) {
    const auto code = iso639_2(bcp47_tag);
    return code == "und" ? "XXX" : code;
}

template <class Frame>
void add_words(id3::Tag& tag, const std::string& text, const std::string& language) {
    if (text.empty()) return;
    auto* frame = new Frame(String::UTF8);
    frame->setLanguage(id(language_code(language)));
    frame->setText(to_taglib(text));
    tag.addFrame(frame);
}

// Involved people, ID3v2.4 §4.2.2: pairs of a role and a name.
void add_people(id3::Tag& tag, const std::vector<model::Person>& people) {
    if (people.empty()) return;
    TagLib::StringList pairs;
    for (const auto& person : people) pairs.append(to_taglib(person.role)).append(to_taglib(person.name));
    auto* frame = new id3::TextIdentificationFrame(id("TIPL"), String::UTF8);
    frame->setText(pairs);
    tag.addFrame(frame);
}

unsigned milliseconds(std::chrono::milliseconds time) {
    return static_cast<unsigned>(std::clamp<std::int64_t>(time.count(), 0, std::numeric_limits<std::uint32_t>::max() - 1));
}

void add_chapters(id3::Tag& tag, const std::vector<model::Chapter>& chapters, std::chrono::milliseconds duration) {
    if (chapters.empty()) return;
    TagLib::ByteVectorList order;
    for (std::size_t i = 0; i < chapters.size(); ++i) order.append(id(fmt::format("chp{}", i)));
    auto* contents = new id3::TableOfContentsFrame(id("toc"), order);
    contents->setIsTopLevel(true);
    contents->setIsOrdered(true);
    tag.addFrame(contents);
    for (std::size_t i = 0; i < chapters.size(); ++i) {
        id3::FrameList inside;
        inside.append(text_frame("TIT2", model::truncate_utf8(chapters[i].title, longest_inside - 1)));  // and the encoding byte
        if (!chapters[i].href.empty() && chapters[i].href.size() + 2 <= longest_inside) {
            auto* link = new id3::UserUrlLinkFrame(String::UTF8);
            link->setUrl(to_taglib(chapters[i].href));
            inside.append(link);
        }
        const auto end = i + 1 < chapters.size() ? chapters[i + 1].start : std::max(duration, chapters[i].start);
        tag.addFrame(new id3::ChapterFrame(order[static_cast<unsigned>(i)], milliseconds(chapters[i].start), milliseconds(end), no_offset,
                                           no_offset, inside));
    }
}

void add_artwork(id3::Tag& tag, const std::string& jpeg) {
    if (jpeg.empty()) return;
    auto* frame = new id3::AttachedPictureFrame;
    frame->setType(id3::AttachedPictureFrame::FrontCover);
    frame->setMimeType("image/jpeg");
    frame->setPicture(id(jpeg));
    tag.addFrame(frame);
}

void fill(id3::Tag& tag, const AudioTags& tags, std::chrono::milliseconds duration) {
    add_text(tag, "TIT2", tags.title);
    add_text(tag, "TPE1", tags.author);
    add_text(tag, "TALB", tags.show);
    add_text(tag, "TCON", "Podcast");
    if (tags.number) add_text(tag, "TRCK", std::to_string(*tags.number));
    if (tags.season) add_text(tag, "TPOS", std::to_string(*tags.season));
    if (tags.date) {
        auto time = model::format_rfc3339(*tags.date);
        time.pop_back();  // ID3 times are UTC without saying so
        add_text(tag, "TDRC", time);
        add_text(tag, "TDRL", time);
    }
    if (!tags.language.empty()) tag.addFrame(text_frame("TLAN", language_code(tags.language), String::Latin1));
    add_text(tag, "TCOP", tags.copyright);
    add_people(tag, tags.people);
    tag.addFrame(new id3::PodcastFrame);
    add_text(tag, "TGID", tags.guid);
    if (!tags.feed_url.empty()) tag.addFrame(text_frame("WFED", tags.feed_url, String::Latin1));  // iTunes' form: with an encoding byte
    if (!tags.page_url.empty()) {
        auto* page = new id3::UrlLinkFrame(id("WOAF"));
        page->setUrl(to_taglib(tags.page_url));
        tag.addFrame(page);
    }
    add_chapters(tag, tags.chapters, duration);
    add_text(tag, "TDES", tags.summary);
    add_words<id3::CommentsFrame>(tag, tags.summary, tags.language);
    add_words<id3::UnsynchronizedLyricsFrame>(tag, tags.transcript, tags.language);
    add_artwork(tag, tags.artwork_jpeg);
}

// --- reading back ---

template <class Frame>
const Frame* first(const id3::Tag& tag, std::string_view name) {
    const auto& frames = tag.frameList(id(name));
    return frames.isEmpty() ? nullptr : dynamic_cast<const Frame*>(frames.front());
}

std::string text_of(const id3::Tag& tag, std::string_view name) {
    const auto& frames = tag.frameList(id(name));
    return frames.isEmpty() ? "" : from_taglib(frames.front()->toString());
}

std::optional<std::uint32_t> number_of(const id3::Tag& tag, std::string_view name) {
    const auto text = text_of(tag, name);
    std::uint32_t number = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), number).ec != std::errc{}) return {};
    return number;
}

std::vector<model::Person> people_of(const id3::Tag& tag) {
    std::vector<model::Person> people;
    if (const auto* frame = first<id3::TextIdentificationFrame>(tag, "TIPL")) {
        const auto pairs = frame->fieldList();
        for (unsigned i = 0; i + 1 < pairs.size(); i += 2)
            people.push_back({.name = from_taglib(pairs[i + 1]), .role = from_taglib(pairs[i])});
    }
    return people;
}

std::vector<model::Chapter> chapters_of(const id3::Tag& tag) {
    std::vector<model::Chapter> chapters;
    const auto* contents = first<id3::TableOfContentsFrame>(tag, "CTOC");
    if (contents == nullptr) return chapters;
    for (const auto& element : contents->childElements()) {
        const auto* frame = id3::ChapterFrame::findByElementID(&tag, element);
        if (frame == nullptr) continue;
        model::Chapter chapter{.start = std::chrono::milliseconds(frame->startTime())};
        for (const auto* inside : frame->embeddedFrameList()) {
            if (inside->frameID() == id("TIT2")) chapter.title = from_taglib(inside->toString());
            if (const auto* link = dynamic_cast<const id3::UserUrlLinkFrame*>(inside)) chapter.href = from_taglib(link->url());
        }
        chapters.push_back(std::move(chapter));
    }
    return chapters;
}

}  // namespace

model::Status write_id3v2(int essence, int output, const AudioTags& tags, std::chrono::milliseconds duration) {
    id3::Tag tag;
    fill(tag, tags, duration);
    const auto rendered = tag.render(id3::v4);  // sizes synchsafe throughout, a kilobyte of padding
    if (!cut(output, 0) || !write_at(output, rendered.data(), rendered.size(), 0) ||
        !copy_rest(essence, id3v2_size(essence, 0), output, rendered.size())) {
        return model::fail(model::Errc::insufficient_storage, "The tagged file could not be written: the disk may be full.");
    }
    return {};
}

model::Result<AudioTags> read_id3v2(int descriptor) {
    DescriptorStream stream(descriptor, true);
    TagLib::MPEG::File file(&stream, id3::FrameFactory::instance(), false);
    const auto* found = file.hasID3v2Tag() ? file.ID3v2Tag() : nullptr;
    if (found == nullptr || stream.failed()) return model::fail(model::Errc::unprocessable, "This file has no ID3v2 tag.");
    const auto& tag = *found;
    AudioTags tags{.title = text_of(tag, "TIT2"),
                   .show = text_of(tag, "TALB"),
                   .author = text_of(tag, "TPE1"),
                   .copyright = text_of(tag, "TCOP"),
                   .people = people_of(tag),
                   .date = model::parse_rfc3339(text_of(tag, "TDRC") + "Z"),
                   .season = number_of(tag, "TPOS"),
                   .number = number_of(tag, "TRCK"),
                   .summary = text_of(tag, "TDES"),
                   .guid = text_of(tag, "TGID"),
                   .feed_url = text_of(tag, "WFED"),
                   .page_url = text_of(tag, "WOAF"),
                   .chapters = chapters_of(tag)};
    if (const auto code = text_of(tag, "TLAN"); code != "XXX") tags.language = bcp47(code);
    if (const auto* lyrics = first<id3::UnsynchronizedLyricsFrame>(tag, "USLT")) tags.transcript = from_taglib(lyrics->text());
    if (const auto* picture = first<id3::AttachedPictureFrame>(tag, "APIC")) {
        const auto bytes = picture->picture();
        tags.artwork_jpeg.assign(bytes.data(), bytes.size());
    }
    return tags;
}

}  // namespace earshot::media::tags
