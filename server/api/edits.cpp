#include "server/api/edits.hpp"

#include "server/api/members.hpp"
#include "server/publishing/editing.hpp"

namespace earshot::api {

namespace {

void read_people(Members& members, std::vector<model::Person>& people) {
    std::vector<model::Person> read;
    const bool given = members.objects("people", [&](Members& row) {
        model::Person person;
        row.text("name", person.name);
        row.text("role", person.role);
        row.text("group", person.group);
        row.text("href", person.href);
        read.push_back(std::move(person));
    });
    if (given) people = std::move(read);
}

void read_actions(Members& members, std::vector<model::CallToAction>& actions) {
    std::vector<model::CallToAction> read;
    const bool given = members.objects("actions", [&](Members& row) {
        model::CallToAction action;
        row.text("label", action.label);
        row.text("href", action.href);
        row.text("detail", action.detail);
        row.flag("emergency", action.emergency);
        read.push_back(std::move(action));
    });
    if (given) actions = std::move(read);
}

void read_show(Members& members, model::Show& show) {
    members.text("title", show.title);
    members.text("description", show.description);
    members.text("notice", show.notice);
    members.text("language", show.language);
    members.text("author", show.author);
    members.text("owner_name", show.owner_name);
    members.text("owner_email", show.owner_email);
    // A new category empties the subcategory unless one comes with it.
    if (members.text("category", show.category)) show.subcategory.clear();
    members.text("subcategory", show.subcategory);
    members.flag("explicit", show.is_explicit);
    members.word("type", &model::parse_show_type, "\"episodic\" or \"serial\"", show.type);
    members.text("copyright", show.copyright);
    members.text("website", show.website);
    members.flag("locked", show.locked);
    members.text("time_zone", show.time_zone);
    members.text("topics", show.topics);
    read_people(members, show.people);
    read_actions(members, show.actions);
}

void read_episode(Members& members, model::Episode& episode) {
    members.text("title", episode.title);
    members.text("summary", episode.summary);
    members.text("notes", episode.notes);
    members.word("type", &model::parse_episode_type, "\"full\", \"trailer\" or \"bonus\"", episode.type);
    members.number("season", episode.season);
    members.number("number", episode.number);
    members.flag("explicit", episode.is_explicit);
    read_people(members, episode.people);
}

template <class T>
model::Status read_into(std::string_view body, T& value, void (*read)(Members&, T&), bool with_slug) {
    auto members = Members::parse(body);
    if (!members) return std::unexpected(std::move(members.error()));
    if (with_slug) members->text("slug", value.slug);
    read(*members, value);
    if (auto done = members->done(); !done) return done;
    return publishing::tidy(value);
}

}  // namespace

model::Status read_new_show(std::string_view body, model::Show& show) {
    return read_into(body, show, &read_show, true);
}
model::Status read_show_edit(std::string_view body, model::Show& show) {
    return read_into(body, show, &read_show, false);
}
model::Status read_new_episode(std::string_view body, model::Episode& episode) {
    return read_into(body, episode, &read_episode, true);
}
model::Status read_episode_edit(std::string_view body, model::Episode& episode) {
    return read_into(body, episode, &read_episode, false);
}

model::Result<std::string> read_upload_id(std::string_view body) {
    auto members = Members::parse(body);
    if (!members) return std::unexpected(std::move(members.error()));
    std::string upload;
    if (!members->text("upload", upload) || upload.empty()) members->wrong("upload", "the id of a complete upload");
    if (auto done = members->done(); !done) return std::unexpected(std::move(done.error()));
    return upload;
}

model::Result<model::Redactions> read_redactions(std::string_view body) {
    auto members = Members::parse(body);
    if (!members) return std::unexpected(std::move(members.error()));
    model::Redactions ranges;
    const bool given = members->objects("ranges", [&](Members& row) {
        model::Redaction range;
        const bool starts = row.time("start", range.start);
        const bool ends = row.time("end", range.end);  // both are asked, so that both are named when wrong
        if (!starts || !ends) row.wrong("start", "there, and \"end\" too, as seconds from the beginning");
        constexpr std::string_view kinds = "\"mute\", \"bleep\" or \"cut\"";
        if (!row.word("kind", &model::parse_redaction_kind, kinds, range.kind)) row.wrong("kind", kinds);
        ranges.push_back(range);
    });
    if (!given) members->wrong("ranges", "a list of {\"start\", \"end\", \"kind\"}; an empty one restores the whole recording");
    if (auto done = members->done(); !done) return std::unexpected(std::move(done.error()));
    return ranges;
}

model::Result<std::optional<model::Timestamp>> read_publication(std::string_view body) {
    auto members = Members::parse(body);
    if (!members) return std::unexpected(std::move(members.error()));
    std::string text;
    std::optional<model::Timestamp> at;
    if (members->text("at", text)) {
        at = model::parse_rfc3339(text);
        if (!at) members->wrong("at", "a time with its offset, like 2026-11-24T07:00:00Z");
    }
    if (auto done = members->done(); !done) return std::unexpected(std::move(done.error()));
    return at;
}

model::Result<model::JobPriority> read_priority(std::string_view body) {
    constexpr std::string_view choices = "\"low\", \"normal\", \"high\" or \"urgent\"";
    auto members = Members::parse(body);
    if (!members) return std::unexpected(std::move(members.error()));
    model::JobPriority priority{};
    if (!members->word("priority", &model::parse_job_priority, choices, priority)) members->wrong("priority", choices);
    if (auto done = members->done(); !done) return std::unexpected(std::move(done.error()));
    return priority;
}

model::Status read_nothing(std::string_view body) {
    const auto members = Members::parse(body);
    if (!members) return std::unexpected(members.error());
    return members->done();
}

}  // namespace earshot::api
