#include "tests/http/tls_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <stdexcept>

namespace earshot::tests {
namespace {

int connect_to(std::uint16_t port, int receive_buffer) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer > 0) ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const timeval patience{20, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("cannot connect");
    return socket;
}

template <class Object, class Write>
void save(const std::filesystem::path& file, Object* object, Write write) {
    const std::unique_ptr<FILE, int (*)(FILE*)> out(std::fopen(file.c_str(), "w"), &std::fclose);
    if (!out || write(out.get(), object) != 1) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace

TlsClient::TlsClient(std::uint16_t port, const TlsWishes& wishes)
    : context_(::SSL_CTX_new(::TLS_client_method())), ssl_(nullptr), socket_(connect_to(port, wishes.receive_buffer)) {
    ::SSL_CTX_set_min_proto_version(context_, wishes.lowest_version == 0 ? TLS1_VERSION : wishes.lowest_version);
    ::SSL_CTX_set_max_proto_version(context_, wishes.highest_version);
    ::SSL_CTX_set_security_level(context_, 0);
    ssl_ = ::SSL_new(context_);
    const auto* protocols = reinterpret_cast<const unsigned char*>(wishes.protocols.data());
    if (!wishes.protocols.empty()) ::SSL_set_alpn_protos(ssl_, protocols, static_cast<unsigned>(wishes.protocols.size()));
    ::SSL_set_fd(ssl_, socket_);
    connected_ = ::SSL_connect(ssl_) == 1;
}

TlsClient::~TlsClient() {
    ::SSL_free(ssl_);
    ::SSL_CTX_free(context_);
    ::close(socket_);
}

std::string TlsClient::protocol() const {
    const unsigned char* name = nullptr;
    unsigned length = 0;
    ::SSL_get0_alpn_selected(ssl_, &name, &length);
    return {reinterpret_cast<const char*>(name), length};
}

std::string TlsClient::version() const {
    return ::SSL_get_version(ssl_);
}

std::string TlsClient::certificate_name() const {
    const std::unique_ptr<X509, decltype(&::X509_free)> peer(::SSL_get1_peer_certificate(ssl_), &::X509_free);
    std::array<char, 128> name{};
    if (peer) ::X509_NAME_get_text_by_NID(::X509_get_subject_name(peer.get()), NID_commonName, name.data(), name.size());
    return name.data();
}

void TlsClient::send(std::string_view bytes) const {
    if (::SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())) != static_cast<int>(bytes.size()))
        throw std::runtime_error("cannot send");
}

std::string TlsClient::read(std::size_t count) const {
    std::string bytes(count, '\0');
    std::size_t have = 0;
    while (have < count) {
        const int got = ::SSL_read(ssl_, bytes.data() + have, static_cast<int>(std::min<std::size_t>(count - have, 1 << 20)));
        if (got <= 0) break;
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

int TlsClient::pending() const {
    return ::SSL_pending(ssl_);
}

std::string TlsClient::read_to_end() const {
    std::string all;
    for (std::string piece; !(piece = read(64 << 10)).empty();) all += piece;
    return all;
}

bool TlsClient::closed_properly() const {
    return (::SSL_get_shutdown(ssl_) & SSL_RECEIVED_SHUTDOWN) != 0;
}

void TlsClient::reset() {
    const ::linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket_);
    socket_ = -1;
}

CertificateFiles make_certificate(const std::filesystem::path& folder, const std::string& name) {
    const std::unique_ptr<EVP_PKEY, decltype(&::EVP_PKEY_free)> key(::EVP_EC_gen("P-256"), &::EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&::X509_free)> certificate(::X509_new(), &::X509_free);
    ::X509_set_version(certificate.get(), 2);
    ::ASN1_INTEGER_set(::X509_get_serialNumber(certificate.get()), 1);
    ::X509_gmtime_adj(::X509_getm_notBefore(certificate.get()), -3600);
    ::X509_gmtime_adj(::X509_getm_notAfter(certificate.get()), 24 * 3600);
    auto* subject = ::X509_get_subject_name(certificate.get());
    ::X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    ::X509_set_issuer_name(certificate.get(), subject);
    ::X509_set_pubkey(certificate.get(), key.get());
    if (::X509_sign(certificate.get(), key.get(), ::EVP_sha256()) == 0) throw std::runtime_error("cannot sign");
    CertificateFiles files{folder / "certificate.pem", folder / "key.pem"};
    save(files.certificate, certificate.get(), [](FILE* out, X509* object) { return ::PEM_write_X509(out, object); });
    save(files.key, key.get(),
         [](FILE* out, EVP_PKEY* object) { return ::PEM_write_PrivateKey(out, object, nullptr, nullptr, 0, nullptr, nullptr); });
    return files;
}

}  // namespace earshot::tests
