#pragma once
// Sends a text by e-mail through the operator's relay, or posts it to a webhook: libcurl, no redirects, half a minute at most.

#include <netinet/in.h>
#include <sys/socket.h>

#include <stop_token>
#include <string>
#include <string_view>

#include "config/settings.hpp"
#include "content/model/time.hpp"

namespace earshot::app {

struct Message {
    std::string id;  // the same at each attempt, so that a receiver knows it again; letters, digits, hyphens
    std::string subject, text;
    std::string first_day, last_day;  // of what it tells
};

// What went wrong in one sentence, "" when the other side took it. No sentence has a secret. When stopped before anything was sent, it is
// not waited for. Throws std::runtime_error with a sentence when a file of the settings cannot be read.
[[nodiscard]] std::string send_mail(const config::Settings::Mail& mail, const std::string& recipient, const Message& message,
                                    model::Timestamp now, const std::stop_token& stopping);
// POST signed as standardwebhooks.com wants it (HMAC-SHA-256). Unless digest.internal, only to addresses of the public Internet.
[[nodiscard]] std::string send_webhook(const config::Settings::Digest& digest, const Message& message, model::Timestamp now,
                                       const std::stop_token& stopping);

// RFC 5322, as it goes over the wire.
[[nodiscard]] std::string mail_text(const std::string& from, const std::string& recipient, const Message& message, model::Timestamp now);
// webhook-signature: "v1,<base64>" of id "." timestamp "." body. A secret that begins with "whsec_" is base64 from there on.
[[nodiscard]] std::string webhook_signature(std::string_view secret, std::string_view id, std::string_view timestamp,
                                            std::string_view body);
// Neither loopback, private, link-local, shared, multicast nor unspecified, also not by way of an IPv4 address within an IPv6 one.
[[nodiscard]] bool is_public_address(const sockaddr& address);

}  // namespace earshot::app
