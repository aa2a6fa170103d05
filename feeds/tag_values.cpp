#include <algorithm>
#include <cstdint>

#include "content/model/text.hpp"
#include "feeds/addresses.hpp"
#include "feeds/links.hpp"
#include "feeds/tags.hpp"

namespace earshot::feeds {
namespace {

constexpr std::uint32_t largest_artwork = 3000;
constexpr std::size_t longest_description = 4000;  // bytes

bool begins_entity(std::string_view text) {
    const auto end = text.substr(0, 12).find_first_not_of("&#abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
    return end != std::string_view::npos && end > 1 && text[end] == ';';
}

std::string escape_for_readers(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '<')
            out += "&lt;";
        else if (text[i] == '&' && begins_entity(text.substr(i)))
            out += "&amp;";
        else
            out += text[i];
    }
    return out;
}

void trim_end(std::string& text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\t' || text.back() == '\r')) text.pop_back();
}

// Not in the middle of a character or an entity, and visibly cut.
std::string cut(std::string text, std::size_t most_bytes) {
    constexpr std::string_view mark = "…";
    if (text.size() <= most_bytes) return text;
    if (most_bytes < mark.size()) return {};
    text = model::truncate_utf8(text, most_bytes - mark.size());
    const auto ampersand = text.rfind('&');
    if (ampersand != std::string::npos && ampersand + 5 >= text.size() && !text.substr(ampersand).contains(';')) text.resize(ampersand);
    trim_end(text);
    return text + std::string(mark);
}

}  // namespace

Elements text(std::string text) {
    return {Element{.text = std::move(text)}};
}

std::string line(std::string_view text, std::size_t most_characters) {
    auto clean = model::clean_line(text);
    if (model::utf8_length(clean) <= most_characters) return clean;
    std::size_t end = 0;  // the byte where the last character that fits beside the mark ends
    for (std::size_t characters = 0; end < clean.size(); ++end)
        if ((static_cast<unsigned char>(clean[end]) & 0xC0U) != 0x80 && ++characters == most_characters) break;
    clean.resize(end);
    trim_end(clean);
    return clean + "…";
}

Elements one(std::string_view words) {
    return text(line(words));
}

Elements number(std::uint64_t value) {
    return text(std::to_string(value));
}

Elements yes_no(bool value) {
    return text(value ? "true" : "false");
}

std::string description(std::string_view text, std::string_view closing) {
    auto body = escape_for_readers(model::clean_text(text));
    trim_end(body);
    auto end = cut(escape_for_readers(model::clean_text(closing)), longest_description);
    if (end.empty()) return cut(std::move(body), longest_description);
    const std::size_t room = longest_description - std::min(longest_description, end.size() + 2);
    body = cut(std::move(body), room);
    return body.empty() ? end : body + "\n\n" + end;
}

Elements itunes_image(std::string_view base_url, const model::Artwork& artwork) {
    const auto* size = pick_size(artwork, largest_artwork);
    return {Element{.attributes = {{"href", std::string(base_url) + image_path(*size)}}}};
}

Elements podcast_image(std::string_view base_url, const model::Artwork& artwork) {
    const auto* size = pick_size(artwork, largest_artwork);
    const auto pixels = std::to_string(size->pixels);
    Element image{.attributes = {{"href", std::string(base_url) + image_path(*size)}}};
    if (const auto alt = line(artwork.alt); !alt.empty()) image.attributes.emplace_back("alt", alt);
    image.attributes.insert(
        image.attributes.end(),
        {{"aspect-ratio", "1/1"}, {"width", pixels}, {"height", pixels}, {"type", "image/jpeg"}, {"purpose", "artwork"}});
    return {image};
}

Elements people(const std::vector<model::Person>& persons) {
    Elements out;
    for (const auto& person : persons) {
        const auto name = line(person.name, 128);
        if (name.empty()) continue;
        Element element{.text = name};
        if (const auto role = line(person.role, 128); !role.empty()) element.attributes.emplace_back("role", role);
        if (const auto group = line(person.group, 128); !group.empty()) element.attributes.emplace_back("group", group);
        if (is_web_link(person.href)) element.attributes.emplace_back("href", person.href);
        out.push_back(std::move(element));
    }
    return out;
}

}  // namespace earshot::feeds
