#include "server/web/values.hpp"

#include <ctemplate/per_expand_data.h>
#include <ctemplate/template.h>
#include <ctemplate/template_cache.h>
#include <ctemplate/template_dictionary.h>
#include <ctemplate/template_emitter.h>
#include <ctemplate/template_modifiers.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "content/model/embedded.hpp"
#include "content/model/text.hpp"

namespace earshot::model {
std::span<const EmbeddedFile> web_templates_files();
}

namespace earshot::web {

Values& Values::set(std::string name, std::string text) {
    texts_.emplace_back(std::move(name), std::move(text));
    return *this;
}

Values& Values::set(std::string name, std::uint64_t number) {
    return set(std::move(name), std::to_string(number));
}

Values& Values::add(std::string section) {
    sections_.push_back({std::move(section), {}});
    return sections_.back().values;
}

Values& Values::show(std::string section) {
    add(std::move(section));
    return *this;
}

Values& Values::maybe(std::string name, std::string text) {
    if (!text.empty()) add(name).set(name, std::move(text));
    return *this;
}

Values& Values::include(std::string name, std::string template_file) {
    includes_.push_back({std::move(name), std::move(template_file), {}});
    return includes_.back().values;
}

namespace {

bool is_safe_link(std::string_view text) {
    const auto stop = text.find_first_of(":/?#");
    if (stop == std::string_view::npos || text[stop] != ':') return !text.starts_with("//");  // local
    std::string scheme(text.substr(0, stop));
    std::ranges::transform(scheme, scheme.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    static constexpr std::string_view allowed[] = {"https", "http", "tel", "mailto", "podcast", "feed"};
    return std::ranges::find(allowed, scheme) != std::end(allowed);
}

class LinkModifier : public ctemplate::TemplateModifier {
    void Modify(const char* in, size_t length, const ctemplate::PerExpandData*, ctemplate::ExpandEmitter* out,
                const std::string&) const override {
        const std::string_view text(in, length);
        out->Emit(is_safe_link(text) ? model::escape_html(text) : std::string("#"));
    }
};

class JsonModifier : public ctemplate::TemplateModifier {
    void Modify(const char* in, size_t length, const ctemplate::PerExpandData*, ctemplate::ExpandEmitter* out,
                const std::string&) const override {
        for (const char c : std::string_view(in, length)) {
            switch (c) {
                case '<':
                    out->Emit(std::string("\\u003c"));
                    break;
                case '>':
                    out->Emit(std::string("\\u003e"));
                    break;
                case '&':
                    out->Emit(std::string("\\u0026"));
                    break;
                default:
                    out->Emit(c);
            }
        }
    }
};

// Parsed once for the process; frozen, so expanding needs no lock.
class Templates {
public:
    Templates() {
        static const LinkModifier link;
        static const JsonModifier json;
        ctemplate::AddXssSafeModifier("x-link", &link);
        ctemplate::AddXssSafeModifier("x-json", &json);
        for (const auto& file : model::web_templates_files()) {
            if (!cache_.StringToTemplateCache(std::string(file.name), file.bytes.data(), file.bytes.size(), ctemplate::STRIP_BLANK_LINES)) {
                throw std::runtime_error("template " + std::string(file.name) + " cannot be read");
            }
        }
        cache_.Freeze();
    }
    [[nodiscard]] const ctemplate::TemplateCache& cache() const noexcept { return cache_; }

private:
    ctemplate::TemplateCache cache_;
};

void fill(ctemplate::TemplateDictionary& dictionary, const Values& values) {
    for (const auto& [name, text] : values.texts()) dictionary.SetValue(name, text);
    for (const auto& section : values.sections()) fill(*dictionary.AddSectionDictionary(section.name), section.values);
    for (const auto& include : values.includes()) {
        auto* inner = dictionary.AddIncludeDictionary(include.name);
        inner->SetFilename(include.template_file);
        fill(*inner, include.values);
    }
}

}  // namespace

std::string render(std::string_view template_file, const Values& values) {
    static const Templates templates;
    ctemplate::TemplateDictionary dictionary{std::string(template_file)};
    fill(dictionary, values);
    std::string out;
    ctemplate::StringEmitter emitter(&out);
    if (!templates.cache().ExpandNoLoad(std::string(template_file), ctemplate::STRIP_BLANK_LINES, &dictionary, nullptr, &emitter)) {
        throw std::runtime_error("no template " + std::string(template_file));
    }
    return out;
}

}  // namespace earshot::web
