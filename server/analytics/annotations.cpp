#include "server/analytics/annotations.hpp"

#include <utility>

#include <fmt/format.h>

#include "content/model/text.hpp"
#include "content/storage/digest.hpp"
#include "content/storage/statement.hpp"
#include "server/analytics/day.hpp"

namespace earshot::analytics {

namespace {

using model::Errc;
using model::fail;
using storage::Statement;

std::vector<Annotation> fetch(Statement& rows) {
    std::vector<Annotation> result;
    Annotation row;
    rows.into(row.id).into(row.show).into(row.day).into(row.words).into(row.who);
    while (rows.next()) result.push_back(row);
    return result;
}

model::Status known(long long changed) {
    if (changed > 0) return {};
    return fail(Errc::not_found, "There is no such annotation; perhaps somebody has just deleted it.");
}

}  // namespace

model::Status Annotations::tidy(Annotation& annotation) {
    if (!parse_day(annotation.day)) return fail(Errc::invalid_input, "Please give the day as year-month-day, for example 2026-11-24.");
    annotation.words = model::clean_line(annotation.words);
    const auto length = model::utf8_length(annotation.words);
    if (length == 0) return fail(Errc::invalid_input, "Say in a few words what happened that day.");
    if (length <= longest) return {};
    return fail(Errc::invalid_input, fmt::format("At most {} characters, please; these are {}.", longest, length));
}

model::Result<Annotation> Annotations::add(Annotation annotation) {
    if (auto good = tidy(annotation); !good) return std::unexpected(good.error());
    annotation.id = storage::random_id();
    long long added = 0;
    std::vector<Annotation> same;
    database_.write([&](soci::session& session) {
        Statement rows(session, "select id, show, day, words, who from annotations where show = :show and day = :day and words = :words");
        same = fetch(rows.bind("show", annotation.show).bind("day", annotation.day).bind("words", annotation.words));
        if (!same.empty()) return;
        added = Statement(session,
                          "insert into annotations (id, show, day, words, who, changed_at) select :id, :show, :day, :words, :who, :now "
                          "where (select count(*) from annotations) < :most")
                    .bind("id", annotation.id)
                    .bind("show", annotation.show)
                    .bind("day", annotation.day)
                    .bind("words", annotation.words)
                    .bind("who", annotation.who)
                    .bind("now", clock_())
                    .bind("most", most)
                    .run();
    });
    if (!same.empty()) return same.front();
    if (added == 0) return fail(Errc::invalid_input, "There are too many annotations. Please delete old ones first.");
    return annotation;
}

model::Status Annotations::edit(const Annotation& annotation) {
    auto tidied = annotation;
    if (auto good = tidy(tidied); !good) return good;
    long long changed = 0;
    database_.write([&](soci::session& session) {
        changed = Statement(session, "update annotations set day = :day, words = :words, who = :who, changed_at = :now where id = :id")
                      .bind("day", tidied.day)
                      .bind("words", tidied.words)
                      .bind("who", tidied.who)
                      .bind("now", clock_())
                      .bind("id", tidied.id)
                      .run();
    });
    return known(changed);
}

model::Status Annotations::remove(std::string_view id) {
    long long changed = 0;
    database_.write(
        [&](soci::session& session) { changed = Statement(session, "delete from annotations where id = :id").bind("id", id).run(); });
    return known(changed);
}

std::optional<Annotation> Annotations::find(std::string_view id) {
    std::vector<Annotation> found;
    database_.read([&](soci::session& session) {
        Statement rows(session, "select id, show, day, words, who from annotations where id = :id");
        found = fetch(rows.bind("id", id));
    });
    return found.empty() ? std::nullopt : std::optional(found.front());
}

std::vector<Annotation> Annotations::list(std::string_view show, std::string_view first_day, std::string_view last_day) {
    std::vector<Annotation> result;
    database_.read([&](soci::session& session) {
        Statement rows(session,
                       "select id, show, day, words, who from annotations where day >= :first and day <= :last "
                       "and (:wanted = '' or show = '' or show = :show) order by day, id");
        result = fetch(rows.bind("first", first_day).bind("last", last_day).bind("wanted", show).bind("show", show));
    });
    return result;
}

}  // namespace earshot::analytics
