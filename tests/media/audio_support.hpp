#pragma once
// Masters made on the spot by espeak-ng, ffmpeg and sox; transcoding them; the ffmpeg program as an independent meter.

#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "media/transcode.hpp"
#include "tests/media/tags_support.hpp"
#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

// A folder with speech in it: speech.wav, 4 s, 48 kHz stereo float, sides a little apart, about -27 LUFS.
class Workshop {
public:
    Workshop() {
        output_of(
            "espeak-ng -v en-gb -s 150 -w " + path("voice.wav") +
            " 'Welcome to Code Severe. If you see something that is not right, report it. Action counters terrorism. It really does.'");
        output_of("ffmpeg -v error -y -i " + path("voice.wav") +
                  " -f lavfi -i anoisesrc=color=pink:amplitude=0.002:seed=1:d=6 -filter_complex '" +
                  "[0]aresample=48000,pan=stereo|c0=0.35*c0|c1=0.30*c0[a];[a][1]amix=normalize=0' -t 4 -c:a pcm_f32le " +
                  path("speech.wav"));
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

    // ffmpeg -i speech.wav <arguments> name; the path of what was made.
    std::string make(const std::string& name, const std::string& arguments) const {
        output_of("ffmpeg -v error -y -i " + path("speech.wav") + " " + arguments + " " + path(name));
        return path(name);
    }
    // Any ffmpeg command that ends in the file.
    std::string ffmpeg(const std::string& name, const std::string& arguments) const {
        output_of("ffmpeg -v error -y " + arguments + " " + path(name));
        return path(name);
    }
    std::string write(const std::string& name, const std::string& bytes) const {
        std::ofstream(path(name), std::ios::binary) << bytes;
        return path(name);
    }

private:
    TemporaryFolder folder_;
};

inline std::vector<model::RenditionProfile> two_profiles(std::uint32_t sample_rate = 44100) {
    return {{.name = "mp3", .codec = model::Codec::mp3, .bit_rate = 128000, .mono_bit_rate = 96000, .sample_rate = sample_rate},
            {.name = "aac", .codec = model::Codec::aac, .bit_rate = 128000, .mono_bit_rate = 64000, .sample_rate = sample_rate}};
}

inline model::RenditionProfile opus_profile() {
    return {.name = "opus", .codec = model::Codec::opus, .bit_rate = 64000, .mono_bit_rate = 48000, .sample_rate = 48000};
}
inline model::RenditionProfile flac_profile() {
    return {.name = "flac", .codec = model::Codec::flac, .sample_rate = 48000};
}

// Transcodes into <folder>/out.mp3 and out.m4a.
inline model::Result<media::TranscodeReport> transcode_both(const Workshop& shop, const std::string& master, std::uint32_t rate = 44100,
                                                            const media::Progress& progress = {}) {
    const OpenDescriptor in(master), mp3(shop.path("out.mp3"), O_RDWR | O_CREAT | O_TRUNC),
        m4a(shop.path("out.m4a"), O_RDWR | O_CREAT | O_TRUNC);
    const auto profiles = two_profiles(rate);
    return media::transcode(in, {{profiles[0], mp3}, {profiles[1], m4a}}, progress);
}

struct Measured {
    double lufs{}, peak{};
};

// What ffmpeg's own EBU R128 filter says about a file.
inline Measured measured_by_ffmpeg(const std::string& file, const std::string& input_options = "") {
    const std::string text = output_of("ffmpeg -hide_banner -nostats " + input_options + " -i " + file +
                                       " -af ebur128=peak=true -f null - 2>&1 | sed -n '/Summary/,$p'");
    const auto number_after = [&](const std::string& label) { return std::stod(text.substr(text.find(label) + label.size())); };
    return {.lufs = number_after("I:"), .peak = number_after("Peak:")};
}

// Samples a side, as the ffmpeg program decodes the file.
inline std::size_t decoded_samples(const std::string& file) {
    const std::string count = output_of("ffmpeg -v error -i " + file + " -ac 1 -f s16le - | wc -c");
    return std::stoul(count) / 2;
}

inline bool has_warning(const std::vector<std::string>& warnings, const std::string& part) {
    for (const auto& warning : warnings)
        if (warning.find(part) != std::string::npos) return true;
    return false;
}

}  // namespace earshot::tests
