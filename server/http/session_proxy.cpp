#include <sys/socket.h>

#include <cerrno>

#include "server/http/proxy_protocol.hpp"
#include "server/http/session.hpp"

namespace earshot::http {

bool Session::expects_proxy_header() const {
    if (!service_.options.proxy_protocol) return false;
    const auto peer = parse_address(peer_address_);
    return peer && service_.proxies.contains(*peer);
}

// Reads not a byte more than the header, whatever follows it. What is no such header ends the connection without a word: nobody knows which
// protocol the other side speaks.
Task<void> Session::read_proxy_header() {
    std::string bytes;
    auto header = http::read_proxy_header(bytes);
    while (header.state == ProxyHeader::State::incomplete) {
        const auto have = bytes.size();
        bytes.resize(header.length);
        const auto count = receive_some(bytes.data() + have, bytes.size() - have);
        bytes.resize(have + static_cast<std::size_t>(std::max<std::int64_t>(count, 0)));
        if (count > 0) {
            header = http::read_proxy_header(bytes);
        } else if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
            co_await until(Readiness::For::read);
            if (expired_ || broken_) header.state = ProxyHeader::State::refused;
        } else {
            header.state = ProxyHeader::State::refused;
        }
    }
    if (header.state == ProxyHeader::State::refused) broken_ = true;
    if (header.client) peer_address_ = format_address(*header.client);
}

}  // namespace earshot::http
