#pragma once
// The worker process: the only place foreign media is decoded. The server starts this same binary as `earshot worker` with open descriptors
// and a small job record on stdin; it has no database, no network and no secrets. Progress and the result come back as JSON lines on
// stdout.

#include <chrono>
#include <expected>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "content/model/error.hpp"
#include "media/artwork.hpp"
#include "media/probe.hpp"
#include "media/tags/audio_tags.hpp"
#include "media/transcode.hpp"

namespace earshot::publishing {

// `earshot worker`: sandboxes itself, reads one job record from stdin, works, exits 0 (also for a refused file; the answer says so).
int worker_main();
// `earshot worker --self-test`: tries each forbidden thing, prints which layers hold, exit 0 when all do.
int worker_self_test();

struct WorkerLimits {
    std::chrono::seconds deadline{3 * 3600};
    bool degraded{false};     // work even when a sandbox layer is missing on this machine
    unsigned spare_cores{0};  // left to listeners
};

// How a worker ended when not with an answer. Distinct from model::Error, which is about the file.
struct WorkerDied {
    std::string reason;  // for operators
    bool machine{};      // it could not start, cannot work here or was killed from outside, whatever the file; else it crashed or told lies
    bool late{};         // a transcode was ended at WorkerLimits::deadline: the next one would be, too
};

// Starts workers and talks to them. Blocking; one call = one process, which dies with its caller.
class WorkerPool {
public:
    // `program`: this binary (/proc/self/exe).
    explicit WorkerPool(std::filesystem::path program, WorkerLimits limits);
    // Workers are copies of this process, which must have one thread (WorkerProcess::instead).
    WorkerPool(std::function<int()> instead, WorkerLimits limits);

    template <class T>
    using Outcome = std::expected<model::Result<T>, WorkerDied>;

    // Starts one worker that only shuts itself in: whether this machine can take jobs now. The reason names the missing layers.
    std::expected<void, WorkerDied> check();
    // What the latest check() found, as a sentence for operators: why no jobs are taken, or what they are done without when limits.degraded
    // allows that. Empty when all is well, and before anybody checked.
    [[nodiscard]] std::string problem() const;

    // Within 20 s of processor time.
    [[nodiscard]] Outcome<model::MasterInfo> probe(int audio, media::Maker maker = media::Maker::somebody);
    [[nodiscard]] Outcome<media::Measurement> measure(int audio);
    // As media::transcode; outputs are descriptors the server opened. `progress` is called in this thread, several times a second even
    // while the worker is silent: its `false` ends the worker at once. `stated`: how long the master is by its head, 0 when nobody looked;
    // it bounds the processor time (worker_cpu_seconds).
    [[nodiscard]] Outcome<media::TranscodeReport> transcode(int master, const std::vector<media::RenditionOutput>& outputs,
                                                            const media::Progress& progress, int waveform = -1,
                                                            const model::Redactions& redactions = {},
                                                            std::chrono::milliseconds stated = {});
    [[nodiscard]] Outcome<media::TaggedFile> tag(model::Codec codec, int essence, int output, const media::AudioTags& tags,
                                                 std::chrono::milliseconds duration);
    // Runs a program of the operators (config: transcribe.command) with the audio as its standard input; what it writes comes back, checked
    // by nobody. Not shut in, but of the lowest priority, ended with its children at the deadline, when `goes_on` (asked five times a
    // second) says so, and beyond 4 MiB of output. Failures of the program are WorkerDied.
    [[nodiscard]] Outcome<std::string> transcribe(int audio, std::vector<std::string> command, std::chrono::seconds deadline,
                                                  const std::function<bool()>& goes_on);
    // Has a JPEG and a WebP per size written into fresh temporary files under `folder` and returns their paths.
    struct ArtworkPath {
        std::uint32_t pixels{};
        std::filesystem::path jpeg, webp;
    };
    struct ArtworkFiles {
        std::vector<ArtworkPath> sizes;
        std::vector<model::EmbeddedItem> embedded;
    };
    [[nodiscard]] Outcome<ArtworkFiles> artwork(int picture, const std::filesystem::path& folder);

private:
    std::filesystem::path program_;
    std::function<int()> instead_;
    WorkerLimits limits_;
    mutable std::mutex mutex_;
    std::string problem_;
};

}  // namespace earshot::publishing
