#include "server/analytics/shared_addresses.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "server/analytics/list_files.hpp"

namespace earshot::analytics {

model::Result<SharedAddresses> SharedAddresses::parse(std::string_view text, std::string_view source) {
    SharedAddresses result;
    const auto refuse = [&](std::size_t line) {
        return model::fail(
            model::Errc::invalid_input,
            fmt::format("{}:{}: write a block of addresses and the day of its review, like \"192.0.2.0/24 2026-11-24\".", source, line));
    };
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const auto line = without_comment(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty()) continue;
        const auto space = line.find_first_of(" \t");
        const auto day = space == std::string_view::npos ? std::nullopt : parse_day(line.substr(line.find_last_of(" \t") + 1));
        if (!day || !AddressBlocks::parse(line.substr(0, space), source)) return refuse(number);
        auto& reviewed = result.by_review_[*day];
        reviewed.text += std::string(line.substr(0, space)) + '\n';
        ++reviewed.count;
        ++result.entries_;
    }
    for (auto& [day, reviewed] : result.by_review_) reviewed.blocks = AddressBlocks::parse(reviewed.text, source).value();
    return result;
}

model::Result<SharedAddresses> SharedAddresses::from_file(const std::filesystem::path& file) {
    const auto text = read_list(file);
    if (!text) return std::unexpected(text.error());
    return parse(*text, file.string());
}

bool SharedAddresses::contains(const IpAddress& address, Day day) const {
    return std::any_of(by_review_.lower_bound(day - review_every), by_review_.end(),
                       [&](const auto& entry) { return entry.second.blocks.contains(address); });
}

std::size_t SharedAddresses::overdue(Day today) const {
    std::size_t count = 0;
    for (auto entry = by_review_.begin(); entry != by_review_.lower_bound(today - review_every); ++entry) count += entry->second.count;
    return count;
}

std::optional<Day> SharedAddresses::oldest_review() const {
    return by_review_.empty() ? std::nullopt : std::optional(by_review_.begin()->first);
}

}  // namespace earshot::analytics
