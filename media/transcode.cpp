#include "media/transcode.hpp"

#include <fmt/format.h>
#include <malloc.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "content/model/redacted_words.hpp"
#include "content/model/time.hpp"
#include "media/av/encoder_settings.hpp"
#include "media/av/error.hpp"
#include "media/codec_table.hpp"
#include "media/level_pass.hpp"
#include "media/level_plan.hpp"
#include "media/loudness_meter.hpp"
#include "media/master.hpp"
#include "media/master_scan.hpp"
#include "media/parked_points.hpp"
#include "media/rendition_check.hpp"
#include "media/rendition_writer.hpp"

namespace earshot::media {

namespace {

constexpr int most_corrections = 6;  // one does for almost all; encoders that overshoot at random take more
constexpr std::size_t most_pauses = 1000;
constexpr double noisy_gain_db = 25;
// Opening an M4A of twelve hours takes as much memory as all encoders together: beyond this length its check waits until they are gone.
constexpr double long_seconds = 2 * 3600;
constexpr double nominal_share = 0.05, most_head_bytes = 4096;  // by which a file may miss its bit rate and still be said to have it
constexpr double most_bit_rate = 1e9;                           // some samples at a high rate are all head
// Shares of the whole job in its time, with the shipped renditions on two cores: whoever extrapolates should not be far out. What is left
// is for renditions that are encoded again, which is rare.
constexpr double measured_at = 0.015, encoded_at = 0.89, checked_at = 0.96;

struct Cancelled {};

// Of the bar, for one stage.
struct Share {
    std::string_view stage;
    double from, to;
};

// Only ever forwards, and not more often than anybody can see.
class Stages {
public:
    explicit Stages(const Progress& progress) : progress_(progress) {}
    void report(const Share& share, double part) {
        const auto& [stage, from, to] = share;
        const double fraction = std::max(last_, from + (to - from) * std::clamp(part, 0.0, 1.0));
        if (stage == stage_ && fraction < last_ + 0.001) return;
        stage_ = stage;
        last_ = fraction;
        if (progress_ && !progress_(stage, fraction)) throw Cancelled{};
    }

private:
    const Progress& progress_;
    std::string_view stage_;
    double last_{};
};

struct Rendition {
    const RenditionOutput& output;
    const CodecRow& row;
    std::size_t channels;
    LevelPlan plan;
    Level level;  // of the latest encoding
    RenditionReport report;
    bool encoded{}, settled{};
};

class Job {
public:
    Job(int descriptor, OpenMaster master, const Progress& progress)
        : descriptor_(descriptor), master_(std::move(master)), stages_(progress) {}

    model::Result<TranscodeReport> run(const std::vector<RenditionOutput>& outputs, int waveform) {
        const double expected = std::max(master_.reader.info().seconds.value_or(0), 1.0);
        const bool with_mix = std::ranges::any_of(outputs, [](const RenditionOutput& output) { return output.profile.channels == 1; });
        const auto tick = [&](double seconds) { stages_.report({"measuring", 0, measured_at}, seconds / expected); };
        ScanOptions options{.with_mix = with_mix, .with_waveform = waveform >= 0, .redactions = master_.options.redactions};
        auto scan = scan_master(master_.reader, tick, options);
        if (scan && is_any(scan->offset)) {  // all that was measured held it, so once more without
            master_.options.offset = scan->offset;
            options.clipped_places = scan->clipped_places;
            av::AudioReader again = reopen();
            scan = scan_master(again, tick, options);
            if (scan) scan->warnings.push_back(offset_words(master_.options.offset, master_.reader.channels()));
        }
        if (!scan) return std::unexpected(scan.error());
        scan_ = std::move(*scan);
        if (waveform >= 0) points_.emplace(waveform, scan_.waveform->take_points());
        plan(outputs);
        Share encoding{"encoding", measured_at, encoded_at}, checking{"checking", encoded_at, checked_at};
        for (int round = 0; round <= most_corrections && !settled(); ++round) {
            RenditionChecks checks;
            encode(checks, encoding);
            check(checks, checking);
            const double from = checking.to, left = 1 - from;
            encoding = {"encoding again", from, from + 0.4 * left};
            checking = {"checking again", encoding.to, from + 0.5 * left};
        }
        if (auto broken = warn_or_refuse()) return std::unexpected(std::move(*broken));
        if (waveform >= 0) write_waveform(waveform);
        stages_.report({"checking", 1, 1}, 1);
        return report();
    }

private:
    [[nodiscard]] bool settled() const { return std::ranges::all_of(renditions_, &Rendition::settled); }
    [[nodiscard]] av::AudioReader reopen() const { return av::AudioReader(descriptor_, master_.options); }

    [[nodiscard]] bool mixed(std::size_t channels) const { return channels < master_.reader.channels(); }
    [[nodiscard]] const model::Loudness& before(std::size_t channels) const { return mixed(channels) ? scan_.mixed : scan_.loudness; }
    [[nodiscard]] const LoudnessTrace& trace_of(std::size_t channels) const { return mixed(channels) ? scan_.mixed_trace : scan_.trace; }

    void plan(const std::vector<RenditionOutput>& outputs) {
        for (const RenditionOutput& output : outputs) {
            const std::size_t channels = std::min<std::size_t>(output.profile.channels, master_.reader.channels());
            const CodecRow& row = codec_row(output.profile.codec);
            LevelPlan plan(output.profile, channels, before(channels), trace_of(channels), row.headroom_db, !row.eased_options.empty());
            renditions_.push_back({output, row, channels, plan, plan.level(), {}});
        }
    }

    void encode(RenditionChecks& checks, const Share& share) {
        const bool at_once = scan_.seconds < long_seconds;
        std::vector<std::unique_ptr<RenditionWriter>> writers;
        std::vector<Taker> takers;
        for (Rendition& rendition : renditions_) {
            if (rendition.settled) continue;
            const model::RenditionProfile& profile = rendition.output.profile;
            const std::uint32_t bit_rate = rendition.channels == 1 ? profile.mono_bit_rate : profile.bit_rate;
            rendition.report.bit_rate = bit_rate;
            if (std::exchange(rendition.encoded, true) && ::ftruncate(rendition.output.descriptor, 0) != 0)
                throw std::runtime_error("a rendition could not be emptied");
            writers.push_back(std::make_unique<RenditionWriter>(rendition.output.descriptor, rendition.row, profile.sample_rate,
                                                                static_cast<std::uint32_t>(rendition.channels), bit_rate,
                                                                rendition.plan.eased()));
            rendition.level = rendition.plan.level();
            takers.push_back(
                {profile.sample_rate, rendition.channels, rendition.level,
                 [&checks, at_once, writer = writers.back().get(), descriptor = rendition.output.descriptor](const BlockPtr& block) {
                     if (block != nullptr) return writer->write(block);
                     writer->finish();
                     if (at_once) checks.start(descriptor);
                 }});
            rendition.report.gain_db = rendition.level.gain_db;
        }
        av::AudioReader reader = reopen();
        run_level_pass(reader, takers, [&](double seconds) { stages_.report(share, seconds / scan_.seconds); });
        if (at_once) return;
        writers.clear();
        ::malloc_trim(0);
        for (const Rendition& rendition : renditions_)
            if (!rendition.settled) checks.start(rendition.output.descriptor);
    }

    void check(RenditionChecks& checks, const Share& share) {
        const auto open = std::ranges::count(renditions_, false, &Rendition::settled);
        const double total = scan_.seconds * static_cast<double>(open);
        const auto decoded = checks.wait([&](double seconds) { stages_.report(share, seconds / total); });
        for (Rendition& rendition : renditions_) {
            if (rendition.settled) continue;
            const DecodedRendition& result = decoded.at(rendition.output.descriptor);
            if (std::abs(result.seconds - scan_.seconds) > 0.25) throw std::runtime_error("a rendition is not as long as its master");
            rendition.report.loudness = result.loudness;
            rendition.settled = !rendition.plan.learn_from_rendition(result.loudness);
        }
    }

    // The ceiling is a promise to every player; the loudness of a recording that is all peaks is not in our hands.
    std::optional<model::Error> warn_or_refuse() {
        for (const Rendition& rendition : renditions_) {
            const model::Loudness& loudness = rendition.report.loudness;
            if (loudness.true_peak_dbtp > rendition.output.profile.ceiling_dbtp)
                return model::Error{
                    model::Errc::unprocessable,
                    fmt::format("The peaks of this recording could not be held under {:.1f} dBTP. Export it with a limiter and try again.",
                                rendition.output.profile.ceiling_dbtp)};
            warn_of_level(rendition);
        }
        warn_of_loud_moments();
        const auto loudest = std::ranges::max_element(renditions_, {}, [](const Rendition& r) { return r.report.gain_db; });
        if (loudest != renditions_.end() && loudest->report.gain_db > noisy_gain_db)
            scan_.warnings.push_back(
                fmt::format("{} It was raised by {:.0f} dB, and its noise with it.", quiet_words(*loudest), loudest->report.gain_db));
        return std::nullopt;
    }

    void warn_of_level(const Rendition& rendition) {
        const auto& name = rendition.output.profile.name;
        const double lufs = rendition.report.loudness.integrated_lufs, target = rendition.plan.target_lufs();
        if (is_measurable(scan_.loudness) && !is_measurable(before(rendition.channels)))
            scan_.warnings.push_back(fmt::format("\"{}\" is silent: mixed to mono, the two sides cancel each other out.", name));
        else if (!rendition.plan.holds_target(rendition.report.loudness))
            scan_.warnings.push_back(
                lufs < target
                    ? fmt::format("The peaks of this recording are so far above the rest, or its encoder changes it so much, that "
                                  "\"{}\" only reached {:.1f} LUFS instead of {:.1f}.",
                                  name, lufs, target)
                    : fmt::format("\"{}\" came out at {:.1f} LUFS instead of {:.1f}.", name, lufs, target));
    }
    void warn_of_loud_moments() {
        if (renditions_.empty() || !is_measurable(scan_.loudness)) return;
        const Rendition& first = renditions_.front();
        const LoudnessTrace& trace = trace_of(first.channels);
        const auto rest = beside_loud_moments_lufs(trace, first.level);
        if (!rest) return;
        const auto loudest = std::ranges::max_element(trace, {}, &TraceTick::energy) - trace.begin();
        scan_.warnings.push_back(fmt::format(
            "A few loud moments, the loudest at {}, set the level of this recording, and the rest came out at {:.0f} LUFS. Turn "
            "them down or take them out, and hand it in again.",
            model::format_clock(trace_tick * loudest), *rest));
    }
    [[nodiscard]] std::string quiet_words(const Rendition& rendition) const {
        const double lufs = before(rendition.channels).integrated_lufs;
        if (lufs > rendition.plan.target_lufs() - noisy_gain_db) return "Most of this recording is very quiet beside its loudest moments.";
        return fmt::format("{} is very quiet ({:.0f} LUFS).", mixed(rendition.channels) ? "Mixed to mono, this master" : "This master",
                           lufs);
    }

    void write_waveform(int descriptor) {
        const Level level = renditions_.empty() ? Level{} : renditions_.front().level;
        scan_.waveform->give_back(points_->fetch());
        put_waveform(descriptor,
                     waveform_dat(scan_.waveform->finish(std::pow(10, level.gain_db / 20), std::pow(10, level.ceiling_db / 20))));
    }

    // What was asked for, unless the file came to something else.
    void state_bit_rate(RenditionReport& report) const {
        const double bytes = static_cast<double>(report.byte_length), asked = report.bit_rate / 8.0 * scan_.seconds;
        if (report.bit_rate == 0 || std::abs(bytes - asked) > asked * nominal_share + most_head_bytes)
            report.bit_rate = static_cast<std::uint32_t>(std::min(bytes * 8 / scan_.seconds, most_bit_rate));
    }

    TranscodeReport report() {
        TranscodeReport result{
            .master = master_info(master_),
            .before = scan_.loudness,
            .renditions = {},
            .warnings = master_.warnings,
            .pauses = find_pauses(scan_.trace, beside_loud_moments_lufs(scan_.trace, {}).value_or(scan_.loudness.integrated_lufs))};
        if (!renditions_.empty()) {
            const Rendition& first = renditions_.front();
            result.curve = {first.plan.target_lufs(), loudness_curve(trace_of(first.channels), first.level)};
        }
        if (result.pauses.size() > most_pauses) result.pauses.resize(most_pauses);
        result.master.duration = std::chrono::milliseconds(std::llround(scan_.seconds * 1000));
        const model::Redactions& ranges = master_.options.redactions;
        result.master.chapters = model::redact_chapters(std::move(result.master.chapters), ranges,
                                                        model::HeardTime(ranges).start_in_master(result.master.duration));
        result.warnings.insert(result.warnings.end(), scan_.warnings.begin(), scan_.warnings.end());
        for (Rendition& rendition : renditions_) {
            struct stat status{};
            if (::fstat(rendition.output.descriptor, &status) != 0) throw std::runtime_error("a rendition has vanished");
            rendition.report.profile = rendition.output.profile.name;
            rendition.report.sample_rate = rendition.output.profile.sample_rate;
            rendition.report.channels = static_cast<std::uint32_t>(rendition.channels);
            rendition.report.duration = result.master.duration;
            rendition.report.byte_length = static_cast<std::uint64_t>(status.st_size);
            state_bit_rate(rendition.report);
            result.renditions.push_back(rendition.report);
        }
        return result;
    }

    int descriptor_;
    OpenMaster master_;
    Stages stages_;
    MasterScan scan_;
    std::optional<ParkedPoints> points_;
    std::vector<Rendition> renditions_;
};

model::Status check_profiles(const std::vector<RenditionOutput>& outputs) {
    for (const auto& [profile, descriptor] : outputs)
        if (!av::encoder_takes_rate(std::string(codec_row(profile.codec).encoder), profile.sample_rate))
            return model::fail(model::Errc::invalid_input,
                               fmt::format("The rendition \"{}\" asks for {} Hz, which its codec cannot deliver. Use 44,100 or 48,000.",
                                           profile.name, profile.sample_rate));
    return {};
}

}  // namespace

model::Result<TranscodeReport> transcode(int descriptor, const std::vector<RenditionOutput>& outputs, const Progress& progress,
                                         int waveform, const model::Redactions& redactions) {
    if (auto status = check_profiles(outputs); !status) return std::unexpected(status.error());
    auto master = open_master(descriptor, Maker::somebody, redactions);
    if (!master) return std::unexpected(master.error());
    try {
        return Job(descriptor, std::move(*master), progress).run(outputs, waveform);
    } catch (const Cancelled&) {
        return model::fail(model::Errc::conflict, "cancelled");
    } catch (const av::AvError& error) {
        if (error.cause() == av::AvError::Cause::file_too_large)
            return model::fail(model::Errc::unprocessable,
                               "One of the files for listeners would become larger than a file may be on this server. Split the recording "
                               "into several episodes.");
        if (error.cause() != av::AvError::Cause::disk_full) throw;
        return model::fail(model::Errc::insufficient_storage,
                           "The disk is full: there is no room for the finished files. Have some space made free on it, then try "
                           "again.");
    }
}

model::Result<Measurement> measure(int descriptor) {
    auto master = open_master(descriptor);
    if (!master) return std::unexpected(master.error());
    auto scan = scan_master(master->reader, [](double) {});
    if (!scan) return std::unexpected(scan.error());
    return Measurement{master_info(*master), scan->loudness};
}

}  // namespace earshot::media
