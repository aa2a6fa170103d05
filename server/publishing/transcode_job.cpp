#include "server/publishing/transcode_job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "content/model/redacted_words.hpp"
#include "content/storage/digest.hpp"
#include "server/publishing/disk_need.hpp"
#include "server/publishing/sound.hpp"
#include "server/publishing/tagging.hpp"

namespace earshot::publishing {

namespace {

using model::Errc;
using model::fail;
using model::Status;
using Outcome = WorkerPool::Outcome<void>;

// Shares of the bar.
constexpr double share_encoded = 0.97, share_checked = 0.985;

constexpr auto duration_tolerance = std::chrono::milliseconds(500);

Outcome refused(Errc code, std::string message) {
    return Status(fail(code, std::move(message)));
}

struct Encoding {
    const model::RenditionProfile* profile{};
    std::unique_ptr<storage::PendingObject> output;
    std::string essence_key;
};

std::vector<Encoding> open_outputs(storage::MediaStore& store, const config::Settings& settings) {
    std::vector<Encoding> encodings;
    for (const model::RenditionProfile& profile : settings.renditions) {
        encodings.push_back({&profile, store.create(), {}});
        if (encodings.back().output->descriptor() < 0) throw std::runtime_error("the media store offers no local file to encode into");
    }
    return encodings;
}

bool near(std::chrono::milliseconds a, std::chrono::milliseconds b) {
    const auto allowed = std::max<std::chrono::milliseconds>(
        duration_tolerance, std::chrono::milliseconds(std::llround(0.005 * static_cast<double>(b.count()))));
    return std::chrono::abs(a - b) <= allowed;
}

// The worker decoded foreign bytes: believe nothing it says about its output without looking (size, hash, codec, duration).
std::expected<void, WorkerDied> check_essence(Publisher::Rooms& rooms, const Encoding& encoding, const media::RenditionReport& report,
                                              std::chrono::milliseconds longest) {
    const auto file = rooms.store.open(encoding.essence_key);
    if (!file) return std::unexpected(WorkerDied{"an encoded file is not in the store: " + file.error().message, true});
    if ((*file)->size() == 0 || (*file)->size() != report.byte_length)
        return std::unexpected(WorkerDied{"an encoded file has not the stated size"});
    if (!rooms.store.verify(encoding.essence_key)) return std::unexpected(WorkerDied{"an encoded file does not match its hash", true});
    const auto probed = rooms.workers.probe((*file)->descriptor(), media::Maker::ourselves);
    if (!probed) return std::unexpected(probed.error());
    if (!*probed) return std::unexpected(WorkerDied{"an encoded file cannot be read back: " + probed->error().message});
    const model::MasterInfo& info = **probed;
    if (!near(info.duration, report.duration) || !near(report.duration, longest))
        return std::unexpected(
            WorkerDied{fmt::format("an encoded file lasts {} ms instead of {}", info.duration.count(), longest.count())});
    if (info.codec != model::to_string(encoding.profile->codec))
        return std::unexpected(WorkerDied{fmt::format("an encoded file holds {} instead of {}", info.codec, encoding.profile->name)});
    if (info.channels != report.channels || info.sample_rate != report.sample_rate)
        return std::unexpected(WorkerDied{"an encoded file has not the stated channels or sample rate"});
    return {};
}

model::Rendition make_rendition(const model::Episode& episode, const model::MasterId& master, const Encoding& encoding,
                                const media::RenditionReport& report) {
    const model::CodecFacts& codec = model::facts_of(encoding.profile->codec);
    model::Rendition rendition;
    rendition.episode = episode.id;
    rendition.master = master;
    rendition.profile = encoding.profile->name;
    rendition.codec = encoding.profile->codec;
    rendition.bit_rate = report.bit_rate;
    rendition.sample_rate = report.sample_rate;
    rendition.channels = report.channels;
    rendition.essence_key = encoding.essence_key;
    rendition.mime_type = std::string(codec.mime_type);
    rendition.duration = report.duration;
    rendition.loudness = report.loudness;
    rendition.url_path = fmt::format("/media/{}/{}.{}", storage::random_id().substr(0, 16), episode.slug, codec.extension);
    return rendition;
}

// The worker read them from foreign bytes: cleaned once more, whatever it says.
std::vector<model::Chapter> believable(std::vector<model::Chapter> chapters) {
    std::vector<model::ChapterMark> marks;
    std::erase_if(chapters, [](const model::Chapter& chapter) { return chapter.start.count() < 0; });
    for (auto& chapter : chapters) marks.push_back({chapter.start, {}, std::move(chapter.title), std::move(chapter.href)});
    return model::tidy_marks(std::move(marks)).chapters;
}

const media::RenditionReport* find_report(const media::TranscodeReport& report, const std::string& profile) {
    const auto found = std::ranges::find(report.renditions, profile, &media::RenditionReport::profile);
    return found == report.renditions.end() ? nullptr : &*found;
}

std::string megabytes(std::uint64_t bytes) {
    return fmt::format("{} MB", (bytes + 999'999) / 1'000'000);
}

// Looks at the master and takes room for what will be made of it; gives how long it is by its head.
WorkerPool::Outcome<std::chrono::milliseconds> inspect(Publisher::Rooms& rooms, const config::Settings& settings, int master,
                                                       JobPulse& pulse) {
    using Result = model::Result<std::chrono::milliseconds>;
    const auto info = rooms.workers.probe(master);
    if (!info) return std::unexpected(info.error());
    if (!*info) return Result(std::unexpected(info->error()));
    const std::uint64_t need = disk_need(settings.renditions, **info), free = rooms.store.free_bytes();
    switch (pulse.reserve(need, free, (*info)->duration)) {
        case storage::JobQueue::Room::granted:
            return Result((*info)->duration);
        case storage::JobQueue::Room::later:
            return Result(fail(Errc::unavailable, fmt::format("Waits for room on the server's disk: {} are needed, {} are free, and other "
                                                              "recordings and uploads have to be done first.",
                                                              megabytes(need), megabytes(free))));
        case storage::JobQueue::Room::never:
            break;
    }
    return Result(fail(Errc::insufficient_storage,
                       fmt::format("The server's disk has no room for the files for listeners: up to {} are needed, {} are free. Ask its "
                                   "operator to free some space, then try again.",
                                   megabytes(need), megabytes(free))));
}

struct Encoded {
    std::vector<model::Rendition> renditions;
    model::Sound sound;
    media::TranscodeReport report;
};

// Encoded, stored and checked; not yet tagged.
WorkerPool::Outcome<Encoded> encode(Publisher::Rooms& rooms, const config::Settings& settings, const model::Episode& episode,
                                    const model::Master& master, JobPulse& pulse) {
    using Result = model::Result<Encoded>;
    const auto file = rooms.store.open(master.object_key);
    if (!file) return Result(fail(Errc::unprocessable, "The uploaded file is no longer on the server. Upload it again."));
    const auto ready = inspect(rooms, settings, (*file)->descriptor(), pulse);
    if (!ready) return std::unexpected(ready.error());
    if (!*ready) return Result(std::unexpected(ready->error()));
    std::vector<Encoding> encodings = open_outputs(rooms.store, settings);
    std::vector<media::RenditionOutput> outputs;
    for (const Encoding& encoding : encodings) outputs.push_back({*encoding.profile, encoding.output->descriptor()});
    auto waveform = rooms.store.create();
    const auto show = [&](std::string_view stage, double fraction) {
        std::uint64_t written = size_of(waveform->descriptor());
        for (const auto& output : outputs) written += size_of(output.descriptor);
        pulse.wrote(written);
        return pulse.show(stage, fraction * share_encoded);
    };
    auto outcome = rooms.workers.transcode((*file)->descriptor(), outputs, show, waveform->descriptor(), master.redactions, **ready);
    if (!outcome) return std::unexpected(outcome.error());
    if (!*outcome) return Result(std::unexpected(outcome->error()));
    Encoded encoded{.renditions = {}, .sound = {}, .report = std::move(**outcome)};
    const media::TranscodeReport& report = encoded.report;

    std::chrono::milliseconds longest{};
    for (const auto& row : report.renditions) longest = std::max(longest, row.duration);
    for (Encoding& encoding : encodings) {
        if (!pulse.show("checking", share_encoded)) return Result(fail(Errc::conflict, "cancelled"));
        auto key = encoding.output->commit();
        if (!key) return Result(std::unexpected(key.error()));
        encoding.essence_key = std::move(*key);
        const media::RenditionReport* row = find_report(report, encoding.profile->name);
        if (row == nullptr) return std::unexpected(WorkerDied{"the worker left a rendition out"});
        if (auto good = check_essence(rooms, encoding, *row, longest); !good) return std::unexpected(good.error());
        encoded.renditions.push_back(make_rendition(episode, master.id, encoding, *row));
    }
    auto sound = store_sound(rooms.store, std::move(waveform), report);
    if (!sound) return std::unexpected(sound.error());
    if (!*sound) return Result(std::unexpected(sound->error()));
    encoded.sound = std::move(**sound);
    return Result(std::move(encoded));
}

// Somebody may edit while words are written into the files: then once more, so that no file is behind its feed.
Outcome tag_and_switch(Publisher::Rooms& rooms, Publisher& publisher, const model::Clock& clock, const model::Job& job,
                       const model::Master& heard, std::vector<model::Rendition>& renditions, JobPulse& pulse) {
    constexpr int most_rounds = 5;
    for (int round = 1;; ++round) {
        const auto as_read = rooms.catalogue.find_episode(job.episode);
        const auto show = as_read ? rooms.catalogue.find_show(as_read->show) : std::nullopt;
        if (!show) return refused(Errc::conflict, "The episode was deleted.");
        // What the switch below will do with the words it finds then goes into the tags.
        model::Episode episode = *as_read;
        change_audio(episode, heard, renditions);
        for (model::Rendition& rendition : renditions) {
            if (!pulse.show("tagging", share_checked)) return refused(Errc::conflict, "cancelled");
            const media::AudioTags tags = publisher.tags_for(*show, episode, rendition);
            if (rendition.tag_fingerprint == fingerprint(tags)) continue;
            const auto tagged = tag_rendition(rooms, tags, clock(), rendition);
            if (!tagged || !*tagged) return tagged;
        }
        if (!pulse.show("publishing", 1)) return refused(Errc::conflict, "cancelled");
        auto swapped =
            rooms.catalogue.switch_audio(job, pulse.claim(), renditions, round < most_rounds ? as_read : std::optional<model::Episode>());
        if (swapped || swapped.error().code != Errc::conflict || round == most_rounds) return swapped;
    }
}

}  // namespace

Outcome run_transcode_job(Publisher::Rooms& rooms, Publisher& publisher, const config::Settings& settings, const model::Clock& clock,
                          const model::Job& job, JobPulse& pulse) {
    const auto episode = rooms.catalogue.find_episode(job.episode);
    const auto master = rooms.catalogue.find_master(job.master);
    if (!episode || !master) return refused(Errc::conflict, "The episode was deleted.");
    if (!pulse.show("inspecting", 0)) return refused(Errc::conflict, "cancelled");

    auto outcome = encode(rooms, settings, *episode, *master, pulse);
    if (!outcome) return std::unexpected(outcome.error());
    if (!*outcome) return Status(std::unexpected(outcome->error()));
    Encoded& encoded = **outcome;

    model::MasterInfo info = encoded.report.master;
    info.chapters = believable(std::move(info.chapters));
    info.warnings = encoded.report.warnings;
    if (auto stored = rooms.catalogue.set_master_info(job.master, info, encoded.report.before, encoded.sound); !stored) return stored;
    model::Master heard = *master;
    heard.info = std::move(info);
    if (auto switched = tag_and_switch(rooms, publisher, clock, job, heard, encoded.renditions, pulse); !switched || !*switched)
        return switched;
    rooms.view.refresh();
    const auto now = rooms.catalogue.find_episode(job.episode);
    if (!settings.transcribe.command.empty() && now && !now->transcript)
        (void)rooms.jobs.enqueue(model::JobKind::transcribe, job.episode, job.master);
    publisher.metadata_changed(job.episode);  // an edit may have slipped in between
    return Status{};
}

}  // namespace earshot::publishing
