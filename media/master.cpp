#include "media/master.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "content/model/time.hpp"
#include "media/av/error.hpp"
#include "media/embedded/embedded.hpp"
#include "media/file_kind.hpp"
#include "media/master_chapters.hpp"
#include "media/master_scan.hpp"
#include "media/tags/bytes.hpp"
#include "media/wav_header.hpp"

namespace earshot::media {

namespace {

using model::Errc;

constexpr std::uint32_t most_channels = 8, lowest_rate = 8'000, highest_rate = 192'000;

model::Error unreadable(int descriptor, const av::AvError& error) {
    const std::string format = av::guess_format(descriptor);
    if (error.cause() == av::AvError::Cause::unknown_format) return {Errc::unsupported_media, not_a_master(descriptor, format)};
    if (format.starts_with("mov"))
        return {Errc::unprocessable, "The index of this M4A/MP4 file is missing, so it was probably cut short. Export or copy it again."};
    return {Errc::unprocessable, "This file is damaged at its start and cannot be opened. Export or copy it again."};
}

// Nothing decodes what describes its own coding wrongly: that is the file's fault, and shows before the first sample.
std::optional<model::Error> open_decoder(av::AudioReader& reader) {
    try {
        reader.open_decoder();
        return std::nullopt;
    } catch (const av::AvError&) {
        return model::Error{Errc::unprocessable, "This file is damaged at its start and cannot be opened. Export or copy it again."};
    }
}

std::optional<model::Error> refuse(const av::AudioFileInfo& info) {
    if (info.audio_streams == 0 && info.has_video)
        return model::Error{Errc::unprocessable,
                            "This file holds video but no sound. Export the audio, as WAV or FLAC for example, and upload that."};
    if (info.audio_streams == 0)
        return model::Error{Errc::unprocessable, "This file holds no sound. Export the audio, as WAV or FLAC for example."};
    if (!info.codec_accepted)
        return model::Error{Errc::unsupported_media,
                            fmt::format("The sound in this file is coded {}, which is not accepted. Export it as WAV or FLAC.",
                                        info.codec == "none" ? "in an unknown way" : "as " + info.codec)};
    if (info.channels > most_channels)
        return model::Error{Errc::unprocessable,
                            fmt::format("This file has {} channels; at most {} are possible. Mix it down to stereo and upload that.",
                                        info.channels, most_channels)};
    if (info.channels == 0 || info.sample_rate == 0)
        return model::Error{Errc::unprocessable,
                            "The sound in this file is damaged: not even its number of channels can be read. Export it again."};
    if (info.sample_rate < lowest_rate || info.sample_rate > highest_rate)
        return model::Error{Errc::unprocessable,
                            fmt::format("This file has a sample rate of {} Hz; 8,000 to 192,000 Hz are possible. Export it at 48,000 Hz.",
                                        info.sample_rate)};
    if (info.seconds && info.seconds_exact && *info.seconds > longest_seconds) return too_long(*info.seconds);
    if (info.seconds && info.seconds_exact && *info.seconds <= 0) return no_samples();
    return std::nullopt;
}

// Without an ID3v1 tag at its end, which the decoder would take for a damaged frame.
av::ByteView sound_of_flac(int descriptor) {
    constexpr std::int64_t tag_size = 128;
    std::array<char, 4> begin{};
    std::array<char, 3> tag{};
    const auto end = tags::file_size(descriptor) - tag_size;
    const bool is_tagged = tags::read_at(descriptor, begin.data(), begin.size(), 0) == 4 && std::string_view(begin.data(), 4) == "fLaC" &&
                           end > 0 && tags::read_at(descriptor, tag.data(), tag.size(), end) == 3 &&
                           std::string_view(tag.data(), 3) == "TAG";
    return is_tagged ? av::ByteView{.end = static_cast<std::uint64_t>(end), .patch = {}} : av::ByteView{};
}

void warn(OpenMaster& master, const std::optional<WavHeader>& wav) {
    const av::AudioFileInfo& info = master.reader.info();
    auto& warnings = master.warnings;
    if (wav && wav->continues)
        warnings.emplace_back("The header of this file promises less sound than the file holds. All of it was used.");
    if (wav && wav->claimed > wav->available && !wav->open_ended)
        warnings.emplace_back(
            "The header of this file promises more sound than the file holds: it may have been cut short. What is there was used.");
    if (info.has_video) warnings.emplace_back("The moving pictures in this file were left out.");
    if (info.audio_streams > 1)
        warnings.push_back(fmt::format("This file holds {} soundtracks. The first one was used.", info.audio_streams));
    if (info.channels_unnamed)
        warnings.push_back(
            fmt::format("This file has {} channels but does not say which is which; the usual order was assumed for the stereo mix{}.",
                        info.channels, info.channels < 6 ? "" : ": the fourth was taken for the low-frequency channel and left out"));
    else if (info.channels > 2)
        warnings.push_back(fmt::format(
            "This recording has {} channels. They were mixed down to stereo, without a low-frequency channel; a stereo master of your own "
            "may sound better.",
            info.channels));
    if (info.sample_rate < 32'000)
        warnings.push_back(fmt::format("This recording has a sample rate of only {} Hz and will sound dull.", info.sample_rate));
}

}  // namespace

model::Error no_samples() {
    return {Errc::unprocessable, "There is no sound in this file: it is 0 seconds long. Check the export and upload it again."};
}

model::Error too_long(double seconds) {
    const auto length = std::chrono::milliseconds(static_cast<std::int64_t>(std::min(seconds, 1e9) * 1000));
    return {Errc::unprocessable, fmt::format("This recording is {} long; at most 12 hours are possible. Split it into several episodes.",
                                             model::format_clock(length))};
}

model::Result<OpenMaster> open_master(int descriptor, Maker maker, const model::Redactions& redactions) {
    if (auto problem = refuse_by_content(descriptor)) return std::unexpected(std::move(*problem));
    const std::optional<WavHeader> wav = read_wav_header(descriptor);
    if (wav && wav->has_data && (wav->available == 0 || (wav->claimed == 0 && !wav->continues))) return std::unexpected(no_samples());
    try {
        const av::AudioReaderOptions options{
            .view = wav ? wav->view : sound_of_flac(descriptor), .own_file = maker == Maker::ourselves, .redactions = redactions};
        OpenMaster master{av::AudioReader(descriptor, options), options, {}, {}, {}};
        if (auto problem = refuse(master.reader.info())) return std::unexpected(std::move(*problem));
        if (auto problem = open_decoder(master.reader)) return std::unexpected(std::move(*problem));
        master.embedded = list_embedded(descriptor, master.reader.info().other_streams, master.reader.info().entries);
        warn(master, wav);
        auto found = model::tidy_marks(find_chapter_marks(descriptor, wav ? &*wav : nullptr, master.reader.info()));
        master.chapters = std::move(found.chapters);
        std::ranges::move(found.remarks, std::back_inserter(master.warnings));
        return master;
    } catch (const av::AvError& error) {
        return std::unexpected(unreadable(descriptor, error));
    }
}

model::MasterInfo master_info(const OpenMaster& master) {
    const av::AudioFileInfo& info = master.reader.info();
    return {.container = info.container,
            .codec = info.codec,
            .sample_rate = info.sample_rate,
            .channels = info.channels,
            .bits_per_sample = info.bits_per_sample,
            .duration = std::chrono::milliseconds(std::llround(info.seconds.value_or(0) * 1000)),
            .embedded = master.embedded,
            .chapters = master.chapters};
}

}  // namespace earshot::media
