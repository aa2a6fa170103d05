// Taking ranges out of a recording that listeners have, or are about to get.

#include "content/model/redacted_words.hpp"
#include "server/publishing/disk_need.hpp"
#include "server/publishing/publisher.hpp"

namespace earshot::publishing {

namespace {

using model::Errc;
using model::fail;

}  // namespace

std::optional<model::Master> Publisher::as_handed_in(const model::Episode& episode) {
    if (!episode.master) return std::nullopt;
    return episode.master->original ? rooms_.catalogue.find_master(*episode.master->original) : episode.master;
}

std::optional<model::Job> Publisher::unmade_redaction(const model::Episode& episode, const std::vector<model::Job>& newest_first) {
    for (const model::Job& job : newest_first) {
        if (job.kind != model::JobKind::transcode) continue;
        if (job.state == model::JobState::succeeded) return std::nullopt;
        if (is_under_way(job)) continue;
        const auto version = rooms_.catalogue.find_master(job.master);
        if (version && model::takes_out_more(episode, *version)) return job;
    }
    return std::nullopt;
}

void Publisher::keep_redactions(model::Master& fresh, const model::Episode& episode, const std::vector<model::Job>& newest_first) {
    std::optional<model::Master> version;
    const auto look_at = [&](const model::Job& job) {
        version = rooms_.catalogue.find_master(job.master);
        if (version && version->object_key != fresh.object_key) version.reset();
    };
    if (const auto unmade = unmade_redaction(episode, newest_first)) look_at(*unmade);
    for (auto job = newest_first.begin(); !version && job != newest_first.end(); ++job)
        if (job->kind == model::JobKind::transcode && job->state == model::JobState::succeeded) look_at(*job);
    if (!version || version->redactions.empty()) return;
    fresh.original = version->original;
    fresh.redactions = version->redactions;
    fresh.uploaded_at = clock_();
}

model::Result<model::Job> Publisher::redact(const model::EpisodeId& id, const model::Redactions& ranges, std::string_view who) {
    // Jobs first: one that ends in between shows in the episode.
    const auto jobs = rooms_.jobs.list_for_episode(id);
    const auto episode = rooms_.catalogue.find_episode(id);
    if (!episode) return fail(Errc::not_found, "There is no such episode.");
    const auto original = as_handed_in(*episode);
    if (!original || episode->renditions.empty() || !original->info)
        return fail(Errc::conflict, "There is no audio yet that something could be taken out of.");
    if (auto status = model::check_redactions(ranges, original->info->duration); !status) return std::unexpected(status.error());
    bool settled = !unmade_redaction(*episode, jobs);
    for (const model::Job& job : jobs) {
        if (job.kind != model::JobKind::transcode || !is_under_way(job)) continue;
        const auto coming = rooms_.catalogue.find_master(job.master);
        if (!coming) continue;
        if (coming->original != original->id)
            return fail(Errc::conflict, "Another recording is being transcoded just now. Wait until it is ready, or stop it.");
        if (coming->redactions == ranges) return job;  // repeated after a lost answer
        settled = false;                               // it would bring back, or take out, something else: the new order takes its place
    }
    if (settled && episode->master->redactions == ranges)
        return fail(Errc::conflict,
                    ranges.empty() ? "Nothing is taken out of this recording." : "Exactly these ranges are taken out already.");
    if (auto able = check_means(disk_need(settings_.renditions, *original->info)); !able) return std::unexpected(able.error());

    model::Master version = *original;
    version.original = original->id;
    version.redactions = ranges;
    version.info.reset();
    version.loudness.reset();
    version.sound.reset();
    return place(std::move(version), {.producer = who,
                                      .act = "episode.redact",
                                      .most_per_producer = settings_.publishing.queue_per_producer,
                                      .known = storage::KnownOrder::of(jobs)});
}

}  // namespace earshot::publishing
