#include "media/av/output_file.hpp"

extern "C" {
#include <libavutil/dict.h>
#include <libavutil/mem.h>
}

namespace earshot::media::av {

OutputFile::OutputFile(int descriptor, const std::string& muxer)
    : shared_(std::make_unique<Shared>()), io_(std::make_unique<DescriptorIo>(descriptor, DescriptorIo::Mode::write)) {
    prepare_library();
    AVFormatContext* context = nullptr;
    av_check(avformat_alloc_output_context2(&context, nullptr, muxer.c_str(), nullptr), "muxer");
    context_.reset(context);
    shared_->descriptor = descriptor;
    context->pb = io_->get();
    context->opaque = shared_.get();
    context->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    context->flush_packets = 0;  // else each packet is a system call of its own: 155,000 for an hour of AAC
    context->io_open = &open_again;
    context->io_close2 = &close_again;
}

AVStream* OutputFile::add_stream(const AVCodecParameters* parameters, AVRational time_base) {
    AVStream* stream = av_check_pointer(avformat_new_stream(context_.get(), nullptr), "stream");
    av_check(avcodec_parameters_copy(stream->codecpar, parameters), "parameters");
    stream->codecpar->codec_tag = 0;
    stream->time_base = time_base;
    return stream;
}

AVStream* OutputFile::add_stream(const AVCodecContext& encoder, AVRational time_base) {
    AVCodecParameters* parameters = av_check_pointer(avcodec_parameters_alloc(), "parameters");
    const int copied = avcodec_parameters_from_context(parameters, &encoder);
    AVStream* stream = copied >= 0 ? add_stream(parameters, time_base) : nullptr;
    avcodec_parameters_free(&parameters);
    av_check(copied, "parameters");
    return stream;
}

void OutputFile::add_chapter(std::int64_t start_ms, std::int64_t end_ms, const std::string& title) {
    auto* chapter = static_cast<AVChapter*>(av_check_pointer(av_mallocz(sizeof(AVChapter)), "chapter"));
    auto* list = static_cast<AVChapter**>(av_realloc_array(context_->chapters, context_->nb_chapters + 1, sizeof(AVChapter*)));
    if (list == nullptr) {
        av_free(chapter);
        throw AvError(AVERROR(ENOMEM), "chapter");
    }
    context_->chapters = list;
    context_->chapters[context_->nb_chapters] = chapter;
    chapter->id = context_->nb_chapters++;
    chapter->time_base = {1, 1000};
    chapter->start = start_ms;
    chapter->end = end_ms;
    av_check(av_dict_set(&chapter->metadata, "title", title.c_str(), 0), "chapter");
}

void OutputFile::write_header(const MuxerOptions& options) {
    AVDictionary* entries = nullptr;
    for (const auto& [key, value] : options) av_dict_set(&entries, key.c_str(), value.c_str(), 0);
    const int result = avformat_write_header(context_.get(), &entries);
    const bool unknown = av_dict_count(entries) > 0;
    av_dict_free(&entries);
    av_check(result, "header");
    if (unknown) throw AvError(AVERROR_OPTION_NOT_FOUND, "muxer option");
}

void OutputFile::write(Packet& packet, const AVStream* stream, AVRational from) {
    av_packet_rescale_ts(packet.get(), from, stream->time_base);
    packet->stream_index = stream->index;
    packet->pos = -1;
    av_check(av_interleaved_write_frame(context_.get(), packet.get()), "write");
}

void OutputFile::finish() {
    av_check(av_write_trailer(context_.get()), "trailer");
    avio_flush(io_->get());
    av_check(io_->get()->error, "flush");
}

// Moving an MP4's index to the front makes the muxer read what it wrote: the only second opening there is, over the same descriptor.
int OutputFile::open_again(AVFormatContext* context, AVIOContext** io, const char*, int flags, AVDictionary**) {
    auto& shared = *static_cast<Shared*>(context->opaque);
    if ((flags & AVIO_FLAG_WRITE) != 0 || shared.reader) return AVERROR(EACCES);
    try {
        shared.reader = std::make_unique<DescriptorIo>(shared.descriptor, DescriptorIo::Mode::read);
    } catch (const std::exception&) {
        return AVERROR(ENOMEM);
    }
    *io = shared.reader->get();
    return 0;
}

int OutputFile::close_again(AVFormatContext* context, AVIOContext*) {
    static_cast<Shared*>(context->opaque)->reader.reset();
    return 0;
}

OutputFile::MuxerOptions essence_options(const std::string& muxer) {
    if (muxer == "mp3") return {{"id3v2_version", "0"}, {"write_id3v1", "0"}, {"write_xing", "1"}};
    return {};
}

}  // namespace earshot::media::av
