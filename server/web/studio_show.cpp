// A show's own page in the studio: to make one, and to change it.

#include <fmt/format.h>

#include "server/publishing/categories.hpp"
#include "server/web/studio.hpp"
#include "server/web/studio_parts.hpp"

namespace earshot::web {
namespace {

void put_category(Values& group, std::string value, std::string_view label, bool chosen) {
    auto& option = group.add("OPTION");
    option.set("VALUE", std::move(value)).set("LABEL", std::string(label));
    if (chosen) option.show("CHOSEN");
}

void put_categories(Values& values, const model::Show& show) {
    for (const auto& category : publishing::categories()) {
        auto& group = values.add("CATEGORY").set("NAME", std::string(category.name));
        const bool here = show.category == category.name;
        put_category(group, std::string(category.name), category.name, here && show.subcategory.empty());
        for (const auto& below : category.below) {
            put_category(group, fmt::format("{}|{}", category.name, below), below, here && show.subcategory == below);
        }
    }
}

void put_action(Values& row, const model::CallToAction& action) {
    row.set("LABEL", action.label).set("HREF", action.href).set("DETAIL", action.detail);
    if (action.emergency) row.show("EMERGENCY");
}

void put_form(Values& values, const model::Show& show) {
    values.set("TITLE", show.title).set("DESCRIPTION", show.description).set("NOTICE", show.notice).set("LANGUAGE", show.language);
    values.set("AUTHOR", show.author).set("OWNER_NAME", show.owner_name).set("OWNER_EMAIL", show.owner_email);
    values.set("TIME_ZONE", show.time_zone).set("TOPICS", show.topics);
    values.set("COPYRIGHT", show.copyright).set("WEBSITE", show.website);
    values.show(show.type == model::ShowType::serial ? "SERIAL" : "EPISODIC");
    if (show.is_explicit) values.show("EXPLICIT");
    if (show.locked) values.show("LOCKED");
    put_categories(values, show);
    put_people_rows(values, show.people);
    for (const auto& action : show.actions) put_action(values.add("ACTION").include("ROW", "studio_action.html"), action);
    put_action(values.include("EMPTY_ACTION", "studio_action.html"), {});
}

}  // namespace

http::Answer studio_new_show(Context& context, const http::Request& request) {
    Values values;
    values.set("HEADING", "New show").set("ENDPOINT", "/api/v1/shows").set("METHOD", "POST").set("BUTTON", "Create the show");
    values.show("NEW");
    model::Show show;
    show.category.clear();  // to be chosen
    put_form(values, show);
    return studio_reply(context, request, "New show", "studio_show.html", std::move(values));
}

http::Answer studio_show(Context& context, const http::Request& request) {
    const auto& given = request.param("show");
    auto show = context.catalogue.find_show_by_slug(given);
    if (!show) show = context.catalogue.find_show(model::ShowId{given});
    if (!show) return error_page(context, request, 404, "There is no such show", "Perhaps the address was cut off.");
    Values values;
    values.set("HEADING", show->title).set("METHOD", "PATCH").set("BUTTON", "Save");
    const std::string endpoint = "/api/v1/shows/" + show->id.value;
    values.set("ENDPOINT", endpoint);
    auto& known = values.add("KNOWN");
    known.set("ENDPOINT", endpoint);
    put_public_links(context, known, *show);
    known.set("ALT", show->artwork ? show->artwork->alt : "");
    put_staff_cover(known, show->artwork ? &*show->artwork : nullptr, studio_show_path(*show), "14rem", false);
    if (!show->artwork) known.show("NO_COVER");
    put_gives_away(known, "COVER_GIVES_AWAY", "PICTURE", show->artwork ? show->artwork->embedded : std::vector<model::EmbeddedItem>());
    put_form(values, *show);
    return studio_reply(context, request, show->title, "studio_show.html", std::move(values));
}

}  // namespace earshot::web
