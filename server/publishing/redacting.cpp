// Taking ranges out of a recording that listeners have, or are about to get.

#include <fmt/format.h>

#include <algorithm>

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

model::Result<model::Job> Publisher::redact(const model::EpisodeId& id, const model::Redactions& ranges, std::string_view who) {
    const auto episode = rooms_.catalogue.find_episode(id);
    if (!episode) return fail(Errc::not_found, "There is no such episode.");
    const auto original = as_handed_in(*episode);
    if (!original || episode->renditions.empty() || !original->info)
        return fail(Errc::conflict, "There is no audio yet that something could be taken out of.");
    if (auto status = model::check_redactions(ranges, original->info->duration); !status) return std::unexpected(status.error());
    for (const model::Job& job : rooms_.jobs.list_for_episode(id)) {
        if (job.kind != model::JobKind::transcode || !is_under_way(job)) continue;
        const auto coming = rooms_.catalogue.find_master(job.master);
        if (!coming) continue;
        if (coming->original != original->id)
            return fail(Errc::conflict, "Another recording is being transcoded just now. Wait until it is ready, or stop it.");
        if (coming->redactions == ranges) return job;  // repeated after a lost answer
    }
    if (episode->master->redactions == ranges)
        return fail(Errc::conflict,
                    ranges.empty() ? "Nothing is taken out of this recording." : "Exactly these ranges are taken out already.");
    if (auto able = check_workers(); !able) return std::unexpected(able.error());

    model::Master version = *original;
    version.original = original->id;
    version.redactions = ranges;
    version.info.reset();
    version.loudness.reset();
    version.sound.reset();
    auto added = rooms_.catalogue.add_master(std::move(version), who, settings_.publishing.queue_per_producer);
    if (!added) return std::unexpected(added.error());
    rooms_.audit.add(who, "episode.redact", id.value);
    return std::move(added->job);
}

}  // namespace earshot::publishing
