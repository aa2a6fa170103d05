#include "media/av/remux.hpp"

extern "C" {
#include <libavutil/dict.h>
#include <libavutil/mathematics.h>
}

#include "media/av/input_file.hpp"
#include "media/av/output_file.hpp"

namespace earshot::media::av {

namespace {

InputOptions own_audio() {
    InputOptions options = audio_input();
    options.own_file = true;
    return options;
}

// The one stream we read; everything else is discarded by the demuxer.
AVStream* select_audio(const InputFile& input) {
    AVStream* audio = input.best_stream(AVMEDIA_TYPE_AUDIO);
    if (audio == nullptr) throw AvError(AVERROR_STREAM_NOT_FOUND, "audio");
    for (unsigned i = 0; i < input->nb_streams; ++i)
        input->streams[i]->discard = input->streams[i] == audio ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    return audio;
}

}  // namespace

void remux_audio(int input_descriptor, int output_descriptor, const RemuxOptions& options) {
    InputFile input(input_descriptor, own_audio());
    const AVStream* from = select_audio(input);
    OutputFile output(output_descriptor, options.muxer);
    AVStream* to = output.add_stream(from->codecpar, from->time_base);
    for (const auto& [key, value] : options.metadata) av_dict_set(&output->metadata, key.c_str(), value.c_str(), 0);
    if (!options.language.empty()) av_dict_set(&to->metadata, "language", options.language.c_str(), 0);
    for (std::size_t i = 0; i < options.chapters.size(); ++i) {
        const auto end = i + 1 < options.chapters.size() ? options.chapters[i + 1].start : options.duration;
        output.add_chapter(options.chapters[i].start.count(), end.count(), options.chapters[i].title);
    }
    auto muxer_options = options.muxer_options;
    // Edits are told in the movie's units: with those of libavformat, milliseconds, a file would end up to a millisecond too late or early.
    if (options.muxer == "ipod") muxer_options.emplace_back("movie_timescale", std::to_string(from->codecpar->sample_rate));
    output.write_header(muxer_options);
    for (Packet packet; input.read(packet);)
        if (packet->stream_index == from->index) output.write(packet, to, from->time_base);
    output.finish();
}

std::vector<RemuxChapter> read_chapters(int input_descriptor) {
    const InputFile input(input_descriptor, own_audio());
    std::vector<RemuxChapter> chapters;
    for (unsigned i = 0; i < input->nb_chapters; ++i) {
        const AVChapter* chapter = input->chapters[i];
        const AVDictionaryEntry* title = av_dict_get(chapter->metadata, "title", nullptr, 0);
        chapters.push_back({.start = std::chrono::milliseconds(av_rescale_q(chapter->start, chapter->time_base, {1, 1000})),
                            .title = title == nullptr ? "" : title->value});
    }
    return chapters;
}

void for_each_audio_packet(int input_descriptor, const std::function<bool(const PacketPlace&)>& take) {
    InputFile input(input_descriptor, own_audio());
    const AVStream* audio = select_audio(input);
    for (Packet packet; input.read(packet);) {
        if (packet->stream_index != audio->index) continue;
        const double start = packet->pts == AV_NOPTS_VALUE ? 0 : static_cast<double>(packet->pts) * av_q2d(audio->time_base);
        if (!take({.start = start, .position = packet->pos, .size = packet->size})) return;
    }
}

}  // namespace earshot::media::av
