#include "server/http/forwarded.hpp"

#include <algorithm>
#include <string>

#include "server/streaming/list_field.hpp"
#include "server/streaming/token.hpp"

namespace earshot::http {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// node-port: digits, or an obfuscated one (RFC 7239 §6).
bool is_port(std::string_view text) {
    if (text.starts_with('_')) return streaming::is_token(text);
    return !text.empty() && text.size() <= 5 && std::ranges::all_of(text, is_digit);
}

std::optional<IpAddress> of_family(std::string_view text, bool v6) {
    return (text.find(':') != std::string_view::npos) == v6 ? parse_address(text) : std::nullopt;
}

// "192.0.2.1", "192.0.2.1:4711", "[2001:db8::1]", "[2001:db8::1]:4711".
std::optional<IpAddress> parse_node(std::string_view text) {
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        const auto rest = text.substr(close + 1);
        if (!rest.empty() && (!rest.starts_with(':') || !is_port(rest.substr(1)))) return std::nullopt;
        return of_family(text.substr(1, close - 1), true);
    }
    const auto colon = text.find(':');
    if (colon != std::string_view::npos && !is_port(text.substr(colon + 1))) return std::nullopt;
    return of_family(text.substr(0, colon), false);
}

// A cursor over one line of Forwarded.
struct Reader {
    std::string_view rest;

    void skip_spaces() { rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size())); }
    bool take(char c) {
        if (!rest.starts_with(c)) return false;
        rest.remove_prefix(1);
        return true;
    }
    std::string_view token() {
        const auto end = std::ranges::find_if_not(rest, streaming::is_token_character);
        const auto taken = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        rest.remove_prefix(taken.size());
        return taken;
    }
    // token / quoted-string (RFC 9110 §5.6.4)
    std::optional<std::string> value() {
        if (!take('"')) {
            const auto taken = token();
            return taken.empty() ? std::nullopt : std::optional<std::string>(taken);
        }
        std::string text;
        while (!take('"')) {
            take('\\');
            if (rest.empty()) return std::nullopt;
            text += rest.front();
            rest.remove_prefix(1);
        }
        return text;
    }
};

// [ forwarded-pair ] *( ";" [ forwarded-pair ] ), with spaces about the semicolons; false when it is not. An element has a hop, if it has a
// pair at all.
bool read_element(Reader& reader, Hops& hops) {
    std::optional<std::string> node;
    bool any = false, twice = false;
    do {
        reader.skip_spaces();
        if (const auto name = reader.token(); !name.empty()) {
            if (!reader.take('=')) return false;
            auto value = reader.value();
            if (!value) return false;
            any = true;
            if (streaming::equal_ignoring_case(name, "for")) {
                twice = twice || node.has_value();
                node = std::move(value);
            }
        }
        reader.skip_spaces();
    } while (reader.take(';'));
    if (any) hops.push_back(node && !twice ? parse_node(*node) : std::nullopt);
    return true;
}

}  // namespace

Hops forwarded_for_hops(std::string_view line) {
    Hops hops;
    streaming::for_each_member(line, [&](std::string_view member) {
        const auto bare = parse_address(member);
        hops.push_back(bare ? bare : parse_node(member));
    });
    return hops;
}

Hops forwarded_hops(std::string_view line) {
    Hops hops;
    Reader reader{line};
    do {
        if (!read_element(reader, hops)) return {std::nullopt};
    } while (reader.take(','));
    return reader.rest.empty() ? hops : Hops{std::nullopt};
}

}  // namespace earshot::http
