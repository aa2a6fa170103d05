#include "server/analytics/address_blocks.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "server/analytics/list_files.hpp"

namespace earshot::analytics {

namespace {

struct Block {
    IpAddress address{};
    unsigned bits{};  // of 128
};

std::optional<Block> parse_block(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_ip_address(text.substr(0, slash));
    if (!address) return std::nullopt;
    const bool four = text.find(':') == std::string_view::npos;
    const unsigned most = four ? 32 : 128;
    unsigned bits = most;
    if (slash != std::string_view::npos) {
        const auto* end = text.data() + text.size();
        const auto [stop, error] = std::from_chars(text.data() + slash + 1, end, bits);
        if (error != std::errc() || stop != end || bits > most) return std::nullopt;
    }
    return Block{*address, four ? bits + 96 : bits};
}

}  // namespace

model::Result<AddressBlocks> AddressBlocks::parse(std::string_view text, std::string_view source) {
    AddressBlocks result;
    for (std::size_t number = 1; !text.empty(); ++number) {
        const auto end = text.find('\n');
        const auto line = without_comment(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty()) continue;
        const auto block = parse_block(line);
        if (!block)
            return model::fail(model::Errc::invalid_input,
                               fmt::format("{}:{}: this is no block of addresses; write one like 192.0.2.0/24.", source, number));
        Range range{block->address, block->address};
        for (unsigned bit = block->bits; bit < 128; ++bit) {
            const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
            range.first[bit / 8] &= static_cast<std::uint8_t>(~mask);
            range.last[bit / 8] |= mask;
        }
        result.ranges_.push_back(range);
    }
    auto& ranges = result.ranges_;
    std::ranges::sort(ranges, {}, &Range::first);
    std::vector<Range> merged;
    for (const auto& range : ranges) {
        if (!merged.empty() && range.first <= merged.back().last)
            merged.back().last = std::max(merged.back().last, range.last);
        else
            merged.push_back(range);
    }
    ranges = std::move(merged);
    return result;
}

model::Result<AddressBlocks> AddressBlocks::from_file(const std::filesystem::path& file) {
    const auto text = read_list(file);
    if (!text) return std::unexpected(text.error());
    return parse(*text, file.string());
}

model::Result<AddressBlocks> AddressBlocks::built_in_data_centres() {
    const auto text = built_in_list("data_centres.txt");
    if (!text) return std::unexpected(text.error());
    return parse(*text, "data_centres.txt");
}

bool AddressBlocks::contains(const IpAddress& address) const noexcept {
    const auto after = std::ranges::upper_bound(ranges_, address, {}, &Range::first);
    return after != ranges_.begin() && address <= std::prev(after)->last;
}

}  // namespace earshot::analytics
