#include "server/streaming/preconditions.hpp"

#include <chrono>
#include <string>

#include "server/streaming/list_field.hpp"

namespace earshot::streaming {
namespace {

struct EntityTag {
    bool weak{};
    std::string_view opaque;  // with its quotes
};

// Reads one entity-tag from the front of `text` (§8.8.3): opaque characters are 0x21, 0x23–0x7E and obs-text, so a comma may be inside.
std::optional<EntityTag> take_entity_tag(std::string_view& text) {
    EntityTag tag;
    if (text.starts_with("W/")) {
        tag.weak = true;
        text.remove_prefix(2);
    }
    if (!text.starts_with('"')) return std::nullopt;
    for (std::size_t i = 1; i < text.size(); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == '"') {
            tag.opaque = text.substr(0, i + 1);
            text.remove_prefix(i + 1);
            return tag;
        }
        if (c <= 0x20 || c == 0x7F) return std::nullopt;
    }
    return std::nullopt;
}

bool equal_tags(const EntityTag& a, const EntityTag& b, bool strongly) {
    return a.opaque == b.opaque && (!strongly || (!a.weak && !b.weak));
}

// Does "*" or one of the listed tags match? A list that does not parse matches with what was read before the fault.
bool any_matches(const std::vector<std::string_view>& lines, std::string_view current, bool strongly) {
    const std::string joined = join_lines(lines);
    if (trim(joined) == "*") return true;
    auto own_text = current;
    const auto own = take_entity_tag(own_text);
    if (!own) return false;
    std::string_view rest = joined;
    while (true) {
        const auto start = rest.find_first_not_of(" \t,");
        if (start == std::string_view::npos) return false;
        rest.remove_prefix(start);
        const auto tag = take_entity_tag(rest);
        if (!tag) return false;
        if (equal_tags(*tag, *own, strongly)) return true;
    }
}

std::optional<model::Timestamp> single_date(const std::vector<std::string_view>& lines) {
    return lines.size() == 1 ? model::parse_http_date(trim(lines.front())) : std::nullopt;
}

std::optional<model::Timestamp> whole_seconds(std::optional<model::Timestamp> time) {
    if (time) *time = std::chrono::floor<std::chrono::seconds>(*time);
    return time;
}

}  // namespace

Verdict evaluate_preconditions(bool safe, const ConditionalFields& fields, const Validators& current) {
    const auto modified = whole_seconds(current.last_modified);
    if (!fields.if_match.empty()) {
        if (!any_matches(fields.if_match, current.etag, true)) return Verdict::precondition_failed;
    } else if (const auto date = single_date(fields.if_unmodified_since); date && modified && *modified > *date) {
        return Verdict::precondition_failed;
    }
    if (!fields.if_none_match.empty()) {
        if (any_matches(fields.if_none_match, current.etag, false)) return safe ? Verdict::not_modified : Verdict::precondition_failed;
    } else if (const auto date = single_date(fields.if_modified_since); safe && date && modified && *modified <= *date) {
        return Verdict::not_modified;
    }
    return Verdict::proceed;
}

bool if_range_holds(const ConditionalFields& fields, const Validators& current) {
    if (fields.if_range.empty()) return true;
    if (fields.if_range.size() > 1) return false;
    const auto value = trim(fields.if_range.front());
    if (auto rest = value; const auto tag = take_entity_tag(rest)) {
        auto own_text = current.etag;
        const auto own = take_entity_tag(own_text);
        return rest.empty() && own && equal_tags(*tag, *own, true);
    }
    const auto date = model::parse_http_date(value);
    const auto modified = whole_seconds(current.last_modified);
    return date && modified && *date == *modified;
}

}  // namespace earshot::streaming
