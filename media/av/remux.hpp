#pragma once
// The same audio packets in a fresh container: what tagging an MP4 and looking at packets need. Plain interface, no libav types.

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace earshot::media::av {

struct RemuxChapter {
    std::chrono::milliseconds start{};
    std::string title;
};
struct RemuxOptions {
    std::string muxer;                   // "ipod"
    std::vector<RemuxChapter> chapters;  // ascending; each ends where the next starts, the last at `duration`
    std::chrono::milliseconds duration{};
    std::vector<std::pair<std::string, std::string>> muxer_options;  // {"movflags", "+faststart"}
    std::vector<std::pair<std::string, std::string>> metadata;       // libavformat keys, {"title", …}
    std::string language;                                            // of the audio stream, ISO 639-2; "" = not said
};

// Copies the first audio stream, of an M4A to the sample; no other stream, no metadata, no chapters of the input pass. Throws AvError.
void remux_audio(int input, int output, const RemuxOptions& options);

// The chapters libavformat finds, in order. Throws AvError.
[[nodiscard]] std::vector<RemuxChapter> read_chapters(int input);

struct PacketPlace {
    double start{};  // seconds; negative for encoder delay that players skip
    std::int64_t position{};
    std::int64_t size{};
};
// Calls `take` for each audio packet in file order until it returns false. Throws AvError.
void for_each_audio_packet(int input, const std::function<bool(const PacketPlace&)>& take);

}  // namespace earshot::media::av
