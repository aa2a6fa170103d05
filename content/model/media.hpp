#pragma once
// Audio as the catalogue knows it: the master a producer handed in, and the renditions listeners get.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "content/model/chapter.hpp"
#include "content/model/codec.hpp"
#include "content/model/ids.hpp"
#include "content/model/redaction.hpp"
#include "content/model/time.hpp"

namespace earshot::model {

// One row of the settings' [[rendition]] blocks.
struct RenditionProfile {
    std::string name;  // "mp3", "opus-low": unique, a slug; goes into URLs
    Codec codec{Codec::mp3};
    std::uint32_t bit_rate{};       // bit/s of a stereo file; 0 for codecs that lose nothing
    std::uint32_t mono_bit_rate{};  // bit/s of a mono file
    std::uint32_t sample_rate{};    // Hz of the delivered file
    double target_lufs{-16.0};      // integrated loudness of the decoded stereo file; a mono file gets 3 LU less
    double ceiling_dbtp{-1.0};      // highest true peak of the decoded file
    std::uint32_t channels{2};      // at most; 1 mixes a stereo master down
    bool operator==(const RenditionProfile&) const = default;
};

// ITU-R BS.1770-4 / EBU R128 measurements.
struct Loudness {
    double integrated_lufs{};  // -70 or lower: silence
    double true_peak_dbtp{};
    double range_lu{};
    bool operator==(const Loudness&) const = default;
};

// Something a file says besides its sound or its picture. For producers only: never published.
struct EmbeddedItem {
    std::string what;   // in plain words: "Where it was recorded"
    std::string value;  // as found, cleaned and cut to a line: "+51.5034-0.1276/"
    std::string where;  // the format's own name of the place: "MP4 udta ©xyz"
    bool operator==(const EmbeddedItem&) const = default;
};

// What probing found in a file; no judgement.
struct MasterInfo {
    std::string container;  // libavformat's short name, "wav"
    std::string codec;      // libavcodec's short name, "pcm_s24le"
    std::uint32_t sample_rate{};
    std::uint32_t channels{};
    std::uint32_t bits_per_sample{};  // 0 where the codec has no such thing
    std::chrono::milliseconds duration{};
    std::vector<EmbeddedItem> embedded;  // what it gives away
    std::vector<std::string> warnings;   // sentences for the producer: cut short, clipped, one silent side; set by transcoding
    std::vector<Chapter> chapters;       // found in the file, tidied; see ChaptersOrigin
    bool operator==(const MasterInfo&) const = default;
};

// The shape of the recording for people to look at, in the two formats of audiowaveform.
struct WaveformFiles {
    std::uint32_t points_a_second{};
    std::string dat_key, json_key;  // MediaStore keys
    bool operator==(const WaveformFiles&) const = default;
};

// What there is to see of the renditions, made together with them.
struct Sound {
    std::vector<WaveformFiles> waveforms;  // finest first
    std::string analysis_key;              // MediaStore key of a JSON object: loudness from second to second, pauses
    bool operator==(const Sound&) const = default;
};

struct Master {
    MasterId id;
    EpisodeId episode;
    std::optional<MasterId> original;  // set: another version of that one's recording, which is kept untouched
    Redactions redactions;             // what is taken out of it before anything is made of it; none of an original
    std::string object_key;            // in the MediaStore: the recording as it was handed in, of every version
    std::uint64_t byte_length{};
    std::string sha256;                // lower-case hex
    std::string file_name;             // as the producer named it, cleaned; shown to producers only
    std::optional<MasterInfo> info;    // set by the transcode job
    std::optional<Loudness> loudness;  // before levelling
    std::optional<Sound> sound;        // of the renditions made of it
    Timestamp uploaded_at{};
    bool operator==(const Master&) const = default;
};

// A delivered file. Its bytes never change under one sha256; re-tagging swaps object_key, sha256, byte_length and
// audio_start in one transaction and keeps url_path; other audio gets another url_path.
struct Rendition {
    RenditionId id;
    EpisodeId episode;
    MasterId master;
    std::string profile;  // RenditionProfile::name
    Codec codec{Codec::mp3};
    std::uint32_t bit_rate{};
    std::uint32_t sample_rate{};
    std::uint32_t channels{};
    std::string url_path;     // "/media/<random>/<slug>.mp3": unique for ever, never re-used
    std::string essence_key;  // MediaStore key of the encoded, untagged file (re-tagging starts from it)
    std::string object_key;   // MediaStore key of the tagged file that is served
    std::string sha256;       // of the served file, lower-case hex; the strong ETag derives from it
    std::uint64_t byte_length{};
    std::string mime_type;  // "audio/mpeg", "audio/x-m4a", "audio/ogg"
    std::chrono::milliseconds duration{};
    std::uint64_t audio_start{};    // first byte of audio: after ID3v2 (and Info frame), or the first mdat sample
    std::uint64_t bytes_for_60s{};  // audio bytes whose timestamps cover 60 s; all of them when the audio is shorter
    Loudness loudness;              // measured on the decoded rendition
    std::string tag_fingerprint;    // hash of everything that went into the tags; differs → tags are stale
    Timestamp tagged_at{};          // Last-Modified
    bool operator==(const Rendition&) const = default;
};

// The kinds of things among them, each once, in order: "where it was recorded, comment, picture and more".
[[nodiscard]] std::string kinds_of(const std::vector<EmbeddedItem>& items, std::size_t most);

}  // namespace earshot::model
