// What lists of episodes need of each: not its texts.

#include <set>

#include "content/storage/catalogue.hpp"
#include "content/storage/statement.hpp"

namespace earshot::storage {

// Of an episode, at :now.
#define WAS_EVER_PUBLIC                                                    \
    "(state in ('published', 'withdrawn') or first_public_at is not null " \
    "or (state = 'scheduled' and publish_at <= :now))"

std::vector<EpisodeLine> Catalogue::list_public_lines(const std::optional<model::ShowId>& show) {
    std::vector<EpisodeLine> result;
    const auto now = clock_();
    database_.read([&](soci::session& session) {
        EpisodeLine line;
        int is_public = 0;
        Statement rows(session,
                       "select id, show_id, slug, title, case when state = 'published' or (state = 'scheduled' and publish_at <= :now) "
                       "then 1 else 0 end, season, number, case when first_public_at is null or publish_at < first_public_at "
                       "then coalesce(publish_at, 0) else first_public_at end from episodes "
                       "where (:show in ('', show_id)) and " WAS_EVER_PUBLIC " order by 8, id");
        rows.bind("show", show ? show->value : std::string()).bind("now", now);
        rows.into(line.id.value).into(line.show.value).into(line.slug).into(line.title).into(is_public).into(line.season);
        rows.into(line.number).into(line.publish_at);
        while (rows.next()) {
            line.is_withdrawn = is_public == 0;
            result.push_back(line);
        }
    });
    return result;
}

std::vector<model::Show> Catalogue::list_launched_shows() {
    std::set<model::ShowId> launched;
    const auto now = clock_();
    database_.read([&](soci::session& session) {
        model::ShowId show;
        Statement rows(session, "select distinct show_id from episodes where " WAS_EVER_PUBLIC);
        rows.bind("now", now).into(show.value);
        while (rows.next()) launched.insert(show);
    });
    auto shows = list_shows();
    std::erase_if(shows, [&](const model::Show& show) { return !launched.contains(show.id); });
    return shows;
}

}  // namespace earshot::storage
