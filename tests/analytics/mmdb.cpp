#include "tests/analytics/mmdb.hpp"

#include <array>
#include <cstdint>
#include <fstream>

#include "server/analytics/ip_address.hpp"

namespace earshot::tests {

namespace {

// https://maxmind.github.io/MaxMind-DB/: a tree over 128 bits of address, then values that lead by their own type byte.
enum class Type : unsigned { text = 2, uint16 = 5, uint32 = 6, map = 7, uint64 = 9, array = 11 };

std::string head(Type type, std::size_t size) {
    const auto number = static_cast<unsigned>(type);
    if (number < 8) return {static_cast<char>(number << 5 | size)};
    return {static_cast<char>(size), static_cast<char>(number - 7)};
}

std::string text(const std::string& value) {
    return head(Type::text, value.size()) + value;
}

std::string number(Type type, std::uint64_t value) {
    std::string bytes;
    for (; value > 0; value >>= 8) bytes.insert(bytes.begin(), static_cast<char>(value & 255));
    return head(type, bytes.size()) + bytes;
}

using Node = std::array<std::uint32_t, 2>;
constexpr std::uint32_t nothing = 0xffffffff;
constexpr std::uint32_t value_flag = 0x80000000;

void insert(std::vector<Node>& nodes, const analytics::IpAddress& address, unsigned bits, std::uint32_t value) {
    std::size_t at = 0;
    for (unsigned bit = 0; bit < bits; ++bit) {
        const auto side = static_cast<std::size_t>(address[bit / 8] >> (7 - bit % 8) & 1);
        if (bit + 1 == bits) {
            nodes[at][side] = value | value_flag;
        } else {
            if (nodes[at][side] == nothing) {
                nodes[at][side] = static_cast<std::uint32_t>(nodes.size());
                nodes.push_back({nothing, nothing});
            }
            at = nodes[at][side];
        }
    }
}

}  // namespace

void write_mmdb(const std::filesystem::path& file, const std::vector<CountryBlock>& blocks) {
    std::vector<Node> nodes{{nothing, nothing}};
    std::string data;
    for (const auto& block : blocks) {
        auto address = analytics::parse_ip_address(block.address).value();
        const bool four = analytics::is_ipv4(address);
        if (four) address[10] = address[11] = 0;  // ::192.0.2.1 in these files
        insert(nodes, address, four ? block.bits + 96 : block.bits, static_cast<std::uint32_t>(data.size()));
        data += head(Type::map, 1) + text("country") + head(Type::map, 1) + text("iso_code") + text(block.country);
    }
    std::ofstream out(file, std::ios::binary);
    const auto count = static_cast<std::uint32_t>(nodes.size());
    for (const auto& node : nodes) {
        for (auto side : node) {
            side = side == nothing ? count : (side & value_flag) != 0 ? count + 16 + (side & ~value_flag) : side;
            for (int shift = 16; shift >= 0; shift -= 8) out.put(static_cast<char>(side >> shift & 255));
        }
    }
    out << std::string(16, '\0') << data << "\xab\xcd\xefMaxMind.com" << head(Type::map, 9);
    out << text("node_count") << number(Type::uint32, count) << text("record_size") << number(Type::uint16, 24);
    out << text("ip_version") << number(Type::uint16, 6) << text("database_type") << text("Test-Country");
    out << text("languages") << head(Type::array, 1) << text("en") << text("binary_format_major_version") << number(Type::uint16, 2);
    out << text("binary_format_minor_version") << number(Type::uint16, 0) << text("build_epoch") << number(Type::uint64, 1795651200);
    out << text("description") << head(Type::map, 1) << text("en") << text("for tests");
}

}  // namespace earshot::tests
