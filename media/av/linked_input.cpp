#include "media/av/linked_input.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "media/av/audio_file_info.hpp"
#include "media/av/ogg_links.hpp"
#include "media/tags/bytes.hpp"

namespace earshot::media::av {

namespace {

AVStream* choose_stream(const InputFile& file) {
    AVStream* chosen = file.best_stream(AVMEDIA_TYPE_AUDIO);
    for (unsigned i = 0; i < file->nb_streams; ++i)
        file->streams[i]->discard = file->streams[i] == chosen ? AVDISCARD_DEFAULT : AVDISCARD_ALL;
    return chosen;
}

}  // namespace

LinkedInput::LinkedInput(int descriptor, const InputOptions& options) : descriptor_(descriptor), options_(options), links_{options.view} {
    try {
        open(links_.front());
        if (std::string_view(file()->iformat->name) == "ogg") links_ = ogg_links(descriptor_);
    } catch (const AvError&) {  // perhaps only because of its first recording
        links_ = ogg_links(descriptor_);
        if (!is_chain()) throw;
    }
    if (!is_chain()) return;
    next_ = 0;
    if (!open_next()) open(links_.front());  // for its reasons
}

void LinkedInput::open(const ByteView& link) {
    options_.view = link;
    stream_ = nullptr;
    file_.emplace(descriptor_, options_);
    stream_ = choose_stream(*file_);
}

double LinkedInput::share() const {
    const auto size = static_cast<std::uint64_t>(std::max<std::int64_t>(tags::file_size(descriptor_), 0));
    if (size == 0) return 1;
    return static_cast<double>(std::min(options_.view.end, size) - options_.view.start) / static_cast<double>(size);
}

void LinkedInput::open_decoder() {
    decoder_.emplace(stream_->codecpar, stream_->time_base, options_.codecs);
}

bool LinkedInput::open_next() {
    InputOptions options = options_;
    for (; next_ < links_.size(); ++left_out_) {
        options.view = links_[next_++];
        try {
            InputFile file(descriptor_, options);
            AVStream* const chosen = choose_stream(file);
            if (chosen == nullptr || !is_accepted(*chosen->codecpar)) continue;
            decoder_ = Decoder(chosen->codecpar, chosen->time_base, options.codecs);
            stream_ = chosen;
            file_.emplace(std::move(file));
            options_ = options;
            return true;
        } catch (const AvError&) {
        }
    }
    return false;
}

}  // namespace earshot::media::av
