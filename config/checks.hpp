#pragma once
// What a setting may be, apart from how it is written in the file. Each returns the sentence that says what is wrong and what to do,
// or nothing when the value is fine.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "content/model/media.hpp"

namespace earshot::config {

using Complaint = std::optional<std::string>;

[[nodiscard]] Complaint check_listen_address(std::string_view text);  // "127.0.0.1:8080", "[::]:0"
[[nodiscard]] Complaint check_public_url(std::string_view text);      // "https://pod.example.org"
[[nodiscard]] Complaint check_proxy(std::string_view text);           // "10.0.0.1", "fd00::/8"
[[nodiscard]] Complaint check_mail_address(std::string_view text);    // "press@example.org", nothing around it
[[nodiscard]] Complaint check_mail_relay(std::string_view text);      // "smtps://mail.example.org:465"
[[nodiscard]] Complaint check_webhook(std::string_view text);         // "https://hooks.example.org/earshot"
[[nodiscard]] Complaint check_time_of_day(std::string_view text);     // "07:00"
[[nodiscard]] Complaint check_rendition_name(std::string_view text);
[[nodiscard]] Complaint check_codec(std::string_view text);  // "mp3"
// One of the two bit rates, at that sample rate, for so many channels.
[[nodiscard]] Complaint check_bit_rate(model::Codec codec, std::uint32_t sample_rate, std::uint32_t bit_rate, unsigned channels);
[[nodiscard]] Complaint check_sample_rate(model::Codec codec, std::uint32_t sample_rate);

// "90s", "15m", "3h", "7d"; "500MB", "8 GiB". Nothing when it is neither or too large to count.
[[nodiscard]] std::optional<std::chrono::seconds> parse_duration(std::string_view text);
[[nodiscard]] std::optional<std::uint64_t> parse_byte_size(std::string_view text);

}  // namespace earshot::config
