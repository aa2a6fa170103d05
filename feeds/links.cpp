#include "feeds/links.hpp"

#include <algorithm>
#include <cctype>

namespace earshot::feeds {
namespace {

// The part after `scheme` when `href` has it, whatever the case; nothing left when not.
std::string_view after(std::string_view href, std::string_view scheme) {
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    if (href.size() < scheme.size() || !std::ranges::equal(href.substr(0, scheme.size()), scheme, same)) return {};
    return href.substr(scheme.size());
}

bool has_only_plain_characters(std::string_view href) {
    return std::ranges::none_of(href, [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '"' || c == '\'' || c == '<' || c == '>' || c == '\\' || c == '`';
    });
}

}  // namespace

bool is_web_link(std::string_view href) {
    if (!has_only_plain_characters(href)) return false;
    for (const auto* scheme : {"https://", "http://"})
        if (const auto rest = after(href, scheme); !rest.empty()) return rest.find_first_of("/?#:@") != 0;
    return false;
}

bool is_safe_link(std::string_view href) {
    if (is_web_link(href)) return true;
    return has_only_plain_characters(href) && (!after(href, "mailto:").empty() || !after(href, "tel:").empty());
}

std::string_view shown_address(std::string_view href) {
    for (const auto* scheme : {"mailto:", "tel:"})
        if (const auto rest = after(href, scheme); !rest.empty()) return rest;
    return href;
}

bool shows_address(std::string_view text, std::string_view href) {
    auto address = shown_address(href);
    for (const auto* scheme : {"https://", "http://"})
        if (const auto rest = after(href, scheme); !rest.empty()) address = rest;
    if (address.ends_with('/')) address.remove_suffix(1);
    if (text.contains(address)) return true;
    if (after(href, "tel:").empty()) return false;
    std::string digits(text);
    std::erase(digits, ' ');
    return digits.contains(address);
}

}  // namespace earshot::feeds
