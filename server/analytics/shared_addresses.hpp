#pragma once
// Networks with very many people behind one address (schools, offices, halls), known to be so: rule D6 of PTMG. An entry holds for 90 days
// from its review; then somebody has to look again.

#include <filesystem>
#include <map>
#include <optional>
#include <string_view>

#include "server/analytics/address_blocks.hpp"
#include "server/analytics/day.hpp"

namespace earshot::analytics {

class SharedAddresses {
public:
    static constexpr Day review_every = 90;

    // Lines "192.0.2.0/24 2026-11-24": a block and the day of its last review; `#` begins a comment. Errors: invalid_input naming the line.
    static model::Result<SharedAddresses> parse(std::string_view text, std::string_view source);
    static model::Result<SharedAddresses> from_file(const std::filesystem::path& file);

    [[nodiscard]] bool contains(const IpAddress& address, Day day) const;  // among the entries that hold on that day
    [[nodiscard]] std::size_t entries() const noexcept { return entries_; }
    [[nodiscard]] std::size_t overdue(Day today) const;
    [[nodiscard]] std::optional<Day> oldest_review() const;

private:
    struct Reviewed {
        std::string text;
        std::size_t count{};
        AddressBlocks blocks;
    };
    std::map<Day, Reviewed> by_review_;
    std::size_t entries_{};
};

}  // namespace earshot::analytics
