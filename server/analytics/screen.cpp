#include "server/analytics/screen.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace earshot::analytics {

namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<std::uint64_t> number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// How many bytes "0-1", "-2" or "100-" asks for.
std::optional<std::uint64_t> length_of(std::string_view member, std::uint64_t size) {
    const auto dash = member.find('-');
    if (dash == std::string_view::npos) return std::nullopt;
    const auto last = number(member.substr(dash + 1));
    if (dash == 0) return last ? std::optional(std::min(*last, size)) : std::nullopt;
    const auto first = number(member.substr(0, dash));
    if (!first) return std::nullopt;
    if (dash + 1 == member.size()) return *first < size ? size - *first : 0;
    if (!last || *last < *first) return std::nullopt;
    return std::max(*last - *first, *last - *first + 1);  // the largest number stays
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// Players known to fetch without anybody having pressed play (rule D9).
bool fetches_unasked(const model::Delivery& delivery, const Agent& agent) {
    if (agent.kind != AgentKind::browser) return false;
    const std::string_view text = delivery.user_agent;
    const bool mobile = contains(text, "Mobile") || contains(text, "Android");
    if (contains(text, "OPR/") && !mobile && delivery.referrer.empty()) return true;  // Opera for desktops
    const auto host = host_of(delivery.referrer);
    return host == "podverse.fm" || host.ends_with(".podverse.fm");  // Podverse's web player
}

}  // namespace

bool is_probe(std::string_view range, std::uint64_t size) {
    range = trimmed(range);
    constexpr std::string_view unit = "bytes=";
    const bool in_bytes = range.size() > unit.size() && std::ranges::equal(range.substr(0, unit.size()), unit, [](char a, char b) {
                              return std::tolower(static_cast<unsigned char>(a)) == b;
                          });
    if (!in_bytes) return false;
    range.remove_prefix(unit.size());
    std::uint64_t asked = 0;
    while (true) {
        const auto comma = range.find(',');
        const auto length = length_of(trimmed(range.substr(0, comma)), size);
        if (!length || *length > 2) return false;
        asked += *length;
        if (comma == std::string_view::npos) break;
        range.remove_prefix(comma + 1);
    }
    return asked > 0 && asked <= 2;
}

std::optional<Verdict> verdict_of_request(const model::Delivery& delivery) {
    if (delivery.opted_out) return Verdict::opted_out;
    if (delivery.preview) return Verdict::preview;
    if (delivery.method == "HEAD") return Verdict::head;
    if (delivery.status == 410 || delivery.status == 451) return Verdict::withdrawn;
    if (delivery.method != "GET" || (delivery.status != 200 && delivery.status != 206)) return Verdict::error;
    if (delivery.status == 206 && is_probe(delivery.range, delivery.file.size)) return Verdict::probe;
    return std::nullopt;
}

bool is_nobody(const model::Delivery& delivery, const Recognised& recognised) {
    return recognised.agent.automated || recognised.data_centre || fetches_unasked(delivery, recognised.agent);
}

}  // namespace earshot::analytics
