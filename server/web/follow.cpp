// A call to action was followed on a page of ours: one more in a sum. Who followed it is not looked at: no address, no cookie, no agent.

#include <algorithm>
#include <array>

#include "server/web/handlers.hpp"
#include "server/web/public_lookup.hpp"
#include "server/web/session.hpp"

namespace earshot::web {
namespace {

using http::problem;
using model::Errc;

constexpr std::array<std::string_view, 3> places{"band", "notes", "chapters"};

bool opted_out(const http::Request& request) {
    return request.field("Sec-GPC") == "1" || request.field("DNT") == "1";
}

}  // namespace

http::Answer follow(Context& context, const http::Request& request) {
    http::Reply done{.status = 204};
    if (opted_out(request)) return done;
    if (!is_own_form(context.settings, request)) return problem({Errc::forbidden, "Only pages of this site are asked."});
    const auto form = http::parse_form(request.body);
    if (!form) return problem(form.error());
    const auto snapshot = context.view.get();
    const auto* entry = find_launched(*snapshot, request);
    if (entry == nullptr) return problem({Errc::not_found, "There is no such show."});

    analytics::Follow follow{.show = entry->show.id.value, .place = form_value(*form, "place"), .link = form_value(*form, "link")};
    if (const auto slug = form_value(*form, "episode"); !slug.empty()) {
        const auto episode = std::ranges::find(entry->episodes, slug, &model::Episode::slug);
        if (episode == entry->episodes.end()) return problem({Errc::not_found, "There is no such episode."});
        follow.episode = episode->id.value;
    }
    if (std::ranges::find(places, follow.place) == places.end()) return problem({Errc::invalid_input, "There is no such place on a page."});
    if (std::ranges::find(entry->show.actions, follow.link, &model::CallToAction::href) == entry->show.actions.end())
        return problem({Errc::not_found, "This show has no such call to action."});
    // Refused or not, the answer is the same: else it would tell whether somebody had followed the very same link within the hour.
    (void)context.follows.add(std::move(follow));
    return done;
}

}  // namespace earshot::web
