#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>
#include <system_error>

#include "media/waveform.hpp"
#include "server/api/edits.hpp"
#include "server/commands/commands.hpp"
#include "server/commands/interruption.hpp"
#include "server/commands/local_worker.hpp"
#include "server/commands/report_json.hpp"

namespace earshot::commands {
namespace {

model::Result<std::vector<model::RenditionProfile>> chosen_profiles(const config::Settings& settings,
                                                                    const std::vector<std::string>& names) {
    if (names.empty()) return settings.renditions;
    std::vector<model::RenditionProfile> chosen;
    for (const auto& name : names) {
        const auto found = std::ranges::find(settings.renditions, name, &model::RenditionProfile::name);
        if (found == settings.renditions.end()) {
            std::string known;
            for (const auto& profile : settings.renditions) known += (known.empty() ? "" : ", ") + profile.name;
            return model::fail(
                model::Errc::invalid_input,
                fmt::format(
                    "There is no profile \"{}\"; the settings have {}. A [[rendition]] block in the file given with --config adds one; "
                    "config/earshot.toml shows them, with opus-low and flac to take over.",
                    name, known));
        }
        if (std::ranges::find(chosen, name, &model::RenditionProfile::name) == chosen.end()) chosen.push_back(*found);
    }
    return chosen;
}

// The files being written, without names where the file system can, until all are good: then nothing half-made stays, whatever ends this.
// What is not committed goes, and so does a folder made for it.
class Outputs {
public:
    Outputs(std::filesystem::path folder, int master) : folder_(std::move(folder)), master_(master) {}
    ~Outputs() {
        std::error_code ignored;
        for (const auto& file : files_) {
            ::close(file.descriptor);
            if (!committed_ && !file.hidden.empty()) std::filesystem::remove(file.hidden, ignored);
        }
        if (!committed_ && made_folder_) std::filesystem::remove(folder_, ignored);
    }
    Outputs(const Outputs&) = delete;
    Outputs& operator=(const Outputs&) = delete;

    model::Status open(const std::vector<model::RenditionProfile>& profiles) {
        std::error_code failed;
        made_folder_ = std::filesystem::create_directory(folder_, failed);
        if (failed)
            return model::fail(model::Errc::invalid_input, fmt::format("{} cannot be made: {}.", folder_.string(), failed.message()));
        for (const auto& profile : profiles)
            if (auto opened = open(profile.name + "." + std::string(model::facts_of(profile.codec).extension)); !opened) return opened;
        renditions_ = files_.size();
        return open(waveform_name(media::waveform_points_a_second) + ".dat");
    }

    // What the worker wrote is the finest; the others follow from it.
    model::Status open_waveforms() {
        const auto finest = media::parse_waveform_dat(read_all(waveform()));
        if (!finest) return model::fail(model::Errc::unavailable, "The worker wrote no waveform.");
        for (const std::uint32_t points : {media::waveform_points_a_second, 10U, 1U}) {
            const auto shape = media::coarser(*finest, media::waveform_points_a_second / points);
            if (points != media::waveform_points_a_second)
                if (auto made = open(waveform_name(points) + ".dat", media::waveform_dat(shape)); !made) return made;
            if (auto made = open(waveform_name(points) + ".json", media::waveform_json(shape)); !made) return made;
        }
        return {};
    }
    model::Status commit() {
        std::error_code failed;
        const auto refusal = [&](const File& file) {
            return model::fail(model::Errc::invalid_input, fmt::format("{} cannot be written: {}.", file.shown.string(), failed.message()));
        };
        for (auto& file : files_) {
            if (std::filesystem::is_directory(file.shown, failed))
                failed = std::make_error_code(std::errc::is_a_directory);
            else if (::fchmod(file.descriptor, 0644) == 0 && give_name(file))
                failed.clear();
            else
                failed.assign(errno, std::generic_category());
            if (failed) return refusal(file);
        }
        for (const auto& file : files_) {
            std::filesystem::rename(file.hidden, file.shown, failed);
            if (failed) return refusal(file);
        }
        committed_ = true;
        return {};
    }
    [[nodiscard]] std::vector<media::RenditionOutput> for_worker(const std::vector<model::RenditionProfile>& profiles) const {
        std::vector<media::RenditionOutput> outputs;
        for (std::size_t i = 0; i < profiles.size(); ++i) outputs.push_back({profiles[i], files_[i].descriptor});
        return outputs;
    }
    [[nodiscard]] int waveform() const { return files_.at(renditions_).descriptor; }
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> names;
        for (std::size_t i = 0; i < renditions_; ++i) names.push_back(files_[i].shown.string());
        return names;
    }
    [[nodiscard]] std::vector<std::string> waveform_names() const {
        std::vector<std::string> names;
        for (std::size_t i = renditions_; i < files_.size(); ++i) names.push_back(files_[i].shown.string());
        return names;
    }

private:
    static std::string waveform_name(std::uint32_t points_a_second) { return fmt::format("waveform-{}", points_a_second); }
    static std::string read_all(int descriptor) {
        std::string bytes(static_cast<std::size_t>(std::max<off_t>(::lseek(descriptor, 0, SEEK_END), 0)), '\0');
        const ssize_t got = ::pread(descriptor, bytes.data(), bytes.size(), 0);
        bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return bytes;
    }
    model::Status open(const std::string& name, std::string_view content = {}) {
        if (is_master(folder_ / name))
            return model::fail(model::Errc::invalid_input,
                               fmt::format("{} is the recording itself, and would be replaced. Choose another folder "
                                           "for the results.",
                                           (folder_ / name).string()));
        std::string hidden;
        int descriptor = ::open(folder_.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        if (descriptor < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {  // not on every file system
            hidden = (folder_ / ("." + name + ".XXXXXX")).string();
            descriptor = ::mkostemp(hidden.data(), O_CLOEXEC);
        }
        if (descriptor >= 0) files_.push_back({descriptor, hidden, folder_ / name});
        if (descriptor < 0 || ::write(descriptor, content.data(), content.size()) != std::ssize(content))
            return model::fail(model::Errc::invalid_input,
                               fmt::format("{} cannot be written to: {}.", folder_.string(), std::strerror(errno)));
        return {};
    }

    struct File {
        int descriptor;
        std::filesystem::path hidden, shown;
    };
    // A hidden one beside the one to be shown, which a rename then replaces in one step.
    static bool give_name(File& file) {
        if (!file.hidden.empty()) return true;
        const auto hidden = file.shown.parent_path() / fmt::format(".{}.{:08x}", file.shown.filename().string(), std::random_device()());
        if (::linkat(AT_FDCWD, fmt::format("/proc/self/fd/{}", file.descriptor).c_str(), AT_FDCWD, hidden.c_str(), AT_SYMLINK_FOLLOW) != 0)
            return false;
        file.hidden = hidden;
        return true;
    }
    [[nodiscard]] bool is_master(const std::filesystem::path& shown) const {
        struct stat there{}, master{};
        return ::stat(shown.c_str(), &there) == 0 && ::fstat(master_, &master) == 0 && there.st_dev == master.st_dev &&
               there.st_ino == master.st_ino;
    }
    std::filesystem::path folder_;
    int master_;
    std::vector<File> files_;  // the renditions, then the waveforms, finest first
    std::size_t renditions_{};
    bool made_folder_{}, committed_{};
};

// Checked against what the recording's head says of its length.
model::Result<model::Redactions> chosen_redactions(publishing::WorkerPool& workers, int master, const std::filesystem::path& file) {
    if (file.empty()) return model::Redactions{};
    std::ifstream in(file, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in.is_open()) return model::fail(model::Errc::invalid_input, fmt::format("{} cannot be read.", file.string()));
    auto ranges = api::read_redactions(text);
    if (!ranges) return ranges;
    const auto info = flatten(workers.probe(master));
    if (!info) return std::unexpected(info.error());
    if (auto status = model::check_redactions(*ranges, info->duration); !status) return std::unexpected(status.error());
    return ranges;
}

// What is shown, for people only, is a line that rewrites itself. False once the command is to end.
media::Progress watched(Interruption& interruption) {
    return [&interruption, shown = ::isatty(STDERR_FILENO) != 0](std::string_view stage, double fraction) {
        if (shown) fmt::print(stderr, "\r{:<12} {:3.0f} %", stage, fraction * 100);
        return !interruption.comes_within(std::chrono::milliseconds(0));
    };
}

}  // namespace

int transcode(const TranscodeOptions& options) {
    const auto settings =
        options.config.empty() ? model::Result<config::Settings>(config::default_settings()) : config::load_settings(options.config);
    if (!settings) return refuse(settings.error().message);
    const auto profiles = chosen_profiles(*settings, options.profiles);
    if (!profiles) return refuse(profiles.error().message);
    const auto master = LocalFile::open_for_reading(options.file);
    if (!master) return refuse(master.error().message);
    auto workers = local_workers(*settings);
    if (settings->publishing.sandbox == "degraded") (void)workers.check();
    const auto redactions = chosen_redactions(workers, master->descriptor(), options.redactions);
    if (!redactions) return refuse(redactions.error().message);
    Interruption interruption;  // what has been made goes before it takes its effect
    Outputs outputs(options.out_dir, master->descriptor());
    if (const auto opened = outputs.open(*profiles); !opened) return refuse(opened.error().message);

    const auto begin = std::chrono::steady_clock::now();
    auto report = flatten(
        workers.transcode(master->descriptor(), outputs.for_worker(*profiles), watched(interruption), outputs.waveform(), *redactions));
    if (::isatty(STDERR_FILENO) != 0) fmt::print(stderr, "\r{:20}\r", "");
    if (!report && report.error().code == model::Errc::conflict) return refuse("Interrupted.");  // nothing else stops it
    if (!report) return refuse(report.error().message);
    if (auto problem = workers.problem(); !problem.empty()) report->warnings.push_back(std::move(problem));
    if (const auto shaped = outputs.open_waveforms(); !shaped) return refuse(shaped.error().message);
    if (interruption.comes_within(std::chrono::milliseconds(0))) return refuse("Interrupted.");
    if (const auto committed = outputs.commit(); !committed) return refuse(committed.error().message);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    fmt::print("{}", transcode_json(options.file.string(), *report, outputs.names(), outputs.waveform_names(), seconds.count()));
    return 0;
}

}  // namespace earshot::commands
