#include "feeds/notes.hpp"

#include <libxml/HTMLparser.h>
#include <md4c-html.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "content/model/text.hpp"
#include "feeds/links.hpp"

namespace earshot::feeds {
namespace {

using Document = std::unique_ptr<xmlDoc, decltype(&xmlFreeDoc)>;

// Neither library may be asked to chew on more than any notes could reasonably hold.
constexpr std::size_t longest_notes = 128 * 1024;

// "00:00 Intro", "(1:02:03) …", "**12:30** …"
bool begins_with_time(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" *_(["), line.size()));
    const auto is_digit = [&](std::size_t at) { return at < line.size() && line[at] >= '0' && line[at] <= '9'; };
    const std::size_t colon = line.substr(0, 4).find(':');
    if (colon == std::string_view::npos || colon == 0) return false;
    for (std::size_t at = 0; at < colon; ++at)
        if (!is_digit(at)) return false;
    return is_digit(colon + 1) && is_digit(colon + 2);
}

// Lines of a list of times stay lines; Markdown would make a paragraph of them.
std::string with_lines_of_times(std::string_view markdown) {
    std::string out;
    for (std::size_t at = 0; at <= markdown.size();) {
        const auto end = std::min(markdown.find('\n', at), markdown.size());
        const auto line = markdown.substr(at, end - at);
        if (at > 0) out += begins_with_time(line) ? "  \n" : "\n";
        out += line;
        at = end + 1;
    }
    return out;
}

Document parse(std::string_view markdown) {
    const auto source = with_lines_of_times(model::truncate_utf8(model::clean_text(markdown), longest_notes));
    std::string html;
    const auto append = [](const MD_CHAR* text, MD_SIZE size, void* out) { static_cast<std::string*>(out)->append(text, size); };
    const unsigned flags = MD_FLAG_NOHTML | MD_FLAG_PERMISSIVEAUTOLINKS;
    md_html(source.data(), static_cast<MD_SIZE>(source.size()), append, &html, flags, 0);
    const int options = HTML_PARSE_RECOVER | HTML_PARSE_NOERROR | HTML_PARSE_NOWARNING | HTML_PARSE_NONET;
    return {htmlReadMemory(html.data(), static_cast<int>(html.size()), nullptr, "UTF-8", options), xmlFreeDoc};
}

enum class Kind { block, list, item, line_break, span, link, preformatted, picture };

// The allow-list: elements that may be written, under which name. Of others only the children remain.
struct Allowed {
    std::string_view name, written;
    Kind kind;
};
constexpr std::array<Allowed, 21> allow_list{{
    {"p", "p", Kind::block},          {"h1", "h3", Kind::block},
    {"h2", "h3", Kind::block},        {"h3", "h3", Kind::block},
    {"h4", "h4", Kind::block},        {"h5", "h4", Kind::block},
    {"h6", "h4", Kind::block},        {"ul", "ul", Kind::list},
    {"ol", "ol", Kind::list},         {"blockquote", "blockquote", Kind::block},
    {"li", "li", Kind::item},         {"br", "br", Kind::line_break},
    {"a", "a", Kind::link},           {"b", "b", Kind::span},
    {"i", "i", Kind::span},           {"strong", "strong", Kind::span},
    {"em", "em", Kind::span},         {"code", "code", Kind::span},
    {"pre", "p", Kind::preformatted}, {"img", "", Kind::picture},
    {"hr", "", Kind::block},
}};

// Of these not even the children: what is inside is not prose.
constexpr std::array<std::string_view, 8> dropped{"script", "style", "head", "iframe", "object", "svg", "template", "textarea"};

std::string_view text_of(const xmlChar* text) {
    return text ? reinterpret_cast<const char*>(text) : "";
}

const Allowed* find_allowed(const xmlNode& node) {
    const auto* found = std::ranges::find(allow_list, text_of(node.name), &Allowed::name);
    return found == allow_list.end() ? nullptr : found;
}

std::string attribute(xmlNode& node, const char* name) {
    const std::unique_ptr<xmlChar, void (*)(void*)> value(xmlGetProp(&node, reinterpret_cast<const xmlChar*>(name)), xmlFree);
    return model::clean_text(text_of(value.get()));
}

class HtmlWriter {
public:
    void walk(xmlNode* node) {
        for (; node; node = node->next) {
            if (node->type == XML_TEXT_NODE) text(text_of(node->content));
            if (node->type == XML_ELEMENT_NODE) element(*node);
        }
    }
    [[nodiscard]] std::string take() {
        while (out_.ends_with('\n')) out_.pop_back();
        return model::clean_text(out_);
    }

private:
    void element(xmlNode& node) {
        if (std::ranges::find(dropped, text_of(node.name)) != dropped.end()) return;
        const auto* allowed = find_allowed(node);
        if (allowed && allowed->kind == Kind::picture) return text(attribute(node, "alt"));
        const auto href = allowed && allowed->kind == Kind::link ? attribute(node, "href") : std::string();
        if (!allowed || allowed->written.empty() || (allowed->kind == Kind::link && !is_safe_link(href))) return walk(node.children);
        out_.append("<").append(allowed->written);
        if (!href.empty()) out_ += " href=\"" + model::escape_html(href) + "\"";
        out_ += '>';
        if (allowed->kind == Kind::line_break) return;
        const bool outer = std::exchange(preformatted_, preformatted_ || allowed->kind == Kind::preformatted);
        walk(node.children);
        preformatted_ = outer;
        out_.append("</").append(allowed->written).append(">");
    }

    void text(std::string_view content) {
        auto escaped = model::escape_html(content);
        if (!preformatted_) {
            out_ += escaped;
            return;
        }
        while (escaped.ends_with('\n')) escaped.pop_back();
        for (const char c : escaped) c == '\n' ? out_ += "<br>\n" : out_ += c;
    }

    std::string out_;
    bool preformatted_{};
};

class TextWriter {
public:
    void walk(xmlNode* node) {
        for (; node; node = node->next) {
            if (node->type == XML_TEXT_NODE) text(text_of(node->content));
            if (node->type == XML_ELEMENT_NODE) element(*node);
        }
    }
    [[nodiscard]] std::string take() { return model::clean_text(out_); }

private:
    void element(xmlNode& node) {
        if (std::ranges::find(dropped, text_of(node.name)) != dropped.end()) return;
        const auto* allowed = find_allowed(node);
        switch (allowed ? allowed->kind : Kind::span) {
            case Kind::picture:
                return text(attribute(node, "alt"));
            case Kind::line_break:
                return break_lines(1);
            case Kind::link:
                return link(node);
            case Kind::span:
                return walk(node.children);
            case Kind::list:
                return list(node, allowed->written == "ol");
            case Kind::item:  // outside any list
            case Kind::block:
            case Kind::preformatted: {
                const bool outer = std::exchange(preformatted_, preformatted_ || allowed->kind == Kind::preformatted);
                break_lines(2);
                walk(node.children);
                break_lines(2);
                preformatted_ = outer;
            }
        }
    }

    void list(xmlNode& node, bool ordered) {
        int number = 0;
        break_lines(depth_ == 0 ? 2 : 1);
        ++depth_;
        for (auto* child = node.children; child; child = child->next) {
            if (child->type != XML_ELEMENT_NODE) continue;
            break_lines(1);
            flush();
            out_.append(2 * static_cast<std::size_t>(depth_ - 1), ' ');
            out_ += ordered ? std::to_string(++number) + ". " : "- ";
            at_marker_ = true;
            walk(child->children);
            at_marker_ = false;
        }
        --depth_;
        break_lines(depth_ == 0 ? 2 : 1);
    }

    void link(xmlNode& node) {
        const auto href = attribute(node, "href");
        const std::unique_ptr<xmlChar, void (*)(void*)> label(xmlNodeGetContent(&node), xmlFree);
        walk(node.children);
        if (is_safe_link(href) && !shows_address(text_of(label.get()), href)) text(" (" + std::string(shown_address(href)) + ")");
    }

    void text(std::string_view content) {
        while (!content.empty()) {
            const auto white = std::min(content.find_first_not_of(" \t\n\r"), content.size());
            if (preformatted_ && content.substr(0, white).contains('\n'))
                break_lines(1);
            else if (white > 0)
                space_ = !out_.empty() && breaks_ == 0 && !at_marker_;
            content.remove_prefix(white);
            const auto word = content.substr(0, content.find_first_of(" \t\n\r"));
            if (word.empty()) return;
            flush();
            out_ += word;
            content.remove_prefix(word.size());
        }
    }

    // A list item's first paragraph goes on behind its marker.
    void break_lines(int count) {
        if (out_.empty() || at_marker_) return;
        breaks_ = std::max(breaks_, count);
        space_ = false;
    }
    void flush() {
        out_.append(static_cast<std::size_t>(std::exchange(breaks_, 0)), '\n');
        if (std::exchange(space_, false)) out_ += ' ';
        at_marker_ = false;
    }

    std::string out_;
    int breaks_{}, depth_{};
    bool space_{}, at_marker_{}, preformatted_{};
};

template <class Writer>
std::string write(const Document& document) {
    Writer writer;
    if (document) writer.walk(xmlDocGetRootElement(document.get()));
    return writer.take();
}

}  // namespace

std::string notes_to_html(std::string_view markdown) {
    return write<HtmlWriter>(parse(markdown));
}
std::string notes_to_text(std::string_view markdown) {
    return write<TextWriter>(parse(markdown));
}

RenderedNotes render_notes(std::string_view markdown) {
    const auto document = parse(markdown);
    return {write<HtmlWriter>(document), write<TextWriter>(document)};
}

}  // namespace earshot::feeds
