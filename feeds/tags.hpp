#pragma once
// The feed as two tables, one row a tag: its name, when it is there, and what it holds. A new tag is a new row (and a look at the golden
// file).

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/show.hpp"
#include "feeds/notes.hpp"

namespace earshot::feeds {

// What a row makes. Rows may hand over any text: what XML forbids is taken out when the document is written.
using Attributes = std::vector<std::pair<const char*, std::string>>;
struct Element {
    std::string text{};
    Attributes attributes{};
    std::vector<Element> children{};
    const char* name{};  // of a child; the row names what it makes itself
    bool cdata{};
};
using Elements = std::vector<Element>;

struct Channel {
    const model::Show& show;
    std::string_view base_url;
    model::Timestamp last_modified{};
    bool numbered{};  // every full episode has its number, as apps need to order a serial
};

struct Item {
    const Channel& channel;
    const model::Episode& episode;
    const model::Rendition& main;  // of the enclosure
    const RenderedNotes& notes;
    const std::string& closing_html;  // of the show, made once a feed
    const std::string& closing_text;
};

template <class Subject>
struct Tag {
    const char* name;
    bool (*when)(const Subject&);
    Elements (*value)(const Subject&);
};

[[nodiscard]] std::span<const Tag<Channel>> channel_tags();
[[nodiscard]] std::span<const Tag<Item>> item_tags();

// Shapes of elements and text that both tables need.
[[nodiscard]] Elements text(std::string text);       // as it is
[[nodiscard]] Elements one(std::string_view words);  // one line, at most 255 characters (PSP-1)
[[nodiscard]] Elements yes_no(bool value);           // "true" or "false"
[[nodiscard]] Elements number(std::uint64_t value);
[[nodiscard]] std::string line(std::string_view text, std::size_t most_characters = 255);
// Plain text for a <description>, which readers take for HTML: '<' and what looks like an entity are escaped once more. At most 4000 bytes
// with `closing` behind it, for which the text makes room.
[[nodiscard]] std::string description(std::string_view text, std::string_view closing);
[[nodiscard]] Elements itunes_image(std::string_view base_url, const model::Artwork& artwork);
[[nodiscard]] Elements podcast_image(std::string_view base_url, const model::Artwork& artwork);
[[nodiscard]] Elements people(const std::vector<model::Person>& persons);

}  // namespace earshot::feeds
