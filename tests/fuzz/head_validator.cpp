// What the strict gate accepts, Beast must read the same way: method, target, fields and where the body ends.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/http/head_parser.hpp"
#include "server/http/head_validator.hpp"
#include "server/streaming/list_field.hpp"

using namespace earshot::http;

namespace {

void require(bool truth) {
    if (!truth) std::abort();
}

// The fields as the gate understands them: one a line, nothing folded.
void compare_fields(std::string_view lines, const Request& request) {
    std::size_t count = 0;
    while (!lines.starts_with("\r\n")) {
        const auto line = lines.substr(0, lines.find("\r\n"));
        const auto colon = line.find(':');
        require(count < request.fields.size());
        require(request.fields[count].name == line.substr(0, colon));
        require(request.fields[count].value == earshot::streaming::trim(line.substr(colon + 1)));
        lines.remove_prefix(line.size() + 2);
        ++count;
    }
    require(count == request.fields.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto head = validate_head(bytes);
    if (head.state != HeadVerdict::State::complete) return 0;
    require(head.length <= bytes.size() && head.length <= HeadLimits::head);
    const auto text = bytes.substr(head.start, head.length - head.start);
    const auto parsed = parse_head(text);
    require(parsed.has_value());
    require(parsed->request.method == parse_method(head.method));
    require(parsed->request.target == head.target);
    require(parsed->http_1_0 == head.http_1_0);
    require(parsed->chunked == head.chunked);
    require(parsed->content_length == head.content_length);
    compare_fields(text.substr(text.find("\r\n") + 2), parsed->request);
    // Less of the same bytes is never more of a request, and what follows does not matter.
    require(validate_head(bytes.substr(0, head.length - 1)).state == HeadVerdict::State::incomplete);
    require(validate_head(bytes.substr(0, head.length)).state == HeadVerdict::State::complete);
    return 0;
}
