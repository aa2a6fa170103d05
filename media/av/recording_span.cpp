#include "media/av/recording_span.hpp"

extern "C" {
#include <libavutil/mathematics.h>
}

#include <algorithm>
#include <bit>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "media/embedded/mp4_boxes.hpp"

namespace earshot::media::av {

namespace {

using embedded::big;
using embedded::Section;

constexpr std::size_t most_table_bytes = 1U << 20;
constexpr unsigned most_priming = 16384;          // libavformat leaves no more out than that where no edit asks for it
constexpr std::uint64_t most_units = 1ULL << 48;  // longer than any recording, and safe to reckon with

struct Edit {
    std::uint64_t duration{};  // in units of the movie
    std::int64_t start{};      // in units of the track
    bool at_speed{};
};

struct Track {
    std::uint32_t number{}, scale{};  // units a second
    std::uint64_t units{};            // of all its packets; 0: not known
    std::uint64_t packet_units{};     // of each but the last; 0: there is only one
    std::vector<Edit> edits;          // but those that only wait
};

// Version 0 has 32-bit times, version 1 64-bit ones.
bool is_long(std::string_view full_box) {
    return big(full_box, 0, 1) == 1;
}

// They are times, which a muxer may have taken from a clock: only where all are alike, but the last one's, do they count samples.
void read_durations(const Section& table, Track& track) {
    track.units = 0;
    const auto bytes = table.all(most_table_bytes);
    const auto count = big(bytes, 4, 4);
    if (count == 0 || bytes.size() < 8 + count * 8) return;
    const auto common = big(bytes, 12, 4);
    std::uint64_t sum = 0, all_packets = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto packets = big(bytes, 8 + i * 8, 4), units = big(bytes, 12 + i * 8, 4);
        const bool is_last = i + 1 == count && packets == 1;
        if (units != common && !is_last) return;
        sum = std::min(sum + std::min(packets * units, most_units), most_units);
        all_packets += packets;
    }
    track.units = sum < most_units ? sum : 0;
    track.packet_units = all_packets > 1 ? common : 0;
}

std::vector<Edit> read_edits(const Section& list) {
    constexpr std::uint64_t unchanged = 0x10000;
    const auto bytes = list.all(most_table_bytes);
    const std::size_t width = is_long(bytes) ? 8 : 4, size = 2 * width + 4;
    const auto count = std::min<std::uint64_t>(big(bytes, 4, 4), bytes.size() / size);
    std::vector<Edit> edits;
    for (std::size_t at = 8; edits.size() < count && at + size <= bytes.size(); at += size) {
        const auto start = big(bytes, at + width, width);
        const auto signed_start = width == 8 ? std::bit_cast<std::int64_t>(start) : static_cast<std::int32_t>(start);
        if (signed_start >= 0) edits.push_back({big(bytes, at, width), signed_start, big(bytes, at + 2 * width, 4) == unchanged});
    }
    return edits;
}

void read_track(const Section& boxes, int depth, Track& track) {
    constexpr int deepest = 3;  // mdia, minf, stbl
    embedded::walk_boxes(boxes, [&](const std::string& name, const Section& body) {
        const bool is_folder = name == "mdia" || name == "minf" || name == "stbl" || name == "edts";
        if (is_folder && depth < deepest) return read_track(body, depth + 1, track);
        const auto head = name == "tkhd" || name == "mdhd" ? body.all(32) : std::string();
        if (name == "tkhd") track.number = static_cast<std::uint32_t>(big(head, is_long(head) ? 20 : 12, 4));
        if (name == "mdhd") track.scale = static_cast<std::uint32_t>(big(head, is_long(head) ? 20 : 12, 4));
        if (name == "stts") read_durations(body, track);
        if (name == "elst") track.edits = read_edits(body);
    });
}

struct Movie {
    std::uint32_t scale{};
    bool in_fragments{};  // of which the index tells the first at most
    Track track;
};

Movie read_movie(const Section& file, std::uint32_t number) {
    Movie movie;
    bool found = false;
    embedded::walk_boxes(file, [&](const std::string& name, const Section& moov) {
        movie.in_fragments |= name == "moof";
        if (name != "moov" || std::exchange(found, true)) return;  // libavformat reads the first one only
        embedded::walk_boxes(moov, [&](const std::string& box, const Section& body) {
            const auto head = box == "mvhd" ? body.all(32) : std::string();
            if (box == "mvhd") movie.scale = static_cast<std::uint32_t>(big(head, is_long(head) ? 20 : 12, 4));
            movie.in_fragments |= box == "mvex";
            if (box != "trak") return;
            Track track;
            read_track(body, 0, track);
            if (track.number == number) movie.track = std::move(track);
        });
    });
    return movie;
}

std::optional<std::uint64_t> in_frames(std::uint64_t units, std::uint32_t scale, std::uint32_t sample_rate) {
    const auto frames = av_rescale_rnd(static_cast<std::int64_t>(units), sample_rate, scale, AV_ROUND_UP);
    return frames > 0 ? std::optional(static_cast<std::uint64_t>(frames)) : std::nullopt;
}

// The double: AAC whose upper half is made up (SBR) may be counted at half its rate.
bool fits_codec(const Track& track, const SoundOfTrack& sound) {
    if (track.packet_units == 0 || sound.packet_frames == 0) return true;
    const std::uint64_t told = track.packet_units * sound.sample_rate, is = sound.packet_frames * track.scale;
    return told == is || told == 2 * is;
}

}  // namespace

RecordingSpan mp4_span(int descriptor, std::uint32_t number, std::string_view gapless, const SoundOfTrack& sound) {
    embedded::Look look(descriptor);
    const auto [movie_scale, in_fragments, track] = read_movie(Section(look, 0, look.size()), number);
    if (in_fragments || track.units == 0 || track.scale == 0 || movie_scale == 0 || track.edits.size() > 1 || !fits_codec(track, sound))
        return {};
    const Edit edit = track.edits.empty() ? Edit{.at_speed = true} : track.edits.front();
    const auto start = static_cast<std::uint64_t>(edit.start);
    if (!edit.at_speed || edit.duration > most_units || start >= track.units) return {};

    // An edit is told in units of the movie, often milliseconds: the end of the last sample that is as near as that is what it means.
    const std::uint64_t tick = (std::uint64_t{track.scale} + movie_scale - 1) / movie_scale;
    const auto length = av_rescale_rnd(static_cast<std::int64_t>(edit.duration), track.scale, movie_scale, AV_ROUND_NEAR_INF);
    const bool to_the_end = edit.duration == 0 || length < 0 || start + static_cast<std::uint64_t>(length) + tick > track.units;
    const auto edited = to_the_end ? track.units - start : static_cast<std::uint64_t>(length);

    unsigned int priming = 0, remainder = 0;
    unsigned long long samples = 0;
    if (std::sscanf(std::string(gapless).c_str(), "%*x %x %x %llx", &priming, &remainder, &samples) != 3 || samples == 0)
        return {0, in_frames(edited, track.scale, sound.sample_rate)};
    // Where they do not add up, or say other than the edit, what libavformat leaves out in front is not known either.
    if (samples >= most_units || priming + samples + remainder != track.units) return {};
    if (track.edits.empty() && priming >= most_priming) return {};
    if (!track.edits.empty() && (priming != start || (edit.duration != 0 && (samples > edited + tick || edited > samples + tick))))
        return {};
    return {0, in_frames(samples, track.scale, sound.sample_rate)};
}

RecordingSpan caf_span(int descriptor, std::uint32_t sample_rate) {
    embedded::Look look(descriptor);
    const Section file(look, 0, look.size());
    std::uint64_t frames_a_packet = 0;
    double rate = 0;
    for (std::uint64_t at = 8, chunks = 0; chunks < embedded::most_parts && at + 12 <= file.size(); ++chunks) {
        const auto head = file.read(at, 12);
        const auto body = file.part(at + 12, big(head, 4, 8)).all(32);
        if (head.starts_with("desc")) {
            rate = std::bit_cast<double>(big(body, 0, 8));
            frames_a_packet = big(body, 20, 4);
        }
        if (head.starts_with("pakt") && rate == sample_rate) {
            const auto packets = big(body, 0, 8), valid = big(body, 8, 8), priming = big(body, 16, 4), remainder = big(body, 20, 4);
            const bool adds_up = packets < most_units / (frames_a_packet + 1) && packets * frames_a_packet == valid + priming + remainder;
            return adds_up && valid > 0 && valid < most_units ? RecordingSpan{priming, valid} : RecordingSpan{};
        }
        if (big(head, 4, 8) > file.size()) break;  // -1: the sound goes on to the end
        at += 12 + big(head, 4, 8);
    }
    return {};
}

}  // namespace earshot::media::av
