#include "media/av/error.hpp"

extern "C" {
#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>
}

#include <array>
#include <cerrno>
#include <cstddef>

namespace earshot::media::av {

namespace {

std::string describe(int code, const std::string& what) {
    std::array<char, AV_ERROR_MAX_STRING_SIZE> words{};
    av_strerror(code, words.data(), words.size());
    return what + ": " + words.data();
}

}  // namespace

AvError::AvError(int code, const std::string& what) : std::runtime_error(describe(code, what)), code_(code) {}

AvError::Cause AvError::cause() const noexcept {
    if (code_ == AVERROR_DEMUXER_NOT_FOUND) return Cause::unknown_format;
    if (code_ == AVERROR(EFBIG)) return Cause::file_too_large;
    return code_ == AVERROR(ENOSPC) || code_ == AVERROR(EDQUOT) ? Cause::disk_full : Cause::other;
}

int av_check(int result, const char* what) {
    if (result < 0) throw AvError(result, what);
    return result;
}

void prepare_library(std::size_t most_bytes) noexcept {
    av_log_set_level(AV_LOG_QUIET);
    av_max_alloc(most_bytes);
}

}  // namespace earshot::media::av
