#include "server/analytics/general_rules.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <span>

namespace earshot::analytics {

namespace {

using Words = std::span<const std::string_view>;

constexpr std::size_t longest_agent = 1024;  // what follows is not looked at

constexpr std::array<std::string_view, 6> placeholders{"null", "(null)", "undefined", "none", "unknown", "mozilla"};
constexpr std::array<std::string_view, 5> bot_words{"bot", "crawl", "spider", "scraper", "scraping"};
// Of machines mostly; but a person's app may be called so.
constexpr std::array<std::string_view, 29> machine_words{
    "+http",      "+www.",    "(compatible;", "subscribers",  "fetcher",      "-fetch",      "fetch-",     "importer",
    "downloader", "transcri", "translat",     "analyzer",     "validator",    "checker",     "monitor",    "scanner",
    "indexer",    "archiver", "harvest",      "podcast sync", "prefetch",     "feed parser", "feedparser", "searcher",
    "backfill",   "-puller",  "screenshot",   "worker/",      "search engine"};
constexpr std::array<std::string_view, 13> device_words{"iphone",         "ipad",           "ipod",      "ios",     "android",
                                                        "cfnetwork",      "exoplayer",      "alamofire", "watchos", "podcast app",
                                                        "podcast player", "podcast client", "podcatcher"};

std::string lower(std::string_view text) {
    std::string result(text);
    std::ranges::transform(result, result.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return result;
}

bool has_any(std::string_view text, Words words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return text.find(word) != std::string_view::npos; });
}

bool malformed(std::string_view agent, std::string_view small) {
    return std::ranges::none_of(agent, [](unsigned char c) { return std::isalpha(c) != 0 || c >= 0x80; }) ||
           std::ranges::find(placeholders, small) != placeholders.end();
}

// "My App/1.2 (…)" → "My App": RFC 9110 §10.1.5, with the spaces that apps put into it.
std::string product_token(std::string_view agent) {
    const auto slash = agent.find('/');
    if (slash == std::string_view::npos || slash == 0 || slash > 40) return {};
    const auto token = agent.substr(0, slash);
    const bool plain = std::ranges::all_of(token, [](unsigned char c) {
        return std::isalnum(c) != 0 || c >= 0x80 || std::string_view(" ._-!%").find(static_cast<char>(c)) != std::string_view::npos;
    });
    return plain && lower(token) != "mozilla" ? std::string(token) : std::string();
}

bool is_bot(std::string_view agent, std::string_view small) {
    if (malformed(agent, small)) return true;
    auto words = std::string(small);
    if (const auto phone = words.find("cubot"); phone != std::string::npos) words.erase(phone, 5);  // a maker of telephones
    if (has_any(words, bot_words)) return true;
    const bool on_a_device = !words.starts_with("mozilla/") && has_any(words, device_words);
    return has_any(words, machine_words) && !on_a_device;
}

}  // namespace

std::string cleaned_agent(std::string_view agent) {
    std::string result(agent.substr(0, longest_agent));
    std::erase_if(result, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    const auto first = result.find_first_not_of(' ');
    if (first == std::string::npos) return {};
    return result.substr(first, result.find_last_not_of(' ') - first + 1);
}

std::string decoded_agent(std::string_view agent) {
    std::string result;
    for (std::size_t at = 0; at < agent.size(); ++at) {
        unsigned byte = 0;
        const auto* digits = agent.data() + at + 1;
        if (agent[at] == '%' && at + 2 < agent.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2 && byte >= 0x20) {
            result += static_cast<char>(byte);
            at += 2;
        } else {
            result += agent[at];
        }
    }
    return result;
}

Agent unlisted_agent(std::string_view agent) {
    Agent result;
    result.name = product_token(agent);
    if (is_bot(agent, lower(agent))) {
        result.kind = AgentKind::bot;
        result.automated = true;
    } else if (!result.name.empty()) {
        result.kind = AgentKind::app;
    }
    return result;
}

}  // namespace earshot::analytics
