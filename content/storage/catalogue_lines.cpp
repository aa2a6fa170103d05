// What lists of episodes need of each: not its texts.

#include "content/storage/catalogue.hpp"
#include "content/storage/statement.hpp"

namespace earshot::storage {

std::vector<EpisodeLine> Catalogue::list_public_lines(const std::optional<model::ShowId>& show) {
    std::vector<EpisodeLine> result;
    const auto now = clock_();
    database_.read([&](soci::session& session) {
        EpisodeLine line;
        std::string state;
        Statement rows(session,
                       "select id, show_id, slug, title, state, season, number, coalesce(publish_at, first_public_at, 0) from episodes "
                       "where (:show in ('', show_id)) and (state = 'withdrawn' or (state in ('published', 'scheduled') "
                       "and publish_at <= :now)) order by 8, id");
        rows.bind("show", show ? show->value : std::string()).bind("now", now);
        rows.into(line.id.value).into(line.show.value).into(line.slug).into(line.title).into(state).into(line.season).into(line.number);
        rows.into(line.publish_at);
        while (rows.next()) {
            line.is_withdrawn = state == "withdrawn";
            result.push_back(line);
        }
    });
    return result;
}

}  // namespace earshot::storage
