#include "feeds/addresses.hpp"

namespace earshot::feeds {

std::string show_path(const model::Show& show) {
    return "/shows/" + show.slug;
}

std::string feed_path(const model::Show& show) {
    return show_path(show) + "/feed.xml";
}

std::string episode_path(const model::Show& show, const model::Episode& episode) {
    return show_path(show) + "/" + episode.slug;
}

std::string transcript_path(const model::Show& show, const model::Episode& episode, std::string_view extension) {
    return episode_path(show, episode).append("/transcript.").append(extension);
}

std::string chapters_path(const model::Show& show, const model::Episode& episode) {
    return episode_path(show, episode) + "/chapters.json";
}

std::string waveform_path(const model::Show& show, const model::Episode& episode, std::string_view file) {
    return episode_path(show, episode) + "/waveform/" + std::string(file);
}

std::string image_path(const model::ArtworkSize& size) {
    return "/images/" + model::jpeg_name(size);
}

const model::ArtworkSize* pick_size(const model::Artwork& artwork, std::uint32_t max_pixels) {
    const model::ArtworkSize* best = nullptr;
    for (const auto& size : artwork.sizes) {
        const bool fits = size.pixels <= max_pixels;
        if (!best)
            best = &size;
        else if (best->pixels > max_pixels ? size.pixels < best->pixels : fits && size.pixels > best->pixels)
            best = &size;
    }
    return best;
}

const model::Rendition* main_rendition(const model::Episode& episode) {
    return episode.renditions.empty() ? nullptr : &episode.renditions.front();
}

}  // namespace earshot::feeds
