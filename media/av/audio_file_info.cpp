#include "media/av/audio_file_info.hpp"

extern "C" {
#include <libavutil/avstring.h>
#include <libavutil/dict.h>
#include <libavutil/mathematics.h>
}

#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <utility>

#include "media/av/metadata_words.hpp"

namespace earshot::media::av {

namespace {

// PCM tells its length by bytes; a header that promises more than the file holds is not believed.
std::optional<double> pcm_seconds(const AVCodecParameters& parameters, int descriptor) {
    struct stat status{};
    const std::int64_t bits = av_get_bits_per_sample(parameters.codec_id);
    if (bits <= 0 || parameters.sample_rate <= 0 || parameters.ch_layout.nb_channels <= 0 || ::fstat(descriptor, &status) != 0)
        return std::nullopt;
    const double bytes_a_second = static_cast<double>(bits) / 8 * parameters.ch_layout.nb_channels * parameters.sample_rate;
    return static_cast<double>(status.st_size) / bytes_a_second;
}

void read_length(AudioFileInfo& info, const InputFile& input, const AVStream& stream, int descriptor) {
    if (input->duration != AV_NOPTS_VALUE && input->duration >= 0) {
        info.seconds = static_cast<double>(input->duration) / AV_TIME_BASE;
        info.seconds_exact = input->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE;
        if (info.seconds_exact) info.claimed_seconds = info.seconds;
    }
    if (const auto most = pcm_seconds(*stream.codecpar, descriptor)) {
        info.seconds = info.seconds ? std::min(*info.seconds, *most) : *most;
        info.seconds_exact = true;
    }
}

// Links are known of Vorbis comments only, where libavformat leaves them among the other fields.
std::vector<model::ChapterMark> chapters_of(const InputFile& input) {
    std::vector<model::ChapterMark> marks;
    const AVStream* stream = input.best_stream(AVMEDIA_TYPE_AUDIO);
    const auto moment = [](std::int64_t time, AVRational base) {
        return std::chrono::milliseconds(std::clamp<std::int64_t>(av_rescale_q(time, base, {1, 1000}), 0, INT32_MAX));
    };
    for (unsigned i = 0; i < input->nb_chapters; ++i) {
        const AVChapter& chapter = *input->chapters[i];
        char number[32];
        std::snprintf(number, sizeof number, "CHAPTER%03lldURL", static_cast<long long>(chapter.id));
        std::string link = field_of(input->metadata, number);
        if (link.empty() && stream != nullptr) link = field_of(stream->metadata, number);
        marks.push_back({moment(chapter.start, chapter.time_base),
                         chapter.end == AV_NOPTS_VALUE ? std::chrono::milliseconds(0) : moment(chapter.end, chapter.time_base),
                         field_of(chapter.metadata, "title"), std::move(link)});
    }
    return marks;
}

}  // namespace

bool is_accepted(const AVCodecParameters& parameters) {
    const AVCodec* codec = avcodec_find_decoder(parameters.codec_id);
    return codec != nullptr && av_match_list(codec->name, audio_input().codecs.c_str(), ',') > 0;
}

const char* field_of(const AVDictionary* entries, const std::string& key) {
    const AVDictionaryEntry* found = av_dict_get(entries, key.c_str(), nullptr, 0);
    return found == nullptr ? "" : found->value;
}

AudioFileInfo describe(const InputFile& input, int descriptor) {
    AudioFileInfo info;
    info.container = input->iformat->name;
    info.other_streams = other_streams(*input.get(), input.best_stream(AVMEDIA_TYPE_AUDIO));
    info.entries = metadata_entries(*input.get());
    info.chapters = chapters_of(input);
    info.has_video = input.best_stream(AVMEDIA_TYPE_VIDEO) != nullptr;
    for (unsigned i = 0; i < input->nb_streams; ++i)
        info.audio_streams += input->streams[i]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO ? 1 : 0;
    const AVStream* stream = input.best_stream(AVMEDIA_TYPE_AUDIO);
    if (stream == nullptr) return info;
    const AVCodecParameters& parameters = *stream->codecpar;
    info.codec = avcodec_get_name(parameters.codec_id);
    info.codec_accepted = is_accepted(parameters);
    info.sample_rate = static_cast<std::uint32_t>(std::max(parameters.sample_rate, 0));
    info.channels = static_cast<std::uint32_t>(std::max(parameters.ch_layout.nb_channels, 0));
    info.channels_unnamed = info.channels > 2 && parameters.ch_layout.order != AV_CHANNEL_ORDER_NATIVE;
    const int bits = parameters.bits_per_raw_sample > 0 ? parameters.bits_per_raw_sample : av_get_bits_per_sample(parameters.codec_id);
    info.bits_per_sample = static_cast<std::uint32_t>(std::max(bits, 0));
    read_length(info, input, *stream, descriptor);
    return info;
}

}  // namespace earshot::media::av
