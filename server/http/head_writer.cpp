#include "server/http/head_writer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <utility>

#include "server/streaming/list_field.hpp"

namespace earshot::http {
namespace {

using streaming::equal_ignoring_case;

bool any_name(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::any_of(names, [&](std::string_view other) { return equal_ignoring_case(name, other); });
}

std::string_view status_line(int status) {
    switch (status) {  // the two that every listener gets
        case 200:
            return "HTTP/1.1 200 OK\r\nDate: ";
        case 206:
            return "HTTP/1.1 206 Partial Content\r\nDate: ";
        default:
            return {};
    }
}

}  // namespace

HeadWriter::HeadWriter(int status, std::string_view date) {
    text_.reserve(960);
    if (const auto known = status_line(status); !known.empty()) {
        text_.append(known);
    } else {
        text_.append("HTTP/1.1 ").append(std::to_string(status)).append(" ").append(reason_phrase(status)).append("\r\nDate: ");
    }
    text_.append(date).append("\r\n");
}

void HeadWriter::append_field(std::string& lines, std::string_view name, std::string_view value) {
    lines.append(name).append(": ");
    const auto start = lines.size();
    lines.append(value);
    std::replace_if(
        lines.begin() + static_cast<std::ptrdiff_t>(start), lines.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, ' ');
    lines.append("\r\n");
}

void HeadWriter::add_length(std::uint64_t length) {
    std::array<char, 20> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), length).ptr;
    text_.append("Content-Length: ").append(digits.data(), end).append("\r\n");
}

void HeadWriter::add_policy(const RoutePolicy& policy, int status, const std::vector<Field>& own) {
    append_policy(text_, policy, status, own);
}

std::string HeadWriter::finish() {
    text_.append("\r\n");
    return std::move(text_);
}

bool is_framing(std::string_view name) {
    constexpr auto names = std::to_array<std::string_view>({"Content-Length", "Transfer-Encoding", "Connection", "Date", "Keep-Alive"});
    return any_name(name, names);
}

bool belongs_in_not_modified(std::string_view name) {
    constexpr auto names = std::to_array<std::string_view>({"Cache-Control", "Content-Location", "ETag", "Expires", "Vary", "Set-Cookie"});
    return any_name(name, names);
}

void append_policy(std::string& lines, const RoutePolicy& policy, int status, const std::vector<Field>& own) {
    const auto set = [&](std::string_view name) {
        return std::ranges::any_of(own, [&](const Field& field) { return equal_ignoring_case(field.name, name); });
    };
    const bool as_it_is = status < 400 && !set("Cache-Control") && std::ranges::none_of(policy.always, set, &Field::name);
    if (as_it_is) {
        lines.append(policy.lines);
        return;
    }
    if (!set("Cache-Control"))
        HeadWriter::append_field(lines, "Cache-Control",
                                 status >= 400 ? std::string_view("no-store") : std::string_view(policy.cache_control));
    for (const auto& field : policy.always) {
        if (!set(field.name)) HeadWriter::append_field(lines, field.name, field.value);
    }
}

}  // namespace earshot::http
