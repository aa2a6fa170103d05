#include "server/api/documents.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <cmath>

#include "content/model/transcript_forms.hpp"
#include "feeds/addresses.hpp"

namespace earshot::api {

namespace {

using boost::json::array;
using boost::json::object;
using boost::json::value;

double seconds(std::chrono::milliseconds duration) {
    return static_cast<double>(duration.count()) / 1000.0;
}

value time_or_null(const std::optional<model::Timestamp>& time) {
    return time ? value(model::format_rfc3339(*time)) : value(nullptr);
}

value number_or_null(const std::optional<std::uint32_t>& number) {
    return number ? value(*number) : value(nullptr);
}

array sentences(const std::vector<std::string>& lines) {
    array out;
    for (const std::string& line : lines) out.emplace_back(line);
    return out;
}

array people(const std::vector<model::Person>& list) {
    array out;
    for (const model::Person& person : list)
        out.push_back(object{{"name", person.name}, {"role", person.role}, {"group", person.group}, {"href", person.href}});
    return out;
}

array embedded(const std::vector<model::EmbeddedItem>& items) {
    array out;
    for (const model::EmbeddedItem& item : items) out.push_back(object{{"what", item.what}, {"value", item.value}, {"where", item.where}});
    return out;
}

value artwork(const Context& context, const std::optional<model::Artwork>& picture) {
    if (!picture) return nullptr;
    array sizes;
    for (const model::ArtworkSize& size : picture->sizes) {
        object row{{"pixels", size.pixels},
                   {"byte_length", size.byte_length},
                   {"url", context.settings.server.public_url + feeds::image_path(size)}};
        if (!size.webp_key.empty())
            row["webp"] = object{{"byte_length", size.webp_byte_length},
                                 {"url", context.settings.server.public_url + "/images/" + model::webp_name(size)}};
        sizes.push_back(std::move(row));
    }
    return object{{"alt", picture->alt}, {"sizes", std::move(sizes)}, {"embedded", embedded(picture->embedded)}};
}

object loudness(const model::Loudness& measured) {
    return {{"integrated_lufs", measured.integrated_lufs}, {"true_peak_dbtp", measured.true_peak_dbtp}, {"range_lu", measured.range_lu}};
}

value master(const std::optional<model::Master>& given) {
    if (!given) return nullptr;
    object out{{"id", given->id.value},
               {"file_name", given->file_name},
               {"byte_length", given->byte_length},
               {"sha256", given->sha256},
               {"uploaded_at", model::format_rfc3339(given->uploaded_at)},
               {"info", nullptr},
               {"loudness", nullptr}};
    if (given->info)
        out["info"] = object{{"container", given->info->container},
                             {"codec", given->info->codec},
                             {"sample_rate", given->info->sample_rate},
                             {"channels", given->info->channels},
                             {"bits_per_sample", given->info->bits_per_sample},
                             {"duration_seconds", seconds(given->info->duration)},
                             {"embedded", embedded(given->info->embedded)},
                             {"warnings", sentences(given->info->warnings)}};
    if (given->loudness) out["loudness"] = loudness(*given->loudness);
    return out;
}

array renditions(const Context& context, const model::Episode& episode) {
    array out;
    for (const model::Rendition& rendition : episode.renditions)
        out.push_back(object{{"profile", rendition.profile},
                             {"url", context.settings.server.public_url + rendition.url_path},
                             {"mime_type", rendition.mime_type},
                             {"codec", model::to_string(rendition.codec)},
                             {"bit_rate", rendition.bit_rate},
                             {"sample_rate", rendition.sample_rate},
                             {"channels", rendition.channels},
                             {"byte_length", rendition.byte_length},
                             {"sha256", rendition.sha256},
                             {"duration_seconds", seconds(rendition.duration)},
                             {"loudness", loudness(rendition.loudness)},
                             {"tagged_at", model::format_rfc3339(rendition.tagged_at)}});
    return out;
}

object show_object(const Context& context, const model::Show& show) {
    const std::string& base = context.settings.server.public_url;
    array actions;
    for (const model::CallToAction& action : show.actions)
        actions.push_back(
            object{{"label", action.label}, {"href", action.href}, {"detail", action.detail}, {"emergency", action.emergency}});
    return {{"id", show.id.value},
            {"slug", show.slug},
            {"podcast_guid", show.podcast_guid},
            {"title", show.title},
            {"description", show.description},
            {"notice", show.notice},
            {"language", show.language},
            {"author", show.author},
            {"owner_name", show.owner_name},
            {"owner_email", show.owner_email},
            {"category", show.category},
            {"subcategory", show.subcategory},
            {"explicit", show.is_explicit},
            {"type", model::to_string(show.type)},
            {"copyright", show.copyright},
            {"website", show.website},
            {"locked", show.locked},
            {"time_zone", show.time_zone},
            {"topics", show.topics},
            {"people", people(show.people)},
            {"actions", std::move(actions)},
            {"artwork", artwork(context, show.artwork)},
            {"feed_url", base + feeds::feed_path(show)},
            {"page_url", base + feeds::show_path(show)},
            {"created_at", model::format_rfc3339(show.created_at)},
            {"updated_at", model::format_rfc3339(show.updated_at)}};
}

object job_object(const model::Job& job) {
    const auto speed = model::speed(job);
    const auto left = model::time_left(job);
    return {{"id", job.id.value},
            {"kind", model::to_string(job.kind)},
            {"episode", job.episode.value},
            {"master", job.master.value},
            {"state", model::to_string(job.state)},
            {"stage", job.stage},
            {"progress", job.progress},
            {"reason", job.reason},
            {"attempts", job.attempts},
            {"producer", job.producer},
            {"priority", model::to_string(job.priority)},
            {"audio_seconds", job.audio.count() > 0 ? value(seconds(job.audio)) : value(nullptr)},
            {"speed", speed ? value(std::round(*speed * 10) / 10) : value(nullptr)},
            {"seconds_left", left ? value(left->count()) : value(nullptr)},
            {"started_at", time_or_null(job.started_at)},
            {"created_at", model::format_rfc3339(job.created_at)},
            {"updated_at", model::format_rfc3339(job.updated_at)}};
}

object episode_object(Context& context, const model::Show& show, const model::Episode& episode, bool with_source) {
    const std::string& base = context.settings.server.public_url;
    const bool is_public = model::is_public(episode, context.clock());
    array chapters;
    for (const model::Chapter& chapter : episode.chapters)
        chapters.push_back(object{{"start_seconds", seconds(chapter.start)}, {"title", chapter.title}, {"href", chapter.href}});
    value draft = nullptr;
    if (episode.transcript_draft) {
        object words{{"mime_type", episode.transcript_draft->mime_type}, {"language", episode.transcript_draft->language}};
        if (with_source) words["source"] = episode.transcript_draft->source;
        draft = std::move(words);
    }
    const value origin =
        episode.chapters_origin == model::ChaptersOrigin::none ? value(nullptr) : value(model::to_string(episode.chapters_origin));
    value transcript = nullptr;
    if (episode.transcript) {
        array files;
        for (const auto& form : model::transcript_forms())
            files.push_back(object{{"mime_type", form.mime_type}, {"url", base + feeds::transcript_path(show, episode, form.extension)}});
        object words{{"mime_type", episode.transcript->mime_type},
                     {"language", episode.transcript->language},
                     {"url", base + feeds::transcript_path(show, episode)},
                     {"files", std::move(files)}};
        if (with_source) words["source"] = episode.transcript->source;
        transcript = std::move(words);
    }
    const auto jobs = context.jobs.list_for_episode(episode.id);
    return {{"id", episode.id.value},
            {"slug", episode.slug},
            {"guid", episode.guid},
            {"show", object{{"id", show.id.value}, {"slug", show.slug}, {"title", show.title}}},
            {"title", episode.title},
            {"summary", episode.summary},
            {"notes", episode.notes},
            {"type", model::to_string(episode.type)},
            {"season", number_or_null(episode.season)},
            {"number", number_or_null(episode.number)},
            {"explicit", episode.is_explicit},
            {"state", model::to_string(is_public ? model::EpisodeState::published : episode.state)},
            {"publish_at", time_or_null(episode.publish_at)},
            {"people", people(episode.people)},
            {"chapters", std::move(chapters)},
            {"chapters_origin", origin},
            {"transcript", std::move(transcript)},
            {"transcript_draft", std::move(draft)},
            {"artwork", artwork(context, episode.artwork)},
            {"master", master(episode.master)},
            {"renditions", renditions(context, episode)},
            {"job", jobs.empty() ? value(nullptr) : value(job_object(jobs.front()))},
            {"obstacles", sentences(is_public ? std::vector<std::string>{} : context.publisher.obstacles(episode))},
            {"advice", sentences(context.publisher.advice(episode))},
            {"page_url", base + feeds::episode_path(show, episode)},
            {"created_at", model::format_rfc3339(episode.created_at)},
            {"updated_at", model::format_rfc3339(episode.updated_at)}};
}

}  // namespace

std::string show_document(const Context& context, const model::Show& show) {
    return serialize(show_object(context, show));
}

std::string shows_document(const Context& context, const std::vector<model::Show>& shows) {
    array rows;
    for (const model::Show& show : shows) rows.push_back(show_object(context, show));
    return serialize(object{{"shows", std::move(rows)}});
}

std::string episode_document(Context& context, const model::Show& show, const model::Episode& episode) {
    return serialize(episode_object(context, show, episode, true));
}

std::string episodes_document(Context& context, const model::Show& show, const std::vector<model::Episode>& episodes) {
    array rows;
    for (model::Episode episode : episodes) {
        // Reading every transcript of a show takes too long: what obstacles and advice say of its times, only the episode itself tells.
        if (episode.transcript) episode.transcript->source.clear();
        rows.push_back(episode_object(context, show, episode, false));
    }
    return serialize(object{{"episodes", std::move(rows)}});
}

std::string sound_document(const Context& context, const model::Show& show, const model::Episode& episode,
                           const std::optional<publishing::SoundAnalysis>& analysis) {
    const std::string own = context.settings.server.public_url + "/api/v1/episodes/" + episode.id.value + "/waveform/";
    const bool is_public = model::is_public(episode, context.clock());
    array waveforms, after, pauses;
    if (episode.master->sound)
        for (const model::WaveformFiles& files : episode.master->sound->waveforms) {
            const auto points = std::to_string(files.points_a_second);
            object row{{"points_a_second", files.points_a_second}, {"dat", own + points + ".dat"}, {"json", own + points + ".json"}};
            if (is_public) row["public_dat"] = context.settings.server.public_url + feeds::waveform_path(show, episode, points + ".dat");
            waveforms.push_back(std::move(row));
        }
    for (const model::Rendition& rendition : episode.renditions)
        after.push_back(object{{"profile", rendition.profile}, {"loudness", loudness(rendition.loudness)}});
    value curve = nullptr;
    if (analysis) {
        for (const media::Pause& pause : analysis->pauses)
            pauses.push_back(
                object{{"start_seconds", seconds(pause.start)}, {"end_seconds", seconds(pause.end)}, {"silent", pause.silent}});
        curve = object{{"target_lufs", analysis->curve.target_lufs},
                       {"short_term_lufs", array(analysis->curve.short_term_lufs.begin(), analysis->curve.short_term_lufs.end())}};
    }
    return serialize(object{{"duration_seconds", seconds(episode.renditions.front().duration)},
                            {"before", episode.master->loudness ? value(loudness(*episode.master->loudness)) : value(nullptr)},
                            {"after", std::move(after)},
                            {"warnings", sentences(episode.master->info ? episode.master->info->warnings : std::vector<std::string>{})},
                            {"pauses", std::move(pauses)},
                            {"loudness_curve", std::move(curve)},
                            {"waveforms", std::move(waveforms)}});
}

std::string redactions_document(const model::Episode& episode, const model::Master& original) {
    array ranges;
    for (const model::Redaction& range : episode.master->redactions)
        ranges.push_back(object{{"start", seconds(range.start)}, {"end", seconds(range.end)}, {"kind", model::to_string(range.kind)}});
    return serialize(object{{"ranges", std::move(ranges)}, {"recording", master(original)}});
}

std::string job_document(const model::Job& job) {
    return serialize(job_object(job));
}

std::string jobs_document(const std::vector<model::Job>& jobs) {
    array rows;
    for (const model::Job& job : jobs) rows.push_back(job_object(job));
    return serialize(object{{"jobs", std::move(rows)}});
}

std::string me_document(const model::Identity& identity) {
    object me{{"name", identity.name}, {"role", model::to_string(identity.role)}, {"via_session", identity.via_session}};
    if (identity.via_session) me["csrf_token"] = identity.csrf_token;
    return serialize(me);
}

std::string audit_document(const std::vector<storage::AuditEntry>& entries, long long first_broken) {
    array rows;
    for (const storage::AuditEntry& entry : entries)
        rows.push_back(object{{"number", entry.number},
                              {"time", model::format_rfc3339(entry.time)},
                              {"who", entry.who},
                              {"what", entry.what},
                              {"object", entry.object},
                              {"hash", entry.hash}});
    return serialize(object{{"whole", first_broken == 0}, {"first_broken", first_broken}, {"entries", std::move(rows)}});
}

}  // namespace earshot::api
