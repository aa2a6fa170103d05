#include "content/storage/upload_metadata.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "content/model/text.hpp"
#include "content/storage/digest.hpp"

namespace earshot::storage {

namespace {

using model::Errc;
using model::fail;

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

bool is_key(std::string_view key) {
    return !key.empty() && std::ranges::all_of(key, [](char c) { return c > ' ' && c < 0x7f; });
}

std::string bare_name(std::string_view name) {
    if (const auto slash = name.find_last_of("/\\"); slash != std::string_view::npos) name.remove_prefix(slash + 1);
    return model::truncate_utf8(model::clean_line(name), 255);
}

model::Result<std::string> checksum(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
    const bool good =
        text.size() == 64 && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
    if (!good) return fail(Errc::invalid_input, "The sha256 in Upload-Metadata must be 64 hexadecimal digits.");
    return text;
}

model::Result<std::map<std::string, std::string, std::less<>>> parse_pairs(std::string_view text) {
    std::map<std::string, std::string, std::less<>> pairs;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto pair = trimmed(text.substr(0, comma));
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        const auto space = pair.find(' ');
        const auto key = pair.substr(0, space);
        if (!is_key(key)) return fail(Errc::invalid_input, "Upload-Metadata must be a list of \"key base64value\", separated by commas.");
        std::string value;
        if (space != std::string_view::npos && !decode_base64(trimmed(pair.substr(space + 1)), value))
            return fail(Errc::invalid_input, fmt::format("The value of \"{}\" in Upload-Metadata is not Base64.", key));
        if (!pairs.emplace(key, std::move(value)).second)
            return fail(Errc::invalid_input, fmt::format("Upload-Metadata names \"{}\" twice.", key));
    }
    return pairs;
}

}  // namespace

model::Result<UploadMetadata> parse_upload_metadata(std::string_view text) {
    if (text.size() > 4096) return fail(Errc::invalid_input, "Upload-Metadata may hold at most 4096 bytes.");
    const auto pairs = parse_pairs(trimmed(text));
    if (!pairs) return std::unexpected(pairs.error());
    UploadMetadata result;
    if (const auto name = pairs->find("filename"); name != pairs->end()) result.file_name = bare_name(name->second);
    if (const auto sha256 = pairs->find("sha256"); sha256 != pairs->end()) {
        auto digits = checksum(sha256->second);
        if (!digits) return std::unexpected(digits.error());
        result.expected_sha256 = *std::move(digits);
    }
    return result;
}

}  // namespace earshot::storage
