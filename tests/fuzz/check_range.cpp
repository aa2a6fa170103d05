#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include "server/streaming/byte_range.hpp"
#include "server/streaming/list_field.hpp"
#include "server/streaming/stream_plan.hpp"
#include "tests/fuzz/checks.hpp"

namespace earshot::fuzz {
namespace {

using namespace earshot::streaming;
using model::Interval;

struct Asked {
    std::string_view method;
    std::uint64_t size{};
    ConditionalFields fields;
};

std::optional<Asked> read(std::string_view bytes) {
    const auto line_end = std::min(bytes.find('\n'), bytes.size());
    Asked asked;
    asked.method = bytes.starts_with("GET ") ? "GET" : bytes.starts_with("HEAD ") ? "HEAD" : "";
    if (asked.method.empty()) return std::nullopt;
    const auto* digits = bytes.data() + asked.method.size() + 1;
    if (std::from_chars(digits, bytes.data() + line_end, asked.size).ec != std::errc{}) return std::nullopt;
    bytes.remove_prefix(line_end);
    while (!bytes.empty()) {
        bytes.remove_prefix(1);
        const auto line = bytes.substr(0, bytes.find('\n'));
        const auto take = [&](std::string_view name, std::vector<std::string_view>& values) {
            if (line.starts_with(name)) values.push_back(line.substr(name.size()));
        };
        take("Range: ", asked.fields.range);
        take("If-Range: ", asked.fields.if_range);
        take("If-Match: ", asked.fields.if_match);
        take("If-None-Match: ", asked.fields.if_none_match);
        take("If-Modified-Since: ", asked.fields.if_modified_since);
        take("If-Unmodified-Since: ", asked.fields.if_unmodified_since);
        bytes.remove_prefix(line.size());
    }
    return asked;
}

constexpr std::uint64_t huge = 9'000'000'000'000'000'000;  // beyond every file

// The slow and simple reading: digits are compared as text, bytes are marked one by one.
std::optional<std::string> number(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    std::string digits(text);
    while (digits.size() > 1 && digits.front() == '0') digits.erase(0, 1);
    return digits;
}
bool before(const std::string& a, const std::string& b) {
    return a.size() < b.size() || (a.size() == b.size() && a < b);
}
std::uint64_t value(const std::string& digits) {
    return digits.size() > 18 ? huge : std::stoull(digits);
}

struct Wanted {
    RangeOutcome outcome{RangeOutcome::whole};
    std::vector<Interval> members;  // satisfiable ones
};

Wanted wanted(std::string_view text, std::uint64_t size) {
    if (size == 0 || text.size() < 6 || !equal_ignoring_case(text.substr(0, 6), "bytes=")) return {};
    std::vector<Interval> members;
    std::size_t count = 0;
    for (std::string_view rest = text.substr(6);; rest.remove_prefix(rest.find(',') + 1)) {
        const auto member = trim(rest.substr(0, rest.find(',')));
        if (!member.empty()) {
            ++count;
            const auto dash = member.find('-');
            if (dash == std::string_view::npos) return {};
            const auto first = number(member.substr(0, dash)), last = number(member.substr(dash + 1));
            const bool suffix = dash == 0, open = dash + 1 == member.size();
            if ((!first && !suffix) || (!last && !open) || (suffix && open) || (first && last && before(*last, *first))) return {};
            Interval bytes{suffix ? size - std::min(value(*last), size) : value(*first),
                           suffix || open ? size : std::min(value(*last), size - 1) + 1};
            if (bytes.begin < std::min(bytes.end, size)) members.push_back(bytes);
        }
        if (rest.find(',') == std::string_view::npos) break;
    }
    if (count == 0 || count > 50) return {};
    if (members.empty()) return {RangeOutcome::unsatisfiable, {}};
    std::size_t overlapping = 0;
    for (const auto& a : members) {
        overlapping += std::ranges::count_if(members, [&](const Interval& b) { return a.begin < b.end && b.begin < a.end; }) > 1 ? 1 : 0;
    }
    if (overlapping > 2) return {};
    return {RangeOutcome::partial, members};
}

bool within(std::uint64_t byte, const Interval& slice) {
    return slice.begin <= byte && byte < slice.end;
}

void check_slices(const std::vector<Interval>& slices, const std::vector<Interval>& members) {
    const auto place_of = [&](const Interval& member) {
        return std::ranges::find_if(slices, [&](const Interval& slice) { return slice.begin <= member.begin && member.end <= slice.end; });
    };
    std::size_t reached = 0;  // slices stand in the order in which their first members do
    for (const auto& member : members) {
        const auto place = place_of(member);
        require(place != slices.end(), "every member is within a slice");
        const auto index = static_cast<std::size_t>(place - slices.begin());
        require(index <= reached, "requested order is kept");
        reached = std::max(reached, index + 1);
    }
    require(reached == slices.size(), "every slice holds a member");
    for (const auto& slice : slices) {
        std::uint64_t end = slice.begin;  // walk over its members: no hole of 80 bytes or more
        for (bool moved = true; moved;) {
            moved = false;
            for (const auto& member : members) {
                if (within(member.begin, slice) && member.begin < end + coalesced_gap && member.end > end) {
                    end = member.end;
                    moved = true;
                }
            }
        }
        require(end == slice.end, "a slice is its members and small gaps");
    }
}

void check_plan(const Asked& asked, const StreamPlan& plan) {
    const bool get = asked.method == "GET";
    require(plan.status == 200 || plan.status == 304 || plan.status == 412 || (get && (plan.status == 206 || plan.status == 416)),
            "a known status");
    require(plan.pieces.empty() || (get && plan.status <= 206), "who has content");
    std::uint64_t content = plan.tail.size(), payload = 0;
    for (const auto& piece : plan.pieces) {
        require(piece.slice.begin < piece.slice.end && piece.slice.end <= asked.size, "a slice is within the file");
        for (const auto& other : plan.pieces) {
            require(&piece == &other || piece.slice.end + coalesced_gap <= other.slice.begin ||
                        other.slice.end + coalesced_gap <= piece.slice.begin,
                    "slices are apart");
        }
        require(piece.head.empty() == (plan.pieces.size() == 1), "several pieces have heads");
        payload += piece.slice.end - piece.slice.begin;
        content += piece.head.size() + (piece.slice.end - piece.slice.begin);
    }
    require(payload <= asked.size, "never more than the file");
    if (get || plan.status != 200) require(plan.content_length == content, "the length is exact");
    if (!get && plan.status == 200) require(plan.content_length == asked.size, "HEAD knows GET's length");
    if (plan.status == 206) require(!plan.pieces.empty(), "206 has content");
    if (get && plan.status == 200) require(payload == asked.size, "200 is the whole file");
}

}  // namespace

void check_range(std::string_view bytes) {
    const auto asked = read(bytes);
    if (!asked) return;
    const auto selection = select_ranges(asked->fields.range, asked->size);
    const auto expected = asked->fields.range.empty() ? Wanted{} : wanted(join_lines(asked->fields.range), std::min(asked->size, huge));
    if (asked->size <= huge) {
        require(selection.outcome == expected.outcome, "the outcome is the RFC's");
        check_slices(selection.slices, expected.members);
    }
    const Representation file{asked->size, "\"v1\"", *model::parse_rfc3339("2026-11-24T07:00:00Z"), "audio/mpeg"};
    check_plan(*asked, plan_stream(asked->method, asked->fields, file, "B"));
    const bool conditional = !asked->fields.if_match.empty() || !asked->fields.if_none_match.empty() ||
                             !asked->fields.if_modified_since.empty() || !asked->fields.if_unmodified_since.empty() ||
                             !asked->fields.if_range.empty();
    if (!conditional && asked->method == "GET" && asked->size <= huge) {
        const int status = expected.outcome == RangeOutcome::partial ? 206 : expected.outcome == RangeOutcome::whole ? 200 : 416;
        require(plan_stream(asked->method, asked->fields, file, "B").status == status, "the status is the RFC's");
    }
}

}  // namespace earshot::fuzz
