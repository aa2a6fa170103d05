#pragma once
// Blocks of addresses in CIDR notation, one a line; `#` begins a comment. Used for networks where nobody listens: data centres.

#include <filesystem>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "server/analytics/ip_address.hpp"

namespace earshot::analytics {

class AddressBlocks {
public:
    // Errors: invalid_input naming `source` and the line. A single address is a block of one.
    static model::Result<AddressBlocks> parse(std::string_view text, std::string_view source);
    static model::Result<AddressBlocks> from_file(const std::filesystem::path& file);
    static model::Result<AddressBlocks> built_in_data_centres();

    [[nodiscard]] bool contains(const IpAddress& address) const noexcept;

private:
    struct Range {
        IpAddress first, last;
    };
    std::vector<Range> ranges_;  // sorted, disjoint
};

}  // namespace earshot::analytics
