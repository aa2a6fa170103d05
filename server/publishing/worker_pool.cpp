#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <optional>
#include <system_error>

#include "media/master_scan.hpp"
#include "media/picture_head.hpp"
#include "media/tags/bytes.hpp"
#include "media/waveform.hpp"
#include "server/publishing/disk_need.hpp"
#include "server/publishing/worker.hpp"
#include "server/publishing/worker_process.hpp"
#include "server/publishing/worker_protocol.hpp"

namespace earshot::publishing {
namespace {

constexpr std::chrono::seconds short_deadline{120};  // for what takes moments: a head, a picture
constexpr std::uint64_t least_file_bytes = 4ULL << 30, room_for_tags = 64U << 20;
constexpr std::uint64_t most_picture_bytes = 16U << 20;  // noise of 3000 pixels squared comes to less
constexpr std::uint64_t short_cpu_seconds = 20;          // of which this is what counts: a busy machine lets workers wait

struct Answer {
    std::optional<std::string> result;
    std::optional<model::Error> error;
    std::optional<std::string> refusal;
    std::string nonsense;  // what was wrong with a line
    bool cancelled{};
};

// One conversation. The progress callback is also asked while the worker is silent, so that a job can be stopped at any time.
class Conversation {
public:
    explicit Conversation(const media::Progress& progress) : progress_(progress) {}
    bool take(std::string_view text) {
        try {
            auto line = parse_worker_line(text);
            switch (line.kind) {
                case WorkerLine::Kind::progress:
                    stage_ = std::move(line.text);
                    fraction_ = line.fraction;
                    return tick();
                case WorkerLine::Kind::error:
                    answer_.error = std::move(line.error);
                    return true;
                case WorkerLine::Kind::refusal:
                    answer_.refusal = std::move(line.text);
                    return true;
                case WorkerLine::Kind::result:
                    answer_.result = std::move(line.text);
                    return true;
            }
            return true;
        } catch (const std::runtime_error& error) {
            answer_.nonsense = error.what();
            return false;
        }
    }
    bool tick() {
        if (!progress_ || progress_(stage_, fraction_)) return true;
        answer_.cancelled = true;
        return false;
    }
    [[nodiscard]] const Answer& answer() const noexcept { return answer_; }

private:
    const media::Progress& progress_;
    std::string stage_{"starting"};
    double fraction_{};
    Answer answer_;
};

struct Call {
    const std::filesystem::path& program;
    const std::function<int()>& instead;
    const WorkerLimits& limits;
    std::chrono::seconds deadline;
    std::uint64_t cpu_seconds{short_cpu_seconds};
};

template <class T>
WorkerPool::Outcome<T> converse(const Call& call, WorkerRecord record, std::vector<int> descriptors, const media::Progress& progress = {}) {
    record.parent = ::getpid();
    record.degraded = call.limits.degraded;
    record.descriptors = static_cast<unsigned>(descriptors.size());
    record.file_bytes = std::max(record.file_bytes, least_file_bytes);
    record.cpu_seconds = call.cpu_seconds;
    Conversation conversation(progress);
    WorkerExit exit;
    try {
        exit = run_worker(
            {call.program, to_json(record), std::move(descriptors), call.deadline, call.limits.spare_cores, call.instead},
            [&](std::string_view line) { return conversation.take(line); }, [&] { return conversation.tick(); });
    } catch (const std::system_error& error) {
        return std::unexpected(WorkerDied{fmt::format("The worker could not be started: {}.", error.what()), true});
    }
    const Answer& answer = conversation.answer();
    if (answer.cancelled) return model::Result<T>(model::fail(model::Errc::conflict, "The job was cancelled."));
    if (answer.refusal) return std::unexpected(WorkerDied{*answer.refusal, true});
    if (!answer.nonsense.empty() || exit.stopped) {
        return std::unexpected(WorkerDied{fmt::format("The worker gave an answer that makes no sense ({}).", answer.nonsense)});
    }
    if (!exit.in_time || exit.status != 0 || !(answer.error || answer.result)) {
        // Nothing a file does ends a worker by this signal: the kernel sends it to whom it takes the memory from, or an operator does.
        const bool killed = exit.in_time && WIFSIGNALED(exit.status) && WTERMSIG(exit.status) == SIGKILL;
        // Pictures and tags take moments, and what takes more of the processor's time ends by that: a busy machine let them wait.
        const bool waited = !exit.in_time && (record.task == WorkerTask::artwork || record.task == WorkerTask::tag);
        const bool late = !exit.in_time && record.task == WorkerTask::transcode;  // the others' deadlines are not the operators'
        return std::unexpected(WorkerDied{fmt::format("The worker {}.", describe(exit)), killed || waited, late});
    }
    if (answer.error) return model::Result<T>(std::unexpected(*answer.error));
    try {
        return parse_result<T>(*answer.result);
    } catch (const std::runtime_error& error) {
        return std::unexpected(WorkerDied{fmt::format("The worker gave an answer that makes no sense ({}).", error.what())});
    }
}

// Of a recording that long, or of half a day if that is less: the head, and two bytes for each hundredth of a second.
std::uint64_t most_waveform_bytes(std::chrono::milliseconds duration) {
    const auto longest = std::chrono::milliseconds(std::llround(media::longest_seconds * 1000));
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(std::clamp(duration, std::chrono::milliseconds(0), longest)).count();
    return 64 + 2 * (media::waveform_points_a_second + 1) * (static_cast<std::uint64_t>(seconds) + 1);
}

// What the worker says it is: a picture of that kind, that length and so many pixels squared, and no larger than one can be.
bool is_picture(media::PictureHead::Kind kind, int descriptor, std::uint64_t bytes, std::uint32_t pixels) {
    if (bytes != size_of(descriptor) || bytes > most_picture_bytes) return false;
    std::vector<std::uint8_t> file(bytes);
    if (media::tags::read_at(descriptor, file.data(), file.size(), 0) != std::ssize(file)) return false;
    const auto head = kind == media::PictureHead::Kind::webp ? media::read_webp_head(file) : media::read_picture_head(file);
    return head && head->kind == kind && head->width == pixels && head->height == pixels && head->complete;
}

// A picture in memory, handed over as a descriptor.
class MemoryFile {
public:
    explicit MemoryFile(const std::string& bytes) : descriptor_(::memfd_create("picture", MFD_CLOEXEC)) {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "memfd_create");
        for (std::size_t done = 0; done < bytes.size();) {
            const auto written = ::write(descriptor_, bytes.data() + done, bytes.size() - done);
            if (written <= 0) throw std::system_error(errno, std::generic_category(), "write");
            done += static_cast<std::size_t>(written);
        }
    }
    ~MemoryFile() { ::close(descriptor_); }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

private:
    int descriptor_;
};

// Fresh files for a worker to fill; those not kept are removed.
class TemporaryFiles {
public:
    TemporaryFiles() = default;
    void open(const std::filesystem::path& folder, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            std::string pattern = (folder / "artwork-XXXXXX").string();
            const int descriptor = ::mkostemp(pattern.data(), O_CLOEXEC);
            if (descriptor < 0) throw std::system_error(errno, std::generic_category(), "mkostemp " + pattern);
            descriptors_.push_back(descriptor);
            paths_.emplace_back(pattern);
        }
    }
    ~TemporaryFiles() {
        for (const int descriptor : descriptors_) ::close(descriptor);
        std::error_code ignored;
        for (std::size_t i = kept_; i < paths_.size(); ++i) std::filesystem::remove(paths_[i], ignored);
    }
    TemporaryFiles(const TemporaryFiles&) = delete;
    TemporaryFiles& operator=(const TemporaryFiles&) = delete;
    void keep(std::size_t count) noexcept { kept_ = count; }
    [[nodiscard]] const std::vector<int>& descriptors() const noexcept { return descriptors_; }
    [[nodiscard]] const std::filesystem::path& path(std::size_t i) const { return paths_.at(i); }

private:
    std::vector<int> descriptors_;
    std::vector<std::filesystem::path> paths_;
    std::size_t kept_{};
};

}  // namespace

WorkerPool::WorkerPool(std::filesystem::path program, WorkerLimits limits) : program_(std::move(program)), limits_(limits) {}
WorkerPool::WorkerPool(std::function<int()> instead, WorkerLimits limits) : instead_(std::move(instead)), limits_(limits) {}

std::expected<void, WorkerDied> WorkerPool::check() {
    const Call call{program_, instead_, limits_, std::min(limits_.deadline, short_deadline)};
    const auto outcome = converse<SandboxReport>(call, {.task = WorkerTask::check}, {});
    std::string problem;
    if (!outcome)
        problem = outcome.error().reason;
    else if (*outcome && !(*outcome)->missing.empty())
        problem = fmt::format(
            "Recordings and pictures are worked on without a part of the sandbox, as publishing.sandbox = \"degraded\" allows: {}.",
            (*outcome)->missing);
    {
        const std::lock_guard lock(mutex_);
        problem_ = std::move(problem);
    }
    if (!outcome) return std::unexpected(outcome.error());
    return {};
}

std::string WorkerPool::problem() const {
    const std::lock_guard lock(mutex_);
    return problem_;
}

WorkerPool::Outcome<model::MasterInfo> WorkerPool::probe(int audio, media::Maker maker) {
    return converse<model::MasterInfo>({program_, instead_, limits_, std::min(limits_.deadline, 5 * short_deadline)},
                                       {.task = WorkerTask::probe, .is_own = maker == media::Maker::ourselves}, {audio});
}

WorkerPool::Outcome<media::Measurement> WorkerPool::measure(int audio) {
    return converse<media::Measurement>({program_, instead_, limits_, limits_.deadline, worker_cpu_seconds({}, 0)},
                                        {.task = WorkerTask::measure}, {audio});
}

WorkerPool::Outcome<media::TranscodeReport> WorkerPool::transcode(int master, const std::vector<media::RenditionOutput>& outputs,
                                                                  const media::Progress& progress, int waveform,
                                                                  const model::Redactions& redactions, std::chrono::milliseconds stated) {
    WorkerRecord record{.task = WorkerTask::transcode, .redactions = redactions, .has_waveform = waveform >= 0};
    std::vector<int> descriptors{master};
    for (const auto& output : outputs) {
        record.profiles.push_back(output.profile);
        descriptors.push_back(output.descriptor);
    }
    if (waveform >= 0) descriptors.push_back(waveform);
    record.file_bytes = largest_file(record.profiles);
    auto outcome =
        converse<media::TranscodeReport>({program_, instead_, limits_, limits_.deadline, worker_cpu_seconds(stated, size_of(master))},
                                         std::move(record), descriptors, progress);
    if (!outcome || !*outcome) return outcome;
    const auto& renditions = (*outcome)->renditions;
    bool plausible = renditions.size() == outputs.size();
    for (std::size_t i = 0; plausible && i < outputs.size(); ++i) {
        plausible = renditions[i].profile == outputs[i].profile.name && renditions[i].byte_length == size_of(outputs[i].descriptor);
    }
    if (waveform >= 0) plausible = plausible && size_of(waveform) <= most_waveform_bytes((*outcome)->master.duration);
    if (!plausible) return std::unexpected(WorkerDied{"The worker's report does not match the files it wrote."});
    return outcome;
}

WorkerPool::Outcome<media::TaggedFile> WorkerPool::tag(model::Codec codec, int essence, int output, const media::AudioTags& tags,
                                                       std::chrono::milliseconds duration) {
    WorkerRecord record{
        .task = WorkerTask::tag, .codec = codec, .tags = tags, .has_artwork = !tags.artwork_jpeg.empty(), .duration = duration};
    record.tags.artwork_jpeg.clear();
    record.file_bytes = size_of(essence) + room_for_tags;
    const MemoryFile picture(tags.artwork_jpeg);
    std::vector<int> descriptors{essence, output};
    if (record.has_artwork) descriptors.push_back(picture.descriptor());
    auto outcome = converse<media::TaggedFile>(
        {program_, instead_, limits_, std::min(limits_.deadline, 5 * short_deadline), worker_cpu_seconds(duration, size_of(essence))},
        std::move(record), descriptors);
    if (outcome && *outcome && (*outcome)->byte_length != size_of(output)) {
        return std::unexpected(WorkerDied{"The worker's report does not match the file it wrote."});
    }
    return outcome;
}

WorkerPool::Outcome<WorkerPool::ArtworkFiles> WorkerPool::artwork(int picture, const std::filesystem::path& folder) {
    TemporaryFiles files;
    files.open(folder, 2 * media::longest_ladder);
    std::vector<int> descriptors{picture};
    descriptors.insert(descriptors.end(), files.descriptors().begin(), files.descriptors().end());
    auto outcome = converse<PictureReport>({program_, instead_, limits_, std::min(limits_.deadline, 5 * short_deadline)},
                                           {.task = WorkerTask::artwork}, descriptors);
    if (!outcome) return std::unexpected(outcome.error());
    if (!*outcome) return model::Result<ArtworkFiles>(std::unexpected(outcome->error()));
    const auto& sizes = (*outcome)->sizes;
    ArtworkFiles made{.sizes = {}, .embedded = std::move((*outcome)->embedded)};
    for (std::size_t i = 0; i < sizes.size() && i < media::longest_ladder; ++i) {
        using enum media::PictureHead::Kind;
        const bool right = is_picture(jpeg, files.descriptors()[2 * i], sizes[i].byte_length, sizes[i].pixels) &&
                           is_picture(webp, files.descriptors()[2 * i + 1], sizes[i].webp_byte_length, sizes[i].pixels);
        if (right) made.sizes.push_back({sizes[i].pixels, files.path(2 * i), files.path(2 * i + 1)});
    }
    if (made.sizes.empty() || made.sizes.size() != sizes.size()) {
        return std::unexpected(WorkerDied{"The worker's report does not match the pictures it wrote."});
    }
    files.keep(2 * made.sizes.size());
    return made;
}

}  // namespace earshot::publishing
