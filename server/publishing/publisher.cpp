#include "server/publishing/publisher.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <future>

#include "content/model/redacted_words.hpp"
#include "content/storage/digest.hpp"
#include "server/publishing/editing.hpp"
#include "server/publishing/tagging.hpp"
#include "server/publishing/turn.hpp"

namespace earshot::publishing {

namespace {

using model::Errc;
using model::fail;

auto no_such_episode() {
    return fail(Errc::not_found, "There is no such episode.");
}

// Removes a working folder with all it holds.
class WorkingFolder {
public:
    explicit WorkingFolder(std::filesystem::path path) : path_(std::move(path)) { std::filesystem::create_directories(path_); }
    ~WorkingFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    WorkingFolder(const WorkingFolder&) = delete;
    WorkingFolder& operator=(const WorkingFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace

Publisher::Publisher(Rooms rooms, const config::Settings& settings, model::Clock clock)
    : rooms_(rooms), settings_(settings), clock_(std::move(clock)) {}

model::Result<model::Job> Publisher::attach_master(const model::EpisodeId& id, const model::UploadId& upload_id, std::string_view who) {
    // Jobs first: one that ends in between shows in the episode.
    const auto jobs = rooms_.jobs.list_for_episode(id);
    const auto episode = rooms_.catalogue.find_episode(id);
    if (!episode) return no_such_episode();
    const auto upload = rooms_.uploads.find(upload_id);
    if (!upload) return std::unexpected(upload.error());
    if (upload->object_key.empty())
        return fail(Errc::conflict,
                    fmt::format("The upload is not complete: {} of {} bytes have arrived.", upload->offset, upload->length));
    model::Master master;
    master.episode = id;
    master.object_key = upload->object_key;
    master.sha256 = upload->object_key;  // the store is addressed by SHA-256
    master.byte_length = upload->length;
    master.file_name = tidy_file_name(upload->file_name);
    keep_redactions(master, *episode, jobs);
    for (const model::Job& job : jobs) {
        if (job.kind != model::JobKind::transcode || !is_under_way(job)) continue;
        const auto coming = rooms_.catalogue.find_master(job.master);
        if (!coming) continue;
        // A client that repeats the request after a lost answer gets the job it already started.
        if (coming->object_key == master.object_key && coming->original == master.original && coming->redactions == master.redactions)
            return job;
        if (model::is_redaction(*episode, *coming))
            return fail(Errc::conflict,
                        "What is taken out of the present recording is being changed just now, and another recording would put an end to "
                        "that. Wait until it is done, or stop it first.");
    }
    if (auto able = check_means(); !able) return std::unexpected(able.error());
    return place(std::move(master), {.producer = who,
                                     .act = "episode.master",
                                     .most_per_producer = settings_.publishing.queue_per_producer,
                                     .known = storage::KnownOrder::of(jobs)});
}

model::Result<model::Job> Publisher::place(model::Master master, const storage::NewMasterOrder& order) {
    auto added = rooms_.catalogue.add_master(std::move(master), order);
    if (!added) return std::unexpected(added.error());
    rooms_.view.refresh();
    return std::move(added->job);
}

// Before anything is changed: a recording that nothing may decode would only fail later, as if it were its fault.
model::Status Publisher::check_means(std::uint64_t need) {
    if (const auto able = rooms_.workers.check(); !able && able.error().machine)
        return fail(Errc::unavailable,
                    "The server takes no recordings at present: it cannot decode them safely on this machine. Tell its operators; your "
                    "upload is kept, so try again later.");
    if (const auto free = rooms_.store.free_bytes(); free <= rooms_.jobs.promised_bytes() || free < need)
        return fail(Errc::insufficient_storage,
                    "The server's disk has no room to make the files for listeners. Ask its operator to free some space; your upload is "
                    "kept, so try again then.");
    return {};
}

model::Result<model::Job> Publisher::retry(const model::JobId& id, std::string_view who) {
    const auto job = rooms_.jobs.find(id);
    if (job && job->kind == model::JobKind::transcode && !is_under_way(*job) && job->state != model::JobState::succeeded)
        if (auto able = check_means(); !able) return std::unexpected(able.error());
    auto queued = rooms_.jobs.retry(id, settings_.publishing.queue_per_producer, who);
    rooms_.view.refresh();
    return queued;
}

void Publisher::metadata_changed(const model::EpisodeId& id) {
    const auto episode = rooms_.catalogue.find_episode(id);
    if (episode && would_retag(*episode)) (void)rooms_.jobs.enqueue(model::JobKind::tag, id, episode->renditions.front().master);
}

void Publisher::show_changed(const model::ShowId& show) {
    for (const model::Episode& episode : rooms_.catalogue.list_episodes(show)) metadata_changed(episode.id);
}

WorkerPool::Outcome<bool> Publisher::write_stale_tags(const model::Show& show, model::Episode& episode) {
    std::vector<std::future<WorkerPool::Outcome<void>>> under_way;
    for (model::Rendition& rendition : episode.renditions) {
        media::AudioTags tags = tags_for(show, episode, rendition);
        if (rendition.tag_fingerprint == fingerprint(tags)) continue;
        under_way.push_back(std::async(
            std::launch::async, [this, &rendition, tags = std::move(tags)] { return tag_rendition(rooms_, tags, clock_(), rendition); }));
    }
    for (auto& each : under_way) each.wait();
    for (auto& each : under_way) {
        auto outcome = each.get();
        if (!outcome) return std::unexpected(std::move(outcome.error()));
        if (!*outcome) return model::Result<bool>(std::unexpected(std::move(outcome->error())));
    }
    return model::Result<bool>(!under_way.empty());
}

bool Publisher::would_retag(const model::Episode& episode) {
    const auto show = rooms_.catalogue.find_show(episode.show);
    return show && std::ranges::any_of(episode.renditions, [&](const model::Rendition& rendition) {
               return rendition.tag_fingerprint != fingerprint(tags_for(*show, episode, rendition));
           });
}

model::Result<model::Episode> Publisher::edit(const model::EpisodeId& id, const storage::Catalogue::EpisodeChange& change) {
    const auto episode = rooms_.catalogue.find_episode(id);
    if (episode && model::is_public(*episode, clock_()))
        if (const auto edited = storage::Catalogue::edited(*episode, change); edited && would_retag(*edited))
            if (auto stored = edit_with_files(id, change)) return std::move(*stored);
    return rooms_.catalogue.edit_episode(id, change);
}

std::optional<model::Result<model::Episode>> Publisher::edit_with_files(const model::EpisodeId& id,
                                                                        const storage::Catalogue::EpisodeChange& change) {
    constexpr std::chrono::seconds patience{2};  // of somebody who waits for an answer
    const Turn turn(*this);
    std::unique_lock lock(tagging_, std::defer_lock);
    if (turn.refused() || !lock.try_lock_for(patience)) return std::nullopt;
    for (int round = 0; round < 3; ++round) {
        const auto episode = rooms_.catalogue.find_episode(id);
        const auto show = episode ? rooms_.catalogue.find_show(episode->show) : std::nullopt;
        if (!show || !has_room_for(*episode)) return std::nullopt;
        auto edited = storage::Catalogue::edited(*episode, change);
        if (!edited) return std::move(edited);
        try {
            const auto written = write_stale_tags(*show, *edited);
            if (!written || !*written) return std::nullopt;
        } catch (const std::exception&) {
            return std::nullopt;  // the job that follows tells the operators
        }
        auto stored = rooms_.catalogue.edit_episode(*episode, change, edited->renditions);
        if (stored || stored.error().code != Errc::conflict) return stored;
    }
    return std::nullopt;
}

// For files as large as these once more, beside what was promised to others.
bool Publisher::has_room_for(const model::Episode& episode) {
    std::uint64_t bytes = rooms_.jobs.promised_bytes();
    for (const model::Rendition& rendition : episode.renditions) bytes += rendition.byte_length;
    return bytes < rooms_.store.free_bytes();
}

WorkerPool::Outcome<void> Publisher::refresh_tags(const model::EpisodeId& id) {
    return refresh_tags_for(id, std::nullopt);
}

WorkerPool::Outcome<void> Publisher::refresh_tags_for(const model::EpisodeId& id, std::optional<std::optional<model::Timestamp>> date) {
    const std::lock_guard lock(tagging_);
    // Somebody may edit while tags are written: what they saved gets in with the next round.
    for (int round = 0; round < 4; ++round) {
        const auto as_read = rooms_.catalogue.find_episode(id);
        if (!as_read) return model::Status(no_such_episode());
        const auto show = rooms_.catalogue.find_show(as_read->show);
        if (!show || as_read->renditions.empty()) return model::Status{};
        auto episode = as_read;
        if (date) episode->publish_at = *date;
        const auto written = write_stale_tags(*show, *episode);
        if (!written) return std::unexpected(written.error());
        if (!*written) return model::Status(std::unexpected(written->error()));
        if (!**written) return model::Status{};
        const auto swapped = rooms_.catalogue.replace_renditions(*as_read, episode->renditions);
        if (!swapped && swapped.error().code != Errc::conflict) return swapped;
        rooms_.view.refresh();
    }
    return model::Status(fail(Errc::conflict, "The episode is being edited by somebody else just now. Try again."));
}

model::Result<model::Artwork> Publisher::make_artwork(int picture, std::string alt) {
    auto words = tidy_alt(alt);
    if (!words) return std::unexpected(std::move(words.error()));
    const Turn turn(*this);
    if (turn.refused()) return Turn::refusal();
    const WorkingFolder folder(settings_.storage.data_dir / "work" / storage::random_id());
    const auto outcome = rooms_.workers.artwork(picture, folder.path());
    if (!outcome && outcome.error().machine)
        return fail(Errc::unavailable, "The server cannot work on pictures at present. Tell its operators, and try again later.");
    if (!outcome)
        return fail(Errc::unprocessable, "This picture could not be read: it seems damaged. Save it again as JPEG or PNG and upload that.");
    if (!*outcome) return std::unexpected(outcome->error());
    model::Artwork artwork;
    artwork.alt = std::move(*words);
    artwork.embedded = (*outcome)->embedded;
    for (const auto& [pixels, jpeg, webp] : (*outcome)->sizes) {
        model::ArtworkSize size{.pixels = pixels, .byte_length = file_size(jpeg), .webp_byte_length = file_size(webp)};
        auto key = rooms_.store.adopt(jpeg), webp_key = rooms_.store.adopt(webp);
        if (!key) return std::unexpected(std::move(key.error()));
        if (!webp_key) return std::unexpected(std::move(webp_key.error()));
        size.object_key = std::move(*key);
        size.webp_key = std::move(*webp_key);
        artwork.sizes.push_back(std::move(size));
    }
    std::ranges::sort(artwork.sizes, std::greater<>(), &model::ArtworkSize::pixels);
    return artwork;
}

}  // namespace earshot::publishing
