#include "server/web/studio_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "feeds/addresses.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

struct Role {
    std::string_view role, group;
};

// The words of the Podcast Taxonomy that a spoken series needs most.
constexpr auto roles = std::to_array<Role>({{"host", "cast"},
                                            {"co-host", "cast"},
                                            {"guest", "cast"},
                                            {"narrator", "cast"},
                                            {"reporter", "cast"},
                                            {"voice actor", "cast"},
                                            {"writer", "writing"},
                                            {"researcher", "writing"},
                                            {"editor", "writing"},
                                            {"director", "creative direction"},
                                            {"executive producer", "creative direction"},
                                            {"producer", "creative direction"},
                                            {"audio engineer", "audio production"},
                                            {"audio editor", "audio post-production"},
                                            {"sound designer", "audio post-production"},
                                            {"composer", "audio post-production"}});

void put_role(Values& row, std::string_view role, std::string_view group, bool chosen) {
    auto& option = row.add("ROLE");
    option.set("VALUE", fmt::format("{}|{}", role, group)).set("LABEL", capitalised(role));
    if (chosen) option.show("CHOSEN");
}

void put_person(Values& row, const model::Person& person) {
    row.set("NAME", person.name).set("HREF", person.href);
    bool known = false;
    for (const auto& each : roles) {
        const bool chosen = each.role == person.role && each.group == person.group;
        known |= chosen;
        put_role(row, each.role, each.group, chosen);
    }
    if (!known) put_role(row, person.role, person.group, true);
}

}  // namespace

http::Reply studio_reply(const Context& context, const http::Request& request, std::string title, std::string_view part, Values values,
                         Scripts scripts) {
    Page page{.title = std::move(title), .language = "en-GB", .body_class = "in-studio", .main = "studio.html"};
    page.scripts = {"studio.js"};
    page.styles = {"studio.css"};
    if (scripts == Scripts::needed) page.values.show("NEEDS_SCRIPTS");
    page.values.set("CSRF", request.identity->csrf_token);
    page.values.include("PART", std::string(part)) = std::move(values);
    return staff_reply(200, render_staff(context, *request.identity, request.path, std::move(page)));
}

std::string studio_show_path(const model::Show& show) {
    return "/studio/shows/" + (show.slug == "new" ? show.id.value : show.slug);  // "new" is the page that makes one
}

void put_public_links(const Context& context, Values& values, const model::Show& show) {
    const auto snapshot = context.view.get();
    const auto* seen = snapshot->find_show(show.slug);
    if (seen && seen->is_launched())
        values.add("LAUNCHED").set("PAGE", feeds::show_path(show)).set("FEED", feeds::feed_path(show));
    else
        values.show("NOT_LAUNCHED");
}

std::string studio_episode_path(const model::Episode& episode) {
    return "/studio/episodes/" + episode.id.value;
}

model::EpisodeState state_now(const model::Episode& episode, model::Timestamp now) {
    return model::is_public(episode, now) ? model::EpisodeState::published : episode.state;
}

std::string utc_moment(model::Timestamp time) {
    return fmt::format("{}, {} UTC", long_date(time), model::format_rfc3339(time).substr(11, 5));
}

void put_state(Values& values, const model::Episode& episode, model::Timestamp now) {
    const auto state = state_now(episode, now);
    values.set("STATE", std::string(model::to_string(state))).set("STATE_WORD", capitalised(model::to_string(state)));
    if (!episode.publish_at || state == model::EpisodeState::draft) return;
    values.add("WHEN").set("ISO", model::format_rfc3339(*episode.publish_at)).set("UTC", utc_moment(*episode.publish_at));
}

std::string words_of(const model::Job& job) {
    const bool tags = job.kind == model::JobKind::tag;
    if (job.state == model::JobState::queued) {
        if (!job.reason.empty()) return job.reason;
        return tags ? "New words wait to go into the audio files" : "Waiting for its turn";
    }
    if (tags) return "Writing the new words into the audio files";
    if (job.kind == model::JobKind::transcribe) return "Writing a draft of the transcript";
    std::string words = job.stage.empty() ? "Starting" : capitalised(job.stage);
    if (job.progress > 0) words += fmt::format(" · {:.0f} %", job.progress * 100);
    if (const auto speed = model::speed(job)) words += fmt::format(" · {} real time", times(*speed));
    if (const auto left = model::time_left(job)) words += " · " + time_left(*left);
    return words;
}

bool needs_other_file(const model::Job& job) {
    const bool worn_out = job.attempts >= model::most_attempts || job.interruptions >= model::most_interruptions;
    return job.kind == model::JobKind::transcode && job.state == model::JobState::failed && job.audio.count() == 0 && !worn_out;
}

void put_job(Values& values, const std::vector<model::Job>& newest_first) {
    if (newest_first.empty()) return;
    const auto transcoding = std::ranges::find_if(
        newest_first, [](const model::Job& each) { return each.kind == model::JobKind::transcode && is_under_way(each); });
    const auto& job = transcoding != newest_first.end() ? *transcoding : newest_first.front();
    if (job.state == model::JobState::succeeded || (job.state == model::JobState::cancelled && job.kind != model::JobKind::transcode))
        return;
    auto& part = values.add("JOB");
    part.set("JOB_ID", job.id.value);
    if (is_under_way(job)) {
        auto& row = part.add("UNDER_WAY").set("WORDS", words_of(job)).set("PROGRESS", fmt::format("{:.3f}", job.progress));
        const bool may_be_first = job.kind == model::JobKind::transcode && job.priority < model::JobPriority::high;
        if (job.state == model::JobState::queued && may_be_first) row.show("QUEUED");
        if (job.kind != model::JobKind::tag) row.show("STOPPABLE");
    } else if (job.state == model::JobState::failed) {
        part.add("FAILED").set("REASON", job.reason).show(needs_other_file(job) ? "OTHER_FILE" : "AGAIN");
    } else {
        part.show("CANCELLED");
    }
}

void put_worker_trouble(const Context& context, const model::Identity& who, Values& values) {
    std::string words = who.role == model::Role::admin ? context.workers.problem() : "";
    if (context.jobs.neglected())
        words += (words.empty() ? "" : " ") + std::string(
                                                  "No worker takes recordings at present, so they wait. Operators start one with "
                                                  "“earshot work”, or with publishing.workers above 0.");
    values.maybe("WORKER_TROUBLE", words);
}

void put_staff_cover(Values& values, const model::Artwork* artwork, const std::string& path, std::string_view sizes, bool decorative) {
    put_cover(values, artwork, {.sizes = sizes, .decorative = decorative, .folder = path + "/cover/", .most_pixels = 600});
}

void put_gives_away(Values& values, std::string name, std::string file, const std::vector<model::EmbeddedItem>& items) {
    auto& part = values.include(std::move(name), "studio_gives_away.html");
    if (items.empty()) return;
    auto& list = part.add("ANYTHING");
    list.set("FILE", file == "PICTURE" ? "picture" : "recording").show(std::move(file));
    std::vector<std::string_view> kinds;
    for (const auto& item : items)
        if (std::ranges::find(kinds, item.what) == kinds.end()) kinds.emplace_back(item.what);
    for (const auto kind : kinds) {
        auto& rows = list.add("KIND");
        rows.set("WHAT", std::string(kind));
        for (const auto& item : items)
            if (item.what == kind) rows.add("ITEM").set("VALUE", item.value).set("WHERE", item.where);
    }
}

void put_people_rows(Values& values, const std::vector<model::Person>& people) {
    auto& part = values.include("PEOPLE", "studio_people.html");
    for (const auto& person : people) put_person(part.add("PERSON").include("ROW", "studio_person.html"), person);
    put_person(part.include("EMPTY", "studio_person.html"), {});
}

}  // namespace earshot::web
