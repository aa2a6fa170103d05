#include "media/embedded/findings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "content/model/text.hpp"
#include "media/embedded/text.hpp"

namespace earshot::media::embedded {

namespace {

constexpr std::size_t longest_value = 200, longest_place = 80;
constexpr std::size_t most_kinds = 200;
constexpr std::size_t most_of_a_block = 64U << 10;  // bytes of an opaque block

std::string line(std::string_view bytes, std::size_t most) {
    return model::truncate_utf8(model::clean_line(bytes.substr(0, 4 * most)), most);
}

}  // namespace

void Findings::add(std::string_view what, std::string_view value, std::string_view kind, std::string_view detail) {
    auto cleaned = line(value, longest_value);
    if (cleaned.empty()) return;
    auto place = line(kind, longest_place);
    auto found = kinds_.find(place);
    if (found == kinds_.end()) {
        if (kinds_.size() >= most_kinds) place = "other places";
        found = kinds_.try_emplace(place, Kind{std::string(what)}).first;
    }
    if (const auto more = line(detail, longest_place); !more.empty()) place += " " + more;
    model::EmbeddedItem item{std::string(what), std::move(cleaned), std::move(place)};
    if (std::ranges::find(items_, item) != items_.end()) return;
    ++found->second.found;
    if (found->second.listed >= most_of_one_kind || items_.size() >= most_items) return;
    ++found->second.listed;
    items_.push_back(std::move(item));
}

void Findings::add_field(std::string_view field, std::string_view value, std::string_view kind, std::string_view detail) {
    add(plain_words(field), value, kind, detail);
}

void Findings::add_opaque(std::string_view what, const Section& bytes, std::string_view kind, std::string_view detail) {
    if (bytes.size() == 0) return;
    const auto words = words_in(bytes.all(most_of_a_block));
    add(what, words.empty() ? fmt::format("{} bytes", bytes.size()) : fmt::format("{} bytes, among them “{}”", bytes.size(), words), kind,
        detail);
}

bool Findings::tells(std::string_view value) const {
    constexpr std::size_t telling = 8;  // bytes: what is shorter stands in much that is another thing
    const auto cleaned = line(value, longest_value);
    return cleaned.empty() || std::ranges::any_of(items_, [&](const model::EmbeddedItem& item) {
               return item.value.find(cleaned) != std::string::npos ||
                      (item.value.size() >= telling && cleaned.find(item.value) != std::string::npos);
           });
}

std::vector<model::EmbeddedItem> Findings::take() {
    for (const auto& [place, kind] : kinds_)
        if (kind.found > kind.listed) items_.push_back({kind.what, fmt::format("and {} more like these", kind.found - kind.listed), place});
    std::multimap<std::size_t, model::EmbeddedItem> ranked;  // keeps the order among equals
    for (auto& item : items_) ranked.emplace(rank_of(item.what), std::move(item));
    std::vector<model::EmbeddedItem> sorted;
    for (auto& [rank, item] : ranked) sorted.push_back(std::move(item));
    return sorted;
}

}  // namespace earshot::media::embedded
