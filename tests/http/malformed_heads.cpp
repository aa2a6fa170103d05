#include "tests/http/malformed_heads.hpp"

namespace earshot::tests {
namespace {

std::string with(const std::string& fields, const std::string& line = "POST /form HTTP/1.1") {
    return line + "\r\nHost: a\r\n" + fields + "\r\n";
}

std::vector<MalformedHead> make() {
    using namespace std::string_literals;
    const auto host = [](const std::string& value) { return "GET / HTTP/1.1\r\nHost: " + value + "\r\n\r\n"; };
    return {
        // Line ends and characters
        {"bare LF", "GET / HTTP/1.1\nHost: a\n\n", 400},
        {"bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
        {"bare LF after a field", "GET / HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n", 400},
        {"bare LF as the empty line", "GET / HTTP/1.1\r\nHost: a\r\n\n", 400},
        {"bare CR in a field", with("X: a\rb\r\n"), 400},
        {"bare CR before a field", "GET / HTTP/1.1\r\n\rHost: a\r\n\r\n", 400},
        {"CR CR LF", "GET / HTTP/1.1\r\r\nHost: a\r\n\r\n", 400},
        {"NUL in a field", with("X: a\0b\r\n"s), 400},
        {"NUL in the target", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n"s, 400},
        {"DEL in a field", with("X: \x7F\r\n"), 400},
        {"vertical tab in a field", with("X: a\vb\r\n"), 400},
        {"folded field", with("X: a\r\n b\r\n"), 400},
        {"folded first field", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
        {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"TLS hello", "\x16\x03\x01\x02\0\x01\xfc\x03\x03\n"s, 400},

        // Request line
        {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
        {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"tab as a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
        {"space first", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"method is no token", "GE(T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"star for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"CONNECT", "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"raw UTF-8 target", "GET /\xC3\xA9 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"absolute form with user", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"absolute form without host", "GET http:/// HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"lower-case version", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
        {"long version", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
        {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505},
        {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
        {"HTTP/0.9", "GET / HTTP/0.9\r\n\r\n", 505},
        {"the HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
        {"endless target", "GET /" + std::string(9000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414},

        // Fields
        {"no colon", with("X\r\n"), 400},
        {"empty name", with(": x\r\n"), 400},
        {"space before the colon", with("Content-Length : 5\r\n"), 400},
        {"tab before the colon", with("X\t: 5\r\n"), 400},
        {"space in a name", with("X Y: 5\r\n"), 400},
        {"brackets in a name", with("X[]: 5\r\n"), 400},
        {"Connection is no list", with("Connection: close,(upgrade\r\n"), 400},
        {"endless field", with("X: " + std::string(9000, 'a') + "\r\n"), 431},
        {"too much in all",
         with("X: " + std::string(8000, 'a') + "\r\nY: " + std::string(8000, 'a') + "\r\nZ: " + std::string(8000, 'a') + "\r\n"), 431},
        {"too many fields", with([] {
             std::string fields;
             for (int i = 0; i < 101; ++i) fields += "X: 1\r\n";
             return fields;
         }()),
         431},

        // Host
        {"no Host", "GET / HTTP/1.1\r\n\r\n", 400},
        {"empty Host", host(""), 400},
        {"two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400},
        {"two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"Host with a path", host("a/b"), 400},
        {"Host with a user", host("u@a"), 400},
        {"Host list", host("a, b"), 400},
        {"Host with a bad port", host("a:99999"), 400},
        {"Host with a word for a port", host("a:http"), 400},
        {"Host with a space", host("a b"), 400},
        {"Host with an open bracket", host("[::1"), 400},
        {"Host with markup", host("<a>"), 400},

        // Where does the request end?
        {"length and chunked", with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"chunked and length", with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400},
        {"two lengths", with("Content-Length: 5\r\nContent-Length: 6\r\n"), 400},
        {"the same length twice", with("Content-Length: 5\r\nContent-Length: 5\r\n"), 400},
        {"length list", with("Content-Length: 5, 5\r\n"), 400},
        {"signed length", with("Content-Length: +5\r\n"), 400},
        {"negative length", with("Content-Length: -5\r\n"), 400},
        {"hexadecimal length", with("Content-Length: 0x5\r\n"), 400},
        {"empty length", with("Content-Length:\r\n"), 400},
        {"length with a space", with("Content-Length: 5 5\r\n"), 400},
        {"length with a fraction", with("Content-Length: 5.0\r\n"), 400},
        {"quoted length", with("Content-Length: \"5\"\r\n"), 400},
        {"chunked in 1.0", "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
        {"chunked twice", with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400},
        {"empty coding", with("Transfer-Encoding:\r\n"), 400},
        {"chunked after a vertical tab", with("Transfer-Encoding: \vchunked\r\n"), 400},
        {"folded chunked", with("Transfer-Encoding:\r\n chunked\r\n"), 400},
        {"coding with NUL", with("Transfer-Encoding: chunked\0\r\n"s), 400},
        {"gzip", with("Transfer-Encoding: gzip\r\n"), 501},
        {"identity", with("Transfer-Encoding: identity\r\n"), 501},
        {"gzip, chunked", with("Transfer-Encoding: gzip, chunked\r\n"), 501},
        {"chunked, chunked", with("Transfer-Encoding: chunked, chunked\r\n"), 501},
        {"chunked, identity", with("Transfer-Encoding: chunked, identity\r\n"), 501},
        {"xchunked", with("Transfer-Encoding: xchunked\r\n"), 501},
        {"chunked with a parameter", with("Transfer-Encoding: chunked;q=1\r\n"), 501},
        {"quoted chunked", with("Transfer-Encoding: \"chunked\"\r\n"), 501},
        {"chunked with a comma", with("Transfer-Encoding: ,chunked\r\n"), 501},
    };
}

}  // namespace

const std::vector<MalformedHead>& malformed_heads() {
    static const auto heads = make();
    return heads;
}

}  // namespace earshot::tests
