#include "server/http/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace earshot::http {
namespace {

constexpr std::size_t record_size = 16 * 1024;
constexpr std::size_t piece = 64 * 1024;
// Records collected for one send: few for a client that takes its time (it may hold them up here), more and more for one that takes all.
constexpr std::size_t fewest = 64 * 1024, most = 9 * piece;

// The forward-secret AEAD suites of RFC 9325 §4.2; TLS 1.3 has no others.
constexpr auto ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

std::string reason() {
    const auto code = ::ERR_get_error();
    const char* text = code == 0 ? nullptr : ::ERR_reason_error_string(code);
    ::ERR_clear_error();
    return text != nullptr ? text : "unknown reason";
}

model::Error unusable(const std::filesystem::path& file, std::string_view what) {
    return {model::Errc::invalid_input, file.string() + ": " + std::string(what) + " (" + reason() + ")."};
}

// RFC 7301: a client that offers protocols and not ours is told so.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered, unsigned size, void*) {
    static constexpr unsigned char ours[] = "\x08http/1.1";
    auto* found = const_cast<unsigned char**>(chosen);
    const int outcome = ::SSL_select_next_proto(found, length, ours, sizeof ours - 1, offered, size);
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Where OpenSSL's records go: the string that the BIO was given.
int collect(BIO* bio, const char* bytes, int size) {
    static_cast<std::string*>(::BIO_get_data(bio))->append(bytes, static_cast<std::size_t>(size));
    return size;
}

long control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD* collecting() {
    static BIO_METHOD* const method = [] {
        auto* made = ::BIO_meth_new(BIO_TYPE_SOURCE_SINK, "collected records");
        ::BIO_meth_set_write(made, collect);
        ::BIO_meth_set_ctrl(made, control);
        return made;
    }();
    return method;
}

BIO* collect_into(std::string& records) {
    BIO* bio = ::BIO_new(collecting());
    if (bio == nullptr) throw std::bad_alloc();
    ::BIO_set_data(bio, &records);
    ::BIO_set_init(bio, 1);
    return bio;
}

}  // namespace

model::Result<std::shared_ptr<const TlsContext>> TlsContext::load(const std::filesystem::path& certificate,
                                                                  const std::filesystem::path& key) {
    SSL_CTX* context = ::SSL_CTX_new(::TLS_server_method());
    if (context == nullptr) throw std::bad_alloc();
    std::shared_ptr<const TlsContext> owner(new TlsContext(context));
    ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    ::SSL_CTX_set_cipher_list(context, ciphers);
    ::SSL_CTX_set_options(context,
                          SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    ::SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    ::SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    ::SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets do, and keep nothing about anyone here
    ::ERR_clear_error();
    for (const auto* file : {&certificate, &key}) {
        if (::access(file->c_str(), R_OK) != 0)
            return std::unexpected(model::Error{model::Errc::invalid_input,
                                                file->string() + " cannot be read: " + std::generic_category().message(errno) + "."});
    }
    if (::SSL_CTX_use_certificate_chain_file(context, certificate.c_str()) != 1)
        return std::unexpected(unusable(certificate, "this is no certificate chain in PEM form that can be read"));
    if (::SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1)
        return std::unexpected(unusable(key, "this is no private key in PEM form that can be read and belongs to the certificate"));
    return owner;
}

TlsContext::~TlsContext() {
    ::SSL_CTX_free(context_);
}

void RecordMap::add(std::uint64_t wire_end, std::uint64_t plain_end) {
    records_.push_back({wire_end, plain_end});
}

std::uint64_t RecordMap::plain(std::uint64_t wire) {
    while (!records_.empty() && records_.front().wire_end <= wire) {
        plain_ = records_.front().plain_end;
        records_.pop_front();
    }
    return plain_;
}

TlsChannel::TlsChannel(std::shared_ptr<const TlsContext> context, int socket)
    : context_(std::move(context)), ssl_(::SSL_new(context_->context_)), socket_(socket), collect_(fewest) {
    if (ssl_ == nullptr) throw std::bad_alloc();
    BIO* in = ::BIO_new_socket(socket, BIO_NOCLOSE);
    if (in == nullptr) {
        ::SSL_free(ssl_);
        throw std::bad_alloc();
    }
    ::SSL_set_bio(ssl_, in, collect_into(unsent_));
    ::SSL_set_accept_state(ssl_);
}

TlsChannel::~TlsChannel() {
    ::SSL_free(ssl_);
}

Outgoing::Step TlsChannel::flush() {
    while (sent_ < unsent_.size()) {
        const auto count = ::send(socket_, unsent_.data() + sent_, unsent_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count >= 0) {
            sent_ += static_cast<std::size_t>(count);
        } else if (errno != EINTR) {
            return errno == EAGAIN || errno == EWOULDBLOCK ? Outgoing::Step::blocked : Outgoing::Step::failed;
        }
    }
    unsent_.clear();
    sent_ = 0;
    return Outgoing::Step::done;
}

TlsChannel::Step TlsChannel::handshake() {
    ::ERR_clear_error();
    const auto before = unsent_.size();
    const int outcome = ::SSL_do_handshake(ssl_);
    wire_ += unsent_.size() - before;
    const auto why = ::SSL_get_error(ssl_, outcome);
    switch (flush()) {  // an alert as well
        case Outgoing::Step::done:
            break;
        case Outgoing::Step::blocked:
            if (outcome == 1 || why == SSL_ERROR_WANT_READ) return Step::wants_write;
            return Step::failed;
        default:
            return Step::failed;
    }
    if (outcome == 1) return Step::done;
    broken_ = why != SSL_ERROR_WANT_READ;
    return broken_ ? Step::failed : Step::wants_read;
}

std::int64_t TlsChannel::receive(char* place, std::size_t size) {
    ::ERR_clear_error();
    const auto before = unsent_.size();
    std::size_t count = 0;
    const int outcome = ::SSL_read_ex(ssl_, place, size, &count);
    const auto why = ::SSL_get_error(ssl_, outcome);
    // Key updates and alerts are answered at once where possible, else before the next answer.
    wire_ += unsent_.size() - before;
    if (unsent_.size() > before && flush() == Outgoing::Step::failed) broken_ = true;
    if (outcome == 1) return static_cast<std::int64_t>(count);
    if (why == SSL_ERROR_WANT_READ) {
        errno = EAGAIN;
        return -1;
    }
    if (why == SSL_ERROR_ZERO_RETURN) return 0;
    broken_ = true;
    errno = EPROTO;
    return -1;
}

void TlsChannel::encrypt(const char* plain, std::size_t size, std::uint64_t position) {
    const auto before = unsent_.size();
    std::size_t taken = 0;
    ::ERR_clear_error();
    if (::SSL_write_ex(ssl_, plain, size, &taken) != 1 || taken != size) {
        broken_ = true;
        return;
    }
    const auto made = unsent_.size() - before;
    const auto records = (size + record_size - 1) / record_size;
    const auto overhead = (made - size) / records;
    for (std::size_t done = 0; done < size;) {
        const auto step = std::min(record_size, size - done);
        done += step;
        wire_ += step + overhead;
        map_.add(wire_, position + done);
    }
}

Outgoing::Step TlsChannel::push(Outgoing& bytes, std::uint64_t& position) {
    thread_local std::array<char, piece> plain;
    thread_local std::string spare;  // so that not every connection keeps room for records
    if (unsent_.empty()) unsent_.swap(spare);
    const auto step = push_records(bytes, position, plain);
    if (unsent_.empty()) unsent_.swap(spare);
    return step;
}

Outgoing::Step TlsChannel::push_records(Outgoing& bytes, std::uint64_t& position, std::span<char> plain) {
    for (std::size_t sent_now = 0;;) {
        if (const auto step = flush(); step != Outgoing::Step::done) {
            collect_ = fewest;
            return step;
        }
        if (bytes.empty()) return Outgoing::Step::done;
        if (sent_now >= Outgoing::turn) return Outgoing::Step::again;
        if (sent_now > 0) collect_ = std::min(2 * collect_, most);
        unsent_.reserve(std::min<std::size_t>(collect_ + piece, bytes.left() + bytes.left() / 128 + 1024));
        while (!bytes.empty() && unsent_.size() < collect_) {
            const auto count = bytes.read(plain.data(), plain.size());
            if (count == Outgoing::cold) break;
            if (count < 0) return Outgoing::Step::failed;
            encrypt(plain.data(), static_cast<std::size_t>(count), position);
            if (broken_) return Outgoing::Step::failed;
            position += static_cast<std::uint64_t>(count);
            sent_now += static_cast<std::size_t>(count);
        }
        if (unsent_.empty()) return Outgoing::Step::cold;
    }
}

void TlsChannel::close() {
    if (broken_ || ::SSL_is_init_finished(ssl_) == 0) return;
    ::ERR_clear_error();
    ::SSL_shutdown(ssl_);
    static_cast<void>(flush());
}

}  // namespace earshot::http
