#include "server/http/head_parser.hpp"
#include "server/http/head_validator.hpp"
#include "server/streaming/list_field.hpp"
#include "tests/fuzz/checks.hpp"

namespace earshot::fuzz {
namespace {

using namespace earshot::http;

// The fields as the gate understands them: one a line, nothing folded.
void compare_fields(std::string_view lines, const ParsedHead& request) {
    std::size_t count = 0;
    while (!lines.starts_with("\r\n")) {
        const auto line = lines.substr(0, lines.find("\r\n"));
        const auto colon = line.find(':');
        require(count < request.fields.size(), "Beast sees fewer fields");
        require(request.fields[count].name == line.substr(0, colon), "Beast sees another name");
        require(request.fields[count].value == streaming::trim(line.substr(colon + 1)), "Beast sees another value");
        lines.remove_prefix(line.size() + 2);
        ++count;
    }
    require(count == request.fields.size(), "Beast sees more fields");
}

}  // namespace

void check_head(std::string_view bytes) {
    const auto head = validate_head(bytes);
    if (head.state == HeadVerdict::State::refused) require(head.status >= 400 && !head.sentence.empty(), "a refusal says why");
    if (head.state != HeadVerdict::State::complete) return;
    require(head.length <= bytes.size() && head.length <= HeadLimits::head, "a head is within its limit");
    const auto text = bytes.substr(head.start, head.length - head.start);
    const auto parsed = parse_head(text);
    require(parsed.has_value(), "Beast refuses it");
    require(parsed->method == parse_method(head.method), "Beast sees another method");
    require(parsed->target == head.target, "Beast sees another target");
    require(parsed->http_1_0 == head.http_1_0, "Beast sees another version");
    require(parsed->chunked == head.chunked, "Beast sees another coding");
    require(parsed->content_length == head.content_length, "Beast sees another length");
    compare_fields(text.substr(text.find("\r\n") + 2), *parsed);
    require(validate_head(bytes.substr(0, head.length - 1)).state == HeadVerdict::State::incomplete, "less is never a request");
    require(validate_head(bytes.substr(0, head.length)).state == HeadVerdict::State::complete, "what follows does not matter");
}

}  // namespace earshot::fuzz
