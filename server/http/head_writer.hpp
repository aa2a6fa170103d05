#pragma once
// A response head, line by line, and which fields may stand in it.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"
#include "server/http/service.hpp"

namespace earshot::http {

class HeadWriter {
public:
    HeadWriter(int status, std::string_view date);  // date: IMF-fixdate

    // A line break in the value would let its author write fields of his own: control characters become spaces.
    void add(std::string_view name, std::string_view value) { append_field(text_, name, value); }
    void add_lines(std::string_view lines) { text_.append(lines); }  // whole lines that append_field made
    void add_length(std::uint64_t length);
    void add_policy(const RoutePolicy& policy, int status, const std::vector<Field>& own);  // see append_policy
    [[nodiscard]] std::string finish();

    static void append_field(std::string& lines, std::string_view name, std::string_view value);

private:
    std::string text_;
};

// What the session decides alone, whatever a handler says.
[[nodiscard]] bool is_framing(std::string_view name);
// RFC 9110 §15.4.5.
[[nodiscard]] bool belongs_in_not_modified(std::string_view name);
// The row's caching and security fields, but for those the handler has set itself. Errors are never cached.
void append_policy(std::string& lines, const RoutePolicy& policy, int status, const std::vector<Field>& own);

}  // namespace earshot::http
