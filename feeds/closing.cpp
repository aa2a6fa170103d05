#include "feeds/closing.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "content/model/text.hpp"
#include "feeds/links.hpp"

namespace earshot::feeds {
namespace {

std::vector<model::CallToAction> in_order(const model::Show& show) {
    std::vector<model::CallToAction> actions;
    for (const bool emergency : {true, false})
        std::ranges::copy_if(show.actions, std::back_inserter(actions), [&](const auto& action) { return action.emergency == emergency; });
    return actions;
}

// " (https://www.gov.uk/ACT). In confidence, day or night."
std::string after_label(const model::CallToAction& action) {
    std::string out;
    const auto label = model::clean_line(action.label), detail = model::clean_line(action.detail);
    if (is_safe_link(action.href) &&
        !(label.contains(shown_address(action.href)) || (!is_web_link(action.href) && shows_address(label, action.href))))
        out += " (" + std::string(shown_address(action.href)) + ")";
    if (!detail.empty()) out += (out.empty() && label.ends_with('.') ? " " : ". ") + detail;
    return out;
}

}  // namespace

std::string closing_html(const model::Show& show) {
    std::string out;
    if (const auto notice = model::clean_line(show.notice); !notice.empty())
        out += "<p><strong>" + model::escape_html(notice) + "</strong></p>\n";
    for (const auto& action : in_order(show)) {
        const auto label = "<strong>" + model::escape_html(model::clean_line(action.label)) + "</strong>";
        out += "<p>";
        out += is_safe_link(action.href) ? "<a href=\"" + model::escape_html(action.href) + "\">" + label + "</a>" : label;
        out += model::escape_html(after_label(action)) + "</p>\n";
    }
    if (!out.empty()) out.pop_back();
    return out;
}

std::string closing_text(const model::Show& show) {
    std::string out = model::clean_line(show.notice);
    for (const auto& action : in_order(show)) {
        if (!out.empty()) out += '\n';
        out += model::clean_line(action.label) + after_label(action);
    }
    return out;
}

}  // namespace earshot::feeds
