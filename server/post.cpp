#include "server/post.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cstring>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "content/model/text.hpp"
#include "content/storage/digest.hpp"

namespace earshot::app {

namespace {

constexpr long patience = 30, patience_to_connect = 10;  // seconds

class Transfer {
public:
    explicit Transfer(const std::stop_token& stopping) : stopping_(stopping) {
        static std::once_flag begun;
        std::call_once(begun, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
        curl_.reset(curl_easy_init());
        if (!curl_) throw std::runtime_error("libcurl could not be started.");
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_TIMEOUT, patience);
        set(CURLOPT_CONNECTTIMEOUT, patience_to_connect);
        set(CURLOPT_ERRORBUFFER, reason_);
        set(CURLOPT_FOLLOWLOCATION, 0L);
        set(CURLOPT_PROXY, "");  // nor by way of a proxy that the environment names
        set(CURLOPT_WRITEFUNCTION, &ignore);
        set(CURLOPT_NOPROGRESS, 0L);
        set(CURLOPT_XFERINFOFUNCTION, &stop_before_sending);
        set(CURLOPT_XFERINFODATA, &stopping_);
    }
    template <class T>
    void set(CURLoption option, T value) {
        curl_easy_setopt(curl_.get(), option, value);
    }
    void set(CURLoption option, const std::string& value) { curl_easy_setopt(curl_.get(), option, value.c_str()); }

    [[nodiscard]] std::string perform() {
        const auto code = curl_easy_perform(curl_.get());
        if (code == CURLE_OK) return "";
        return model::clean_line(reason_[0] != '\0' ? reason_ : curl_easy_strerror(code)) + ".";
    }
    [[nodiscard]] long status() {
        long status = 0;
        curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
        return status;
    }

private:
    static std::size_t ignore(const char*, std::size_t size, std::size_t count, void*) { return size * count; }
    static int stop_before_sending(void* stopping, curl_off_t, curl_off_t, curl_off_t, curl_off_t sent) {
        return sent == 0 && static_cast<const std::stop_token*>(stopping)->stop_requested() ? 1 : 0;
    }
    struct Cleanup {
        void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
    };
    std::stop_token stopping_;
    std::unique_ptr<CURL, Cleanup> curl_;
    char reason_[CURL_ERROR_SIZE]{};
};

class Lines {
public:
    Lines() = default;
    ~Lines() { curl_slist_free_all(list_); }
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;
    void add(const std::string& line) { list_ = curl_slist_append(list_, line.c_str()); }
    [[nodiscard]] curl_slist* get() const { return list_; }

private:
    curl_slist* list_{};
};

std::size_t read_some(char* into, std::size_t size, std::size_t count, void* from) {
    auto& rest = *static_cast<std::string_view*>(from);
    const auto bytes = std::min(size * count, rest.size());
    std::ranges::copy(rest.substr(0, bytes), into);
    rest.remove_prefix(bytes);
    return bytes;
}

curl_socket_t open_public(void* refused, curlsocktype, curl_sockaddr* address) {
    if (is_public_address(address->addr)) return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    *static_cast<bool*>(refused) = true;
    return CURL_SOCKET_BAD;
}

std::string read_secret(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line;
    if (!std::getline(in, line) || line.empty()) throw std::runtime_error(file.string() + " cannot be read, or is empty.");
    return line;
}

// RFC 2047 §2: a line with encoded words has at most 76 characters, and no word half a character.
std::string encoded_words(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const auto part = model::truncate_utf8(text, 39);
        result += fmt::format("{}=?UTF-8?B?{}?=", result.empty() ? "" : "\r\n ", storage::base64(part));
        text.remove_prefix(part.size());
    }
    return result;
}

std::string in_lines(const std::string& encoded) {
    constexpr std::size_t longest = 76;  // RFC 2045 §6.8
    std::string result;
    for (std::size_t at = 0; at < encoded.size(); at += longest) result += encoded.substr(at, longest) + "\r\n";
    return result;
}

std::string_view domain_of(std::string_view address) {
    return address.substr(address.find('@') + 1);
}

std::string webhook_body(const config::Settings::Digest& digest, const Message& message) {
    if (digest.format == "text") return message.text;
    return serialize(boost::json::object{{"digest", digest.name},
                                         {"from", message.first_day},
                                         {"to", message.last_day},
                                         {"subject", message.subject},
                                         {"text", message.text}});
}

bool is_public_ipv4(std::uint32_t address) {
    const auto within = [&](std::uint32_t block, unsigned bits) { return address >> (32 - bits) == block >> (32 - bits); };
    return !within(0x00000000, 8) && !within(0x0a000000, 8) && !within(0x64400000, 10) && !within(0x7f000000, 8) &&
           !within(0xa9fe0000, 16) && !within(0xac100000, 12) && !within(0xc0000000, 24) && !within(0xc0a80000, 16) &&
           !within(0xc6120000, 15) && address < 0xe0000000;
}

bool is_public_ipv6(const in6_addr& address) {
    const auto* bytes = address.s6_addr;
    const auto last_four = [&] {
        std::uint32_t value = 0;
        for (int i = 12; i < 16; ++i) value = value << 8 | bytes[i];
        return value;
    };
    constexpr unsigned char nat64[12] = {0, 0x64, 0xff, 0x9b};
    if (IN6_IS_ADDR_V4MAPPED(&address) || std::memcmp(bytes, nat64, sizeof nat64) == 0) return is_public_ipv4(last_four());
    return (bytes[0] & 0xe0) == 0x20 && !(bytes[0] == 0x20 && bytes[1] == 0x02);  // 2000::/3 is what is routed; 6to4 leads anywhere
}

}  // namespace

bool is_public_address(const sockaddr& address) {
    if (address.sa_family == AF_INET) return is_public_ipv4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
    if (address.sa_family == AF_INET6) return is_public_ipv6(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
    return false;
}

std::string mail_text(const std::string& from, const std::string& recipient, const Message& message, model::Timestamp now) {
    return fmt::format(
        "Date: {}\r\nFrom: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}@{}>\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        model::format_rfc2822(now), from, recipient, encoded_words(message.subject), message.id, domain_of(from),
        in_lines(storage::base64(message.text)));
}

std::string send_mail(const config::Settings::Mail& mail, const std::string& recipient, const Message& message, model::Timestamp now,
                      const std::stop_token& stopping) {
    Transfer transfer(stopping);
    const auto text = mail_text(mail.from, recipient, message, now);
    std::string_view rest = text;
    Lines to;
    to.add('<' + recipient + '>');
    transfer.set(CURLOPT_URL, fmt::format("{}/{}", mail.relay, domain_of(mail.from)));  // the path is how we greet
    transfer.set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    transfer.set(CURLOPT_USE_SSL, static_cast<long>(mail.plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!mail.user.empty()) {
        transfer.set(CURLOPT_USERNAME, mail.user);
        transfer.set(CURLOPT_PASSWORD, read_secret(mail.password_file));
    }
    transfer.set(CURLOPT_MAIL_FROM, '<' + mail.from + '>');
    transfer.set(CURLOPT_MAIL_RCPT, to.get());
    transfer.set(CURLOPT_UPLOAD, 1L);
    transfer.set(CURLOPT_READFUNCTION, &read_some);
    transfer.set(CURLOPT_READDATA, &rest);
    return transfer.perform();
}

std::string webhook_signature(std::string_view secret, std::string_view id, std::string_view timestamp, std::string_view body) {
    constexpr std::string_view prefix = "whsec_";
    std::string key(secret);
    if (secret.starts_with(prefix) && !storage::decode_base64(secret.substr(prefix.size()), key))
        throw std::runtime_error("The secret begins with whsec_, but what follows is not base64.");
    return "v1," + storage::base64(storage::hmac_sha256_raw(key, fmt::format("{}.{}.{}", id, timestamp, body)));
}

std::string send_webhook(const config::Settings::Digest& digest, const Message& message, model::Timestamp now,
                         const std::stop_token& stopping) {
    Transfer transfer(stopping);
    const auto timestamp = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    const auto body = webhook_body(digest, message);
    Lines fields;
    fields.add(digest.format == "text" ? "Content-Type: text/plain; charset=utf-8" : "Content-Type: application/json");
    fields.add("Expect:");
    fields.add("User-Agent: Earshot");
    fields.add("webhook-id: " + message.id);
    fields.add("webhook-timestamp: " + timestamp);
    fields.add("webhook-signature: " + webhook_signature(read_secret(digest.secret_file), message.id, timestamp, body));
    bool refused = false;
    transfer.set(CURLOPT_URL, digest.webhook);
    transfer.set(CURLOPT_PROTOCOLS_STR, digest.internal ? "https,http" : "https");
    if (!digest.internal) {
        transfer.set(CURLOPT_OPENSOCKETFUNCTION, &open_public);
        transfer.set(CURLOPT_OPENSOCKETDATA, &refused);
    }
    transfer.set(CURLOPT_HTTPHEADER, fields.get());
    transfer.set(CURLOPT_POST, 1L);
    transfer.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    transfer.set(CURLOPT_POSTFIELDS, body);
    auto problem = transfer.perform();
    if (refused && !problem.empty()) return "The webhook's name leads into a private network; digest.internal = true allows that.";
    if (problem.empty() && transfer.status() / 100 != 2) problem = fmt::format("The receiver answered with status {}.", transfer.status());
    return problem;
}

}  // namespace earshot::app
