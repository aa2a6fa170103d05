#include "server/api/finding.hpp"

#include <fmt/format.h>

namespace earshot::api {

using model::Errc;
using model::fail;

model::Result<model::Show> find_show(Context& context, const http::Request& request) {
    const std::string& given = request.param("show");
    auto show = context.catalogue.find_show_by_slug(given);
    if (!show) show = context.catalogue.find_show(model::ShowId{given});
    if (!show) return fail(Errc::not_found, "There is no such show.");
    return std::move(*show);
}

model::Result<model::Show> find_launched_show(Context& context, const http::Request& request) {
    return find_launched_show(context, request.param("show"));
}

model::Result<model::Show> find_launched_show(Context& context, std::string_view given) {
    for (model::Show& show : context.catalogue.list_launched_shows())
        if (show.slug == given || show.id.value == given) return std::move(show);
    return fail(Errc::not_found, "There is no such show, or nothing of it was ever public.");
}

model::Result<model::Episode> find_episode(Context& context, const http::Request& request) {
    auto episode = context.catalogue.find_episode(model::EpisodeId{request.param("episode")});
    if (!episode) return fail(Errc::not_found, "There is no such episode.");
    return std::move(*episode);
}

model::Result<model::Job> find_job(Context& context, const http::Request& request) {
    auto job = context.jobs.find(model::JobId{request.param("job")});
    if (!job) return fail(Errc::not_found, "There is no such job.");
    return std::move(*job);
}

bool owns(const http::Request& request, const storage::Upload& upload) {
    return request.identity->role == model::Role::admin || upload.owner == request.identity->name;
}

void note(Context& context, const http::Request& request, std::string_view what, std::string_view object) {
    context.audit.add(request.identity->name, what, object);
}

std::string address_with(const http::Request& request, std::initializer_list<std::string_view> parameters) {
    auto address = request.path;
    for (const auto name : parameters) {
        if (const auto value = request.query_value(name))
            address += fmt::format("{}{}={}", address.find('?') == std::string::npos ? '?' : '&', name, http::percent_encode(*value));
    }
    return address;
}

void note_look(Context& context, const http::Request& request, std::initializer_list<std::string_view> parameters) {
    context.audit.add_look(request.identity->name, address_with(request, parameters));
}

}  // namespace earshot::api
