#pragma once
// What the server and its worker say to each other: one job record on the worker's stdin, JSON lines on its stdout.
// The worker's words are not trusted: whatever is malformed or too large becomes std::runtime_error here.

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "content/model/error.hpp"
#include "content/model/media.hpp"
#include "media/tags/audio_tags.hpp"
#include "media/transcode.hpp"

namespace earshot::publishing {

enum class WorkerTask { check, probe, measure, transcode, tag, artwork, transcribe };

// Descriptors have fixed numbers: 3 is the input, outputs follow in order; a tag job has its picture (if any) as the last one.
inline constexpr int first_worker_descriptor = 3;

struct WorkerRecord {
    WorkerTask task{WorkerTask::check};
    pid_t parent{};   // the worker ends when this process is no longer its parent
    bool degraded{};  // work although a sandbox layer is missing
    std::uint64_t cpu_seconds{};
    std::uint64_t file_bytes{};                     // no file that it writes may become larger
    unsigned descriptors{};                         // how many are open from 3 on
    std::vector<model::RenditionProfile> profiles;  // transcode …
    model::Redactions redactions;                   // …
    model::Codec codec{};                           // tag …
    media::AudioTags tags;                          // … artwork_jpeg is left out: it comes as a descriptor
    bool has_artwork{}, has_waveform{};
    std::chrono::milliseconds duration{};
    bool is_own{};                                  // probe: a file that we made
    std::vector<std::string> command, environment;  // transcribe: what the worker becomes
};
[[nodiscard]] std::string to_json(const WorkerRecord& record);
[[nodiscard]] WorkerRecord parse_worker_record(std::string_view json);

// The layers of the sandbox that do not hold on this machine, as missing_layers() names them.
struct SandboxReport {
    std::string missing;
};

struct PictureSize {
    std::uint32_t pixels{};
    std::uint64_t byte_length{}, webp_byte_length{};  // of two files, in this order
};
struct PictureReport {
    std::vector<PictureSize> sizes;
    std::vector<model::EmbeddedItem> embedded;
};

// The worker's lines, each ending in "\n".
[[nodiscard]] std::string progress_line(std::string_view stage, double fraction);
[[nodiscard]] std::string error_line(const model::Error& error);    // about the file
[[nodiscard]] std::string refusal_line(std::string_view sentence);  // about this machine
[[nodiscard]] std::string result_line(const model::MasterInfo& info);
[[nodiscard]] std::string result_line(const media::Measurement& measurement);
[[nodiscard]] std::string result_line(const media::TranscodeReport& report);
[[nodiscard]] std::string result_line(const media::TaggedFile& file);
[[nodiscard]] std::string result_line(const PictureReport& report);
[[nodiscard]] std::string result_line(const SandboxReport& report);

struct WorkerLine {
    enum class Kind { progress, error, refusal, result } kind{};
    std::string text;   // progress: the stage; refusal: the sentence; result: its JSON
    double fraction{};  // progress, 0…1
    model::Error error;
};
[[nodiscard]] WorkerLine parse_worker_line(std::string_view line);

// result's JSON → T.
template <class T>
[[nodiscard]] T parse_result(std::string_view json);
template <>
model::MasterInfo parse_result(std::string_view json);
template <>
media::Measurement parse_result(std::string_view json);
template <>
media::TranscodeReport parse_result(std::string_view json);
template <>
media::TaggedFile parse_result(std::string_view json);
template <>
PictureReport parse_result(std::string_view json);
template <>
SandboxReport parse_result(std::string_view json);

}  // namespace earshot::publishing
