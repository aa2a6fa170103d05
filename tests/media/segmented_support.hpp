#pragma once
// Files made in pieces: sounds that give joints trouble, the writer, and how near a decoded file is to its source.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>

#include "media/av/audio_reader.hpp"
#include "media/segmented_writer.hpp"
#include "tests/media/audio_support.hpp"

namespace earshot::tests {

using media::AudioBlock;
using media::Segmentation;

inline constexpr std::uint32_t rate = 44'100;
inline constexpr Segmentation serial{.length = 10'000}, short_pieces{.length = 49};

struct PiecesOf {
    std::string muxer;
    media::av::EncoderSettings settings;
    const media::StreamJoints& joints;
};

inline std::string encoded(const Workshop& shop, const std::string& name, const AudioBlock& sound, PiecesOf how,
                           const Segmentation& segmentation, unsigned threads = 2) {
    how.settings.channels = static_cast<std::uint32_t>(sound.channels);
    const OpenDescriptor file(shop.path(name), O_RDWR | O_CREAT | O_TRUNC);
    media::SegmentedWriter writer(file, how.muxer, how.settings, how.joints, threads, segmentation);
    for (std::size_t at = 0; at < sound.frames(); at += 10'007) {
        const auto part = std::make_shared<AudioBlock>();
        part->channels = sound.channels;
        append(*part, sound, at, std::min(at + 10'007, sound.frames()));
        writer.write(part);
    }
    writer.finish();
    return bytes_of(shop.path(name));
}

template <class Signal>
inline AudioBlock made(std::size_t frames, Signal signal) {
    AudioBlock block{.channels = 2, .planes = {}};
    for (std::size_t i = 0; i < frames; ++i) {
        const auto value = static_cast<float>(signal(i));
        block.planes[0].push_back(value);
        block.planes[1].push_back(0.7F * value);
    }
    return block;
}

inline double sweep(std::size_t i) {
    const double t = static_cast<double>(i) / rate;
    return 0.5 * std::sin(2 * std::numbers::pi * (100 * t + 150 * t * t));
}

// Clicks at uneven distances: each makes the encoder switch to short windows.
inline double impulses(std::size_t i) {
    return i % 5'003 < 3 ? 0.6 : 0.01 * std::sin(0.05 * static_cast<double>(i));
}

inline AudioBlock speech(const Workshop& shop) {
    const auto file =
        shop.ffmpeg("speech44.wav", "-stream_loop 4 -i " + shop.path("speech.wav") + " -af volume=9dB -ar 44100 -c:a pcm_f32le");
    AudioBlock all{.channels = 2, .planes = {}};
    const OpenDescriptor open(file);
    media::av::AudioReader again(open);
    for (AudioBlock block; again.read(block);) append(all, block, 0, block.frames());
    return all;
}

// Left side, as ffmpeg plays it without a word.
inline std::vector<float> decoded(const Workshop& shop, const std::string& name, std::size_t channels = 2) {
    const std::string bytes = output_of("ffmpeg -v warning -i " + shop.path(name) + " -f f32le - 2>&1");
    std::vector<float> samples(bytes.size() / 4 / channels);
    for (std::size_t i = 0; i < samples.size(); ++i) std::memcpy(&samples[i], bytes.data() + i * channels * 4, 4);
    return samples;
}

// Decibels of signal over error within a window.
inline double snr(const std::vector<float>& source, const std::vector<float>& copy, std::size_t at, std::size_t size) {
    double signal = 1e-9, error = 1e-9;
    for (std::size_t i = at; i < std::min({at + size, source.size(), copy.size()}); ++i) {
        signal += double(source[i]) * source[i];
        error += double(source[i] - copy[i]) * (source[i] - copy[i]);
    }
    return 10 * std::log10(signal / error);
}

// What a file in pieces of 49 frames is like around its joints, in decibels a half frame.
struct Joined {
    double mean{}, worst{100};   // nearness to the source
    double lost{}, most_lost{};  // how much nearer one encoder's file is
    std::size_t windows{};
};
inline Joined around_joints(const AudioBlock& sound, const std::vector<float>& whole, const std::vector<float>& pieces, std::size_t frame,
                            std::size_t warm_up) {
    Joined joined;
    for (std::size_t start = 49 * frame; start + (warm_up + 15) * frame < sound.frames(); start += 49 * frame)
        for (std::size_t at = start + (warm_up - 2) * frame; at < start + (warm_up + 14) * frame; at += frame / 2, ++joined.windows) {
            const double now = snr(sound.planes[0], pieces, at, frame / 2), lost = snr(sound.planes[0], whole, at, frame / 2) - now;
            joined.mean += now;
            joined.worst = std::min(joined.worst, now);
            joined.lost += lost;
            joined.most_lost = std::max(joined.most_lost, lost);
        }
    joined.mean /= static_cast<double>(joined.windows);
    joined.lost /= static_cast<double>(joined.windows);
    return joined;
}

}  // namespace earshot::tests
