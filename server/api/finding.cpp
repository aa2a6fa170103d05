#include "server/api/finding.hpp"

#include "content/model/text.hpp"

namespace earshot::api {

using model::Errc;
using model::fail;

namespace {
constexpr std::size_t longest_noted = 300;
}

model::Result<model::Show> find_show(Context& context, const http::Request& request) {
    const std::string& given = request.param("show");
    auto show = context.catalogue.find_show_by_slug(given);
    if (!show) show = context.catalogue.find_show(model::ShowId{given});
    if (!show) return fail(Errc::not_found, "There is no such show.");
    return std::move(*show);
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

void note_look(Context& context, const http::Request& request) {
    context.audit.add_look(request.identity->name, model::truncate_utf8(request.target, longest_noted));
}

}  // namespace earshot::api
