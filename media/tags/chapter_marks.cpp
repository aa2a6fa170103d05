#include "media/tags/chapter_marks.hpp"

#include <chapterframe.h>
#include <id3v2framefactory.h>
#include <id3v2tag.h>
#include <mpegfile.h>
#include <tableofcontentsframe.h>
#include <tbytevectorstream.h>
#include <urllinkframe.h>

#include <array>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "media/tags/bytes.hpp"
#include "media/tags/taglib_text.hpp"

namespace earshot::media::tags {

namespace {

namespace id3 = TagLib::ID3v2;

constexpr std::int64_t most_tag_bytes = 64 << 20;
constexpr std::size_t most_nested = 100;
constexpr unsigned unset = 0xFFFFFFFFU;  // the frame counts in bytes instead

std::string key_of(const TagLib::ByteVector& id) {
    return {id.data(), id.size()};
}

std::set<std::string> listed(const id3::Tag& tag) {
    std::set<std::string> ids;
    for (const auto* frame : tag.frameList("CTOC")) {
        const auto* contents = dynamic_cast<const id3::TableOfContentsFrame*>(frame);
        if (contents == nullptr) continue;
        for (const auto& id : contents->childElements()) ids.insert(key_of(id));
    }
    return ids;
}

// TagLib reads frames inside frames by calling itself, as deep as they go, and inflates them on the way. No frame of chapters belongs into
// another one, or is packed. A size may be meant in either way, so the longer one counts: neighbours then seem to overlap, but only a few.
bool would_not_end(std::string_view tag) {
    constexpr std::size_t head_size = 10;
    constexpr unsigned packed = 0x88;  // the compression flags of ID3v2.3 and 2.4
    std::vector<std::size_t> ends;     // of the frames that `at` is inside of
    for (std::size_t at = 0; (at = tag.find('C', at)) != std::string_view::npos && at + head_size <= tag.size(); ++at) {
        if (const auto id = tag.substr(at, 4); id != "CHAP" && id != "CTOC") continue;
        std::uint64_t length = 0, synchsafe = 0;
        for (const char byte : tag.substr(at + 4, 4)) {
            length = length << 8 | static_cast<unsigned char>(byte);
            synchsafe = synchsafe << 7 | (static_cast<unsigned char>(byte) & 0x7F);
        }
        if (synchsafe > tag.size()) continue;  // those letters, in some words
        if ((static_cast<unsigned char>(tag[at + 9]) & packed) != 0) return true;
        std::erase_if(ends, [&](std::size_t end) { return end <= at; });
        ends.push_back(at + head_size + length);
        if (ends.size() > most_nested) return true;
    }
    return false;
}

model::ChapterMark mark_of(const id3::ChapterFrame& frame) {
    model::ChapterMark mark{.start = std::chrono::milliseconds(frame.startTime()), .end = std::chrono::milliseconds(frame.endTime())};
    for (const auto* inside : frame.embeddedFrameList()) {
        if (inside->frameID() == "TIT2") mark.title = from_taglib(inside->toString());
        if (const auto* link = dynamic_cast<const id3::UrlLinkFrame*>(inside); link != nullptr && mark.href.empty())
            mark.href = from_taglib(link->url());
    }
    return mark;
}

}  // namespace

std::int64_t id3v2_size(int descriptor, std::int64_t offset) {
    std::array<unsigned char, 10> head{};
    if (read_at(descriptor, head.data(), head.size(), offset) != 10 || head[0] != 'I' || head[1] != 'D' || head[2] != '3') return 0;
    std::int64_t size = 0;
    for (std::size_t i = 6; i < 10; ++i) size = size << 7 | (head[i] & 0x7F);
    return size + 10 + ((head[5] & 0x10) != 0 ? 10 : 0);
}

std::vector<model::ChapterMark> read_id3v2_marks(int descriptor, std::int64_t offset) {
    const auto size = std::min(id3v2_size(descriptor, offset), file_size(descriptor) - offset);
    std::vector<model::ChapterMark> marks;
    if (size <= 10 || size > most_tag_bytes) return marks;
    TagLib::ByteVector bytes(static_cast<unsigned>(size), '\0');
    if (read_at(descriptor, bytes.data(), static_cast<std::size_t>(size), offset) != size) return marks;
    if (would_not_end({bytes.data(), bytes.size()})) return marks;
    TagLib::ByteVectorStream stream(bytes);
    TagLib::MPEG::File file(&stream, id3::FrameFactory::instance(), false);
    if (!file.hasID3v2Tag()) return marks;
    const auto& tag = *file.ID3v2Tag();
    const auto ids = listed(tag);
    for (const auto* frame : tag.frameList("CHAP")) {
        const auto* chapter = dynamic_cast<const id3::ChapterFrame*>(frame);
        if (chapter == nullptr || chapter->startTime() == unset) continue;
        if (!ids.empty() && !ids.contains(key_of(chapter->elementID()))) continue;
        marks.push_back(mark_of(*chapter));
    }
    return marks;
}

}  // namespace earshot::media::tags
