#pragma once
// What a template is filled with, and filling it. Templates are ctemplate files under server/web/templates, escaped by context
// ({{%AUTOESCAPE}} at their head); the only place where text goes in unescaped is marked `:none` in the template itself.
// Marks of our own: `:x-link` for addresses people typed (https, http, tel, mailto, podcast, feed or local, else "#"),
// `:x-json` for JSON inside <script type="application/ld+json">.

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace earshot::web {

class Values {
public:
    // {{NAME}}
    Values& set(std::string name, std::string text);
    Values& set(std::string name, std::uint64_t number);
    // {{#NAME}}…{{/NAME}} once more, filled with the values returned (outer values show through). The reference stays good.
    Values& add(std::string section);
    Values& show(std::string section);  // once, with no values of its own; returns *this
    // {{#NAME}}…{{NAME}}…{{/NAME}} when text is not empty.
    Values& maybe(std::string name, std::string text);
    // {{>NAME}} becomes that template, filled with the values returned (outer values do not show through).
    Values& include(std::string name, std::string template_file);

    struct Section;
    struct Include;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& texts() const noexcept { return texts_; }
    [[nodiscard]] const std::list<Section>& sections() const noexcept { return sections_; }
    [[nodiscard]] const std::list<Include>& includes() const noexcept { return includes_; }

private:
    std::vector<std::pair<std::string, std::string>> texts_;
    std::list<Section> sections_;
    std::list<Include> includes_;
};

struct Values::Section {
    std::string name;
    Values values;
};
struct Values::Include {
    std::string name, template_file;
    Values values;
};

// Throws std::runtime_error for an unknown or broken template: a bug, found by the first test that renders it.
[[nodiscard]] std::string render(std::string_view template_file, const Values& values);

}  // namespace earshot::web
