#pragma once
// A client that speaks TLS, and certificates for servers to show it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct ssl_ctx_st;
struct ssl_st;

namespace earshot::tests {

struct TlsWishes {
    int highest_version{0};  // TLS1_2_VERSION…; 0: whatever there is
    int lowest_version{0};
    std::string protocols;  // ALPN, as on the wire; "": not offered
    int receive_buffer{0};
};

// Trusts anyone. The constructor shakes hands; `connected` says how that went.
class TlsClient {
public:
    explicit TlsClient(std::uint16_t port, const TlsWishes& wishes = {});
    ~TlsClient();
    TlsClient(const TlsClient&) = delete;
    TlsClient& operator=(const TlsClient&) = delete;

    [[nodiscard]] bool connected() const noexcept { return connected_; }
    [[nodiscard]] std::string protocol() const;          // what ALPN chose
    [[nodiscard]] std::string version() const;           // "TLSv1.3"
    [[nodiscard]] std::string certificate_name() const;  // its common name
    void send(std::string_view bytes) const;
    [[nodiscard]] std::string read(std::size_t count) const;  // less at the end of the stream
    [[nodiscard]] std::string read_to_end() const;
    [[nodiscard]] int pending() const;           // decrypted and not read yet
    [[nodiscard]] bool closed_properly() const;  // after read_to_end: by close_notify
    [[nodiscard]] int descriptor() const noexcept { return socket_; }
    void reset();  // ends with RST, whatever is unread

private:
    ssl_ctx_st* context_;
    ssl_st* ssl_;
    int socket_;
    bool connected_{};
};

struct CertificateFiles {
    std::filesystem::path certificate, key;
};
// A fresh self-signed certificate for `name`, ECDSA P-256; overwrites the files of the folder.
CertificateFiles make_certificate(const std::filesystem::path& folder, const std::string& name);

}  // namespace earshot::tests
