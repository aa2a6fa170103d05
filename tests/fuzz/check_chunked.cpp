#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <string>

#include "server/http/chunked.hpp"
#include "tests/fuzz/checks.hpp"

namespace earshot::fuzz {
namespace {

namespace beast = boost::beast;
using beast::error_code;

struct Decoded {
    std::string body;
    std::size_t used{};
    bool done{}, failed{};
    bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view bytes, std::size_t step, std::size_t at_most) {
    http::ChunkedDecoder decoder;
    Decoded result;
    while (result.used < bytes.size() && !decoder.done() && !decoder.failed()) {
        const auto before = result.body.size();
        const auto used = decoder.decode(bytes.substr(result.used, step), result.body, at_most);
        require(result.body.size() - before <= at_most, "no more than was asked for");
        require(used > 0, "a decoder that is not finished takes something");
        result.used += used;
    }
    result.done = decoder.done();
    result.failed = decoder.failed();
    require(result.failed == !decoder.fault().empty(), "a fault has a sentence");
    require(result.body.size() <= result.used, "a body is not longer than its coding");
    return result;
}

class BodyParser final : public beast::http::basic_parser<true> {
public:
    BodyParser() {
        body_limit(boost::none);
        eager(true);
    }
    std::string body;

private:
    using View = beast::string_view;
    void on_request_impl(beast::http::verb, View, View, int, error_code&) override {}
    void on_field_impl(beast::http::field, View, View, error_code&) override {}
    void on_response_impl(int, View, int, error_code&) override {}
    void on_header_impl(error_code&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(View text, error_code&) override { return keep(text); }
    void on_chunk_header_impl(std::uint64_t, View, error_code&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, View text, error_code&) override { return keep(text); }
    void on_finish_impl(error_code&) override {}
    std::size_t keep(View text) {
        body.append(text.data(), text.size());
        return text.size();
    }
};

}  // namespace

void check_chunked(std::string_view bytes) {
    const auto whole = decode(bytes, bytes.size() + 1, bytes.size() + 1);
    const auto bytewise = decode(bytes, 1, bytes.size() + 1);
    require(whole.done == bytewise.done && whole.failed == bytewise.failed, "cutting changes nothing");
    if (whole.failed) return;
    require(whole == bytewise, "cutting changes nothing of a good body");
    require(whole == decode(bytes, 7, 3), "nor does taking little at a time");
    if (!whole.done) return;

    constexpr std::string_view head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const auto text = std::string(head).append(bytes);
    BodyParser parser;
    error_code error;
    std::size_t used = 0;
    while (!parser.is_done()) {
        const auto step = parser.put(boost::asio::buffer(std::string_view(text).substr(used)), error);
        require(!error && step > 0, "Beast refuses it");
        used += step;
    }
    require(used == head.size() + whole.used, "Beast ends it elsewhere");
    require(parser.body == whole.body, "Beast reads another body");
}

}  // namespace earshot::fuzz
