// An episode's way to the public and back.

#include <fmt/format.h>

#include <algorithm>

#include "content/model/heard_words.hpp"
#include "content/model/redacted_words.hpp"
#include "server/publishing/publisher.hpp"
#include "server/publishing/turn.hpp"

namespace earshot::publishing {

namespace {

using model::EpisodeState;
using model::Errc;
using model::fail;

const model::Job* newest_transcode(const std::vector<model::Job>& newest_first) {
    const auto found = std::ranges::find(newest_first, model::JobKind::transcode, &model::Job::kind);
    return found == newest_first.end() ? nullptr : &*found;
}

bool awaits_redaction(storage::Catalogue& catalogue, const model::Episode& episode, const model::Job* transcode) {
    if (transcode == nullptr || !is_under_way(*transcode)) return false;
    const auto version = catalogue.find_master(transcode->master);
    return version && model::takes_out_more(episode, *version);
}

std::string still_to_come(const model::Job& job, bool takes_out_more) {
    const bool waits = job.state == model::JobState::queued;
    if (takes_out_more) return waits ? "The redaction waits for its turn." : "The redaction is being made.";
    return waits ? "The master waits to be transcoded." : "The master is still being transcoded.";
}

// Of an order to take something out that came to nothing.
std::string still_heard(const model::Job& job) {
    if (job.state == model::JobState::failed) return "The redaction could not be made; everything is still heard as it was. " + job.reason;
    return "The redaction was cancelled; everything is still heard as it was. Start it again, or save the list of ranges as it should be.";
}

// Why there are no renditions.
std::string missing_renditions(const model::Job* job) {
    if (job != nullptr && job->state == model::JobState::failed) return "The master could not be used: " + job->reason;
    if (job != nullptr && job->state == model::JobState::cancelled)
        return "Transcoding was cancelled. Start it again or upload another master.";
    return "The master has not been transcoded. Upload it again.";
}

// "0:12, 0:15 and 3 more".
std::string listed(const std::vector<std::string>& words, std::size_t most) {
    const auto text =
        fmt::format("{}", fmt::join(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(std::min(words.size(), most)), ", "));
    return words.size() > most ? fmt::format("{} and {} more", text, words.size() - most) : text;
}

std::string listed(const std::vector<std::chrono::milliseconds>& moments) {
    std::vector<std::string> clocks;
    for (const auto moment : moments) clocks.push_back(model::format_clock(moment));
    return listed(clocks, 3);
}

std::string words_inside(const model::WordsUnheard& words) {
    return fmt::format(
        "The transcript has words where something was taken out of the recording (at {}). Put \"[redacted]\" in their place.",
        listed(words.inside));
}

// Which titles may still say what was taken out; nothing when none.
std::string titles_to_read(const model::Episode& episode) {
    if (!episode.master || episode.renditions.empty()) return {};
    const auto titles = model::titles_beside(episode.chapters, episode.master->redactions, episode.renditions.front().duration);
    if (titles.empty()) return {};
    std::vector<std::string> quoted;
    for (const auto& title : titles) quoted.push_back(fmt::format("\"{}\"", title));
    return fmt::format(
        "Something was taken out of the recording within these chapters, or where they begin or end: {}. Check that their titles do not "
        "say what it was.",
        listed(quoted, 5));
}

std::string joined(const std::vector<std::string>& sentences) {
    return fmt::format("{}", fmt::join(sentences, " "));
}

}  // namespace

std::vector<std::string> Publisher::obstacles(const model::Episode& episode) {
    return obstacles(episode, rooms_.jobs.list_for_episode(episode.id));
}

std::vector<std::string> Publisher::obstacles(const model::Episode& episode, const std::vector<model::Job>& jobs) {
    std::vector<std::string> sentences;
    if (episode.title.empty()) sentences.emplace_back("The episode has no title.");
    if (!episode.master) {
        sentences.emplace_back("There is no audio yet. Upload a master.");
        return sentences;
    }
    // Nobody who hands in another recording wants the old one to go out meanwhile.
    const model::Job* transcode = newest_transcode(jobs);
    if (transcode != nullptr && is_under_way(*transcode))
        sentences.push_back(still_to_come(*transcode, awaits_redaction(rooms_.catalogue, episode, transcode)));
    else if (episode.renditions.empty())
        sentences.push_back(missing_renditions(transcode));
    else if (const auto unmade = unmade_redaction(episode, jobs))
        sentences.push_back(still_heard(*unmade));
    if (episode.renditions.empty()) return sentences;
    if (auto chapters = model::check_chapters(episode.chapters, episode.renditions.front().duration); !chapters)
        sentences.push_back(chapters.error().message);
    if (episode.transcript)
        if (const auto cues = model::parse_cues(episode.transcript->source)) {
            if (auto fits = model::check_timing(*cues, episode.renditions.front().duration); !fits)
                sentences.push_back(fits.error().message);
            if (const auto words = model::words_unheard(*cues, episode.master->redactions); !words.inside.empty())
                sentences.push_back(words_inside(words));
        }
    return sentences;
}

std::vector<std::string> Publisher::advice(const model::Episode& episode) {
    std::vector<std::string> sentences;
    const auto jobs = rooms_.jobs.list_for_episode(episode.id);
    const model::Job* transcode = newest_transcode(jobs);
    const bool is_public = model::is_public(episode, clock_());  // before that much of this is an obstacle
    if (episode.renditions.empty()) {
        // An obstacle says more.
    } else if (awaits_redaction(rooms_.catalogue, episode, transcode)) {
        if (is_public)
            sentences.push_back(still_to_come(*transcode, true) +
                                " Until it is ready, listeners get everything as it was; withdraw the episode if it must go at once.");
    } else if (const auto unmade = unmade_redaction(episode, jobs)) {
        if (is_public) sentences.push_back(still_heard(*unmade));
    } else if (transcode != nullptr && transcode->state == model::JobState::failed) {
        const auto master = rooms_.catalogue.find_master(transcode->master);
        sentences.push_back(master && model::is_redaction(episode, *master)
                                ? still_heard(*transcode)
                                : "The recording handed in last could not be used; the one before it stays. " + transcode->reason);
    }
    if (!episode.transcript && episode.transcript_draft) {
        sentences.emplace_back("A program wrote a draft of the transcript. Listeners get it when you have read, mended and accepted it.");
    } else if (!episode.transcript) {
        sentences.emplace_back("Add a transcript, so that deaf listeners can read the episode and everybody can search it.");
    } else if (const auto cues = model::parse_cues(episode.transcript->source)) {
        const auto duration = episode.renditions.empty() ? std::nullopt : std::optional(episode.renditions.front().duration);
        std::ranges::move(model::timing_advice(*cues, duration), std::back_inserter(sentences));
        const auto words = episode.renditions.empty() ? model::WordsUnheard{} : model::words_unheard(*cues, episode.master->redactions);
        if (!words.inside.empty() && is_public) sentences.push_back(words_inside(words));
        if (!words.reaching.empty())
            sentences.push_back(fmt::format(
                "Words of the transcript reach into what was taken out of the recording (at {}). Check that they do not say it; put "
                "\"[redacted]\" where something is missing.",
                listed(words.reaching)));
    }
    if (is_public) std::ranges::move(model::words_beyond_audio(episode), std::back_inserter(sentences));
    if (episode.chapters.empty() && episode.chapters_origin != model::ChaptersOrigin::producer)
        sentences.emplace_back("Add chapters, so that listeners find what they need.");
    if (episode.chapters_origin == model::ChaptersOrigin::master)
        sentences.emplace_back(
            "The chapters were taken from your recording, with the titles they have there. Check that they may be public.");
    if (episode.chapters_origin != model::ChaptersOrigin::producer)
        std::ranges::move(model::chapters_in_notes(episode.notes).remarks, std::back_inserter(sentences));
    if (episode.master && !episode.master->redactions.empty() && !model::chapters_in_notes(episode.notes).chapters.empty())
        sentences.emplace_back(
            "The show notes hold a list of times. Ranges were taken out of the recording since: check its times and titles. It makes no "
            "chapters any more.");
    if (auto words = titles_to_read(episode); !words.empty()) sentences.push_back(std::move(words));
    if (episode.notes.empty()) sentences.emplace_back("Add show notes with what to do and whom to call.");
    if (episode.summary.empty()) sentences.emplace_back("Add a summary of one or two sentences; apps show it in lists.");
    const auto show = rooms_.catalogue.find_show(episode.show);
    const model::Artwork* artwork = episode.artwork ? &*episode.artwork : show && show->artwork ? &*show->artwork : nullptr;
    if (artwork == nullptr)
        sentences.emplace_back("Add cover art (square, best 3000 pixels wide): directories refuse a show without it.");
    else if (artwork->alt.empty())
        sentences.emplace_back("Describe the cover art in words for people who do not see it.");
    if (show && show->type == model::ShowType::serial && !episode.number && episode.type == model::EpisodeType::full)
        sentences.emplace_back("Give the episode a number: the show is a serial and apps sort by it.");
    if (episode.master && episode.master->loudness && episode.master->loudness->integrated_lufs <= -70.0)
        sentences.emplace_back("The master is silent, or nearly. Check that the right file was exported.");
    if (episode.master && episode.master->info && !episode.master->info->embedded.empty())
        sentences.push_back(
            fmt::format("Your file says more than its sound: {}. None of it is published{}; who gets the file itself gets all of it.",
                        kinds_of(episode.master->info->embedded, 5),
                        episode.chapters_origin == model::ChaptersOrigin::master ? ", but for the titles of its chapters" : ""));
    return sentences;
}

model::Result<model::Episode> Publisher::publish(const model::EpisodeId& id, std::optional<model::Timestamp> at, std::string_view who) {
    const auto jobs = rooms_.jobs.list_for_episode(id);
    const auto episode = rooms_.catalogue.find_episode(id);
    if (!episode) return fail(Errc::not_found, "There is no such episode.");
    const model::Timestamp now = clock_();
    if (model::is_public(*episode, now)) return fail(Errc::conflict, "The episode is public already.");
    if (at && *at <= now)
        return fail(Errc::invalid_input,
                    fmt::format("{} is in the past. Give a later time, or none to publish now.", model::format_rfc3339(*at)));
    if (const auto missing = obstacles(*episode, jobs); !missing.empty()) return fail(Errc::conflict, joined(missing));

    const bool returns = episode->state == EpisodeState::withdrawn && episode->publish_at && *episode->publish_at <= now;
    const model::Timestamp date = at ? *at : returns ? *episode->publish_at : now;
    // The date is in the tags: they must be right before anybody can fetch the file.
    const Turn turn(*this);
    if (turn.refused()) return Turn::refusal();
    const auto tagged = refresh_tags_for(id, std::optional(date));
    model::Result<model::Episode> changed = fail(Errc::unavailable, "Writing the titles into the audio files was interrupted. Try again.");
    if (tagged && !*tagged) changed = std::unexpected(tagged->error());
    if (tagged && *tagged)
        changed = rooms_.catalogue.set_state(id, episode->state, at ? EpisodeState::scheduled : EpisodeState::published, date,
                                             storage::KnownOrder::of(jobs));
    if (!changed) {
        metadata_changed(id);  // the files may carry this date, and be public with somebody else's
        return changed;
    }
    rooms_.audit.add(who, at ? "episode.schedule" : "episode.publish", id.value);
    rooms_.view.refresh();
    metadata_changed(id);  // an edit may have slipped in between
    return changed;
}

model::Result<model::Episode> Publisher::unschedule(const model::EpisodeId& id, std::string_view who) {
    const auto episode = rooms_.catalogue.find_episode(id);
    if (!episode) return fail(Errc::not_found, "There is no such episode.");
    if (model::is_public(*episode, clock_())) return fail(Errc::conflict, "The episode is public already; withdraw it instead.");
    if (episode->state != EpisodeState::scheduled) return fail(Errc::conflict, "The episode is not scheduled.");
    auto changed = rooms_.catalogue.set_state(id, EpisodeState::scheduled, EpisodeState::draft, std::nullopt);
    if (!changed) return changed;
    rooms_.audit.add(who, "episode.unschedule", id.value);
    rooms_.view.refresh();
    return changed;
}

model::Result<model::Episode> Publisher::withdraw(const model::EpisodeId& id, std::string_view who) {
    const auto episode = rooms_.catalogue.find_episode(id);
    if (!episode) return fail(Errc::not_found, "There is no such episode.");
    if (episode->state == EpisodeState::withdrawn) return fail(Errc::conflict, "The episode is withdrawn already.");
    if (!model::is_public(*episode, clock_()))
        return fail(Errc::conflict, episode->state == EpisodeState::scheduled
                                        ? "The episode is not public yet; take it off the schedule instead."
                                        : "The episode is a draft; nobody but staff can see it.");
    auto changed = rooms_.catalogue.set_state(id, episode->state, EpisodeState::withdrawn, episode->publish_at);
    if (!changed) return changed;
    rooms_.audit.add(who, "episode.withdraw", id.value);
    rooms_.view.refresh();
    return changed;
}

}  // namespace earshot::publishing
