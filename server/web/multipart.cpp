#include "server/web/multipart.hpp"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

namespace earshot::web {
namespace {

using model::Errc;
using model::fail;

constexpr std::size_t most_parts = 32;

// name="…" or name=… among the parameters behind the first ';'.
std::optional<std::string> parameter(std::string_view field, std::string_view name) {
    auto rest = field;
    while (!rest.empty()) {
        const auto semicolon = rest.find(';');
        if (semicolon == std::string_view::npos) break;
        rest.remove_prefix(semicolon + 1);
        while (rest.starts_with(' ')) rest.remove_prefix(1);
        if (!rest.starts_with(name) || !rest.substr(name.size()).starts_with('=')) continue;
        rest.remove_prefix(name.size() + 1);
        if (!rest.starts_with('"')) return std::string(rest.substr(0, rest.find_first_of("; ")));
        rest.remove_prefix(1);
        const auto end = rest.find('"');
        return end == std::string_view::npos ? std::nullopt : std::optional(std::string(rest.substr(0, end)));
    }
    return std::nullopt;
}

// The name in the head of a part.
std::optional<std::string> name_of(std::string_view head) {
    constexpr std::string_view wanted = "content-disposition:";
    while (!head.empty()) {
        const auto end = std::min(head.find("\r\n"), head.size());
        const auto line = head.substr(0, end);
        const auto same = [](unsigned char a, char b) { return std::tolower(a) == b; };
        if (line.size() > wanted.size() && std::ranges::equal(line.substr(0, wanted.size()), wanted, same)) return parameter(line, "name");
        head.remove_prefix(std::min(end + 2, head.size()));
    }
    return std::nullopt;
}

}  // namespace

model::Result<std::vector<http::Field>> parse_multipart(std::string_view content_type, std::string_view body) {
    const auto malformed = [] { return fail(Errc::invalid_input, "This form cannot be read. Load the page again and repeat it."); };
    const auto boundary = parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > 70) return malformed();
    const std::string first = "--" + *boundary, delimiter = "\r\n" + first;
    if (!body.starts_with(first)) return malformed();
    body.remove_prefix(first.size());
    std::vector<http::Field> form;
    while (!body.starts_with("--")) {
        const auto head_end = body.find("\r\n\r\n");
        if (!body.starts_with("\r\n") || head_end == std::string_view::npos || form.size() == most_parts) return malformed();
        const auto name = name_of(body.substr(2, head_end - 2));
        const auto content = body.substr(head_end + 4);
        const auto end = content.find(delimiter);
        if (!name || end == std::string_view::npos) return malformed();
        form.push_back({*name, std::string(content.substr(0, end))});
        body = content.substr(end + delimiter.size());
    }
    return form;
}

}  // namespace earshot::web
