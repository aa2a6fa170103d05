#include "server/http/session.hpp"

namespace earshot::http {

// The deadline is that of a head: the client has not asked for anything yet.
Task<void> Session::begin_tls() {
    tls_ = std::make_unique<TlsChannel>(service_.tls(), socket_.get());
    while (!broken_) {
        switch (tls_->handshake()) {
            case TlsChannel::Step::done:
                co_return;
            case TlsChannel::Step::failed:
                broken_ = true;
                break;
            case TlsChannel::Step::wants_read:
                ready_.read_all();
                co_await until(Readiness::For::read);
                break;
            case TlsChannel::Step::wants_write:
                ready_.wrote_all();
                co_await until(Readiness::For::write);
                break;
        }
        broken_ = broken_ || expired_;
    }
}

}  // namespace earshot::http
