#include "server/http/proxy_protocol.hpp"

#include <algorithm>

namespace earshot::http {
namespace {

constexpr std::string_view signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t fixed_part = 16;
constexpr std::size_t longest_rest = 2048;  // addresses and their options; proxies send a few hundred bytes at most

enum Command : unsigned { local = 0x20, proxy = 0x21 };  // with the version, 2, before it
enum Transport : unsigned { unspecified = 0x00, tcp4 = 0x11, tcp6 = 0x21 };

}  // namespace

ProxyHeader read_proxy_header(std::string_view bytes) noexcept {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    const ProxyHeader refused{ProxyHeader::State::refused, 0, std::nullopt};
    if (bytes.substr(0, signature.size()) != signature.substr(0, bytes.size())) return refused;
    if (bytes.size() < fixed_part) return {ProxyHeader::State::incomplete, fixed_part, std::nullopt};

    const unsigned command = byte(12), transport = byte(13);
    const std::size_t rest = byte(14) << 8U | byte(15);
    if ((command != local && command != proxy) || rest > longest_rest) return refused;
    const bool named = command == proxy && transport != unspecified;
    const std::size_t addresses = transport == tcp4 ? 12 : 36;
    if (named && ((transport != tcp4 && transport != tcp6) || rest < addresses)) return refused;
    if (bytes.size() < fixed_part + rest) return {ProxyHeader::State::incomplete, fixed_part + rest, std::nullopt};

    ProxyHeader header{ProxyHeader::State::complete, fixed_part + rest, std::nullopt};
    if (!named) return header;
    const auto source = bytes.substr(fixed_part, transport == tcp4 ? 4 : 16);
    header.client = IpAddress{};
    if (transport == tcp4) (*header.client)[10] = (*header.client)[11] = 0xFF;
    std::ranges::copy(source, header.client->end() - static_cast<std::ptrdiff_t>(source.size()));
    return header;
}

}  // namespace earshot::http
