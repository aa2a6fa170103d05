#include "server/http/head_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include "server/http/head_validator.hpp"

namespace earshot::http {
namespace {

namespace beast = boost::beast;
using beast::error_code;

// Keeps the fields as they come, without Beast's field container.
class HeadParser final : public beast::http::basic_parser<true> {
public:
    explicit HeadParser(ParsedHead& head) : head_(head) {
        header_limit(HeadLimits::head + 1);
        body_limit(boost::none);
    }

private:
    using View = beast::string_view;
    using OptionalLength = boost::optional<std::uint64_t>;
    static std::string_view text(View view) { return {view.data(), view.size()}; }

    void on_request_impl(beast::http::verb, View method, View target, int version, error_code&) override {
        head_.http_1_0 = version == 10;
        head_.method = http::parse_method(text(method));
        head_.target = text(target);
    }
    void on_field_impl(beast::http::field, View name, View value, error_code&) override {
        head_.fields.push_back({text(name), text(value)});
    }
    void on_response_impl(int, View, int, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const OptionalLength&, error_code&) override {}
    std::size_t on_body_impl(View body, error_code&) override { return body.size(); }
    void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, View body, error_code&) override { return body.size(); }
    void on_finish_impl(error_code&) override {}

    ParsedHead& head_;
};

}  // namespace

std::optional<ParsedHead> parse_head(std::string_view head) {
    std::optional<ParsedHead> parsed(std::in_place);
    HeadParser parser(*parsed);
    error_code error;
    for (std::size_t used = 0; !parser.is_header_done();) {
        const auto step = parser.put(boost::asio::buffer(head.substr(used)), error);
        if (error || step == 0) return std::nullopt;
        used += step;
    }
    parsed->keep_alive = parser.keep_alive();
    parsed->chunked = parser.chunked();
    if (const auto length = parser.content_length()) parsed->content_length = *length;
    return parsed;
}

}  // namespace earshot::http
