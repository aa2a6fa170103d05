#pragma once
// Show notes: Markdown in, safe HTML out. Raw HTML is off, links are http(s), mailto or tel only, and an allow-list walk over the parsed
// result is the second wall. The same HTML goes into pages and feeds.

#include <string>
#include <string_view>

namespace earshot::feeds {

// p ol ul li a b i strong em h3 h4 br blockquote code; headings are lowered to h3/h4. Never fails: what is not allowed is dropped.
[[nodiscard]] std::string notes_to_html(std::string_view markdown);
// The same notes as plain text (links as "text (address)"), for descriptions, tags and previews.
[[nodiscard]] std::string notes_to_text(std::string_view markdown);

// Both for the price of one.
struct RenderedNotes {
    std::string html, text;
};
[[nodiscard]] RenderedNotes render_notes(std::string_view markdown);

}  // namespace earshot::feeds
