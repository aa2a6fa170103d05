#include "media/audio_layout.hpp"

#include "media/av/error.hpp"
#include "media/av/remux.hpp"

namespace earshot::media {

model::Result<AudioLayout> audio_layout(int descriptor) {
    AudioLayout layout;
    bool found = false;
    try {
        av::for_each_audio_packet(descriptor, [&](const av::PacketPlace& packet) {
            if (packet.start >= 60) return false;
            if (!found && packet.position >= 0) {
                layout.audio_start = static_cast<std::uint64_t>(packet.position);
                found = true;
            }
            layout.bytes_for_60s += static_cast<std::uint64_t>(packet.size);
            return true;
        });
    } catch (const av::AvError& error) {
        return model::fail(model::Errc::unprocessable, std::string("The audio in this file cannot be located (") + error.what() + ").");
    }
    if (!found) return model::fail(model::Errc::unprocessable, "There is no audio in this file.");
    return layout;
}

}  // namespace earshot::media
