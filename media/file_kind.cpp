#include "media/file_kind.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace earshot::media {

namespace {

constexpr std::string_view accepted = "Hand in WAV, W64, FLAC, AIFF, CAF, MP3, M4A or Ogg.";

std::string first_bytes(int descriptor) {
    std::string bytes(4096, '\0');
    const ssize_t got = ::pread(descriptor, bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
}

// Text has no NUL and hardly any control characters; audio formats have plenty of both near the start.
bool looks_like_text(std::string_view bytes) {
    if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) bytes = {};  // MPEG audio may begin like this as well
    if (bytes.empty() || bytes.find('\0') != std::string_view::npos) return false;
    const auto odd =
        std::ranges::count_if(bytes, [](unsigned char c) { return c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f'; });
    const auto high = std::ranges::count_if(bytes, [](unsigned char c) { return c >= 0x80; });
    return odd == 0 && high * 4 < std::ssize(bytes);
}

std::string kind_of_text(std::string_view bytes) {
    std::string start(bytes.substr(0, 1024));
    std::ranges::transform(start, start.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto has = [&](std::string_view word) { return start.find(word) != std::string::npos; };
    if (has("#extm3u") || has("[playlist]") || has("ffconcat") || has("<asx") || has("<playlist") || has("v=0\n") || has("v=0\r"))
        return "This is a playlist that points to other files, not a recording.";
    if (has("<html") || has("<!doctype"))
        return "This is a web page, not a recording; perhaps a download link was saved instead of the audio.";
    return "This is a text file, not a recording.";
}

// libavformat's names → words people know. Only the common ones; the rest need no name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kinds{{
    {"matroska", "a Matroska/WebM file"},
    {"avi", "an AVI video"},
    {"mpegts", "an MPEG transport stream"},
    {"mpeg", "an MPEG video"},
    {"flv", "a Flash video"},
    {"asf", "a Windows Media file"},
    {"gif", "a GIF picture"},
    {"png_pipe", "a PNG picture"},
    {"jpeg_pipe", "a JPEG picture"},
    {"webp_pipe", "a WebP picture"},
    {"mid", "a MIDI file"},
    {"ac3", "a Dolby Digital file"},
    {"amr", "an AMR voice memo"},
    {"wv", "a WavPack file"},
}};

}  // namespace

std::optional<model::Error> refuse_by_content(int descriptor) {
    const std::string bytes = first_bytes(descriptor);
    if (bytes.empty()) return model::Error{model::Errc::unprocessable, "This file is empty (0 bytes). Upload the recording again."};
    if (!looks_like_text(bytes)) return std::nullopt;
    return model::Error{model::Errc::unsupported_media, fmt::format("{} {}", kind_of_text(bytes), accepted)};
}

std::string not_a_master(int descriptor, std::string_view format) {
    if (first_bytes(descriptor).starts_with("PK")) return fmt::format("This is a ZIP archive. Unpack it first. {}", accepted);
    if (first_bytes(descriptor).starts_with("%PDF")) return fmt::format("This is a PDF document, not a recording. {}", accepted);
    for (const auto& [name, words] : kinds)
        if (format.starts_with(name)) return fmt::format("This is {}, which is not accepted. {}", words, accepted);
    return fmt::format("This is not an audio file that can be read. {}", accepted);
}

}  // namespace earshot::media
