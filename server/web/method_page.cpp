// How we count: for staff with every request accounted for, and in plain words for everybody.

#include <fmt/format.h>

#include "server/analytics/count.hpp"
#include "server/web/cached_reply.hpp"
#include "server/web/caches.hpp"
#include "server/web/figure_words.hpp"
#include "server/web/handlers.hpp"
#include "server/web/page.hpp"
#include "server/web/statistics_frame.hpp"
#include "server/web/statistics_parts.hpp"
#include "server/web/wording.hpp"

namespace earshot::web {
namespace {

using Statistics = analytics::Statistics;

void put_sharing_rules(Values& values, const Statistics::SharedAddressRules& rules) {
    if (rules.most_per_address == 0) return;
    auto& section = values.add("SHARED").set("MOST", rules.most_per_address);
    if (rules.entries == 0) return;
    auto& list = section.add("LIST").set("ENTRIES", rules.entries).set("OLDEST", rules.oldest_review);
    if (rules.overdue > 0) list.add("OVERDUE").set("OVERDUE", rules.overdue);
}

std::string audit_time(model::Timestamp time) {
    return fmt::format("{}, {} UTC", long_date(time), model::format_rfc3339(time).substr(11, 5));
}

// `lists_since`: when what is counted by was read.
void put_audit(Values& values, const std::optional<analytics::SelfAudit>& audit, model::Timestamp lists_since) {
    if (!audit) {
        values.show("NO_AUDIT");
        return;
    }
    auto& result = values.add("AUDIT").add(audit->passed() ? "PASSED" : "DIFFERS");
    result.set("TIME", audit_time(audit->time)).set("TIME_ISO", model::format_rfc3339(audit->time)).set("VERSION", audit->method);
    result.set("CASES", audit->cases).set("REQUESTS", grouped(audit->requests)).set("COUNT", audit->differences.size());
    if (audit->time < lists_since)
        result.add("READ_SINCE").set("READ", audit_time(lists_since)).set("READ_ISO", model::format_rfc3339(lists_since));
    for (const auto& one : audit->differences)
        result.add("CASE").set("NAME", one.name).set("EXPECTED", one.expected).set("COUNTED", one.counted);
}

// Since the start of this process: what no figure has because there was too much of it at once.
void put_lost(Values& values, std::uint64_t deliveries, std::uint64_t follows) {
    if (deliveries == 0) values.show("NONE_LOST");
    if (deliveries > 0) values.add("LOST").set("LOST", grouped(deliveries));
    if (follows > 0) values.add("FOLLOWS_REFUSED").set("FOLLOWS_REFUSED", grouped(follows));
}

void put_rules(Values& values, Context& context) {
    const auto fewest = context.settings.statistics.suppress_below;
    values.set("METHOD_VERSION", std::string(analytics::method_version));
    values.show(context.settings.server.trusted_proxies.empty() ? "NO_PROXY" : "BEHIND_PROXY");
    if (fewest > 1)
        values.add("SMALL_NUMBERS").set("SMALL_NUMBERS", fewest).set("LESS", fewest - 1);
    else
        values.show("ALL_NUMBERS");
}

}  // namespace

http::Answer method(Context& context, const http::Request& request) {
    Page page{.title = "How we count", .main = "method.html"};
    put_rules(page.values, context);
    const auto rules = context.statistics.shared_address_rules();
    put_sharing_rules(page.values, rules);
    if (rules.most_per_address == 0) page.values.show("NO_LIMIT");
    put_audit(page.values, context.audits.last(), context.statistics.lists_since());
    put_lost(page.values, context.statistics.dropped(), context.follows.refused());
    const auto usual = select_all(context, request);
    const auto tally = context.statistics.tallies(query_of(usual)).all;
    page.values.set("PERIOD", period_words(usual.first_day, usual.last_day)).set("TALLY_SENTENCE", tally_sentence(tally));
    put_table(page.values, "TALLY_TABLE", tally_table(tally, usual.runs()));
    return statistics_reply(context, request, "/statistics/method", std::move(page), "/statistics/method");
}

http::Answer how_we_count(Context& context, const http::Request& request) {
    const auto snapshot = context.view.get();
    const auto audit = context.audits.last();
    const auto lists_since = context.statistics.lists_since();
    const auto key =
        fmt::format("/how-we-count {} {}", audit ? audit->time.time_since_epoch().count() : 0, lists_since.time_since_epoch().count());
    const auto document = context.caches->document(snapshot, key, [&] {
        Page page{.title = "How we count", .path = "/how-we-count", .main = "how_we_count.html"};
        page.description = "What a download is, what is not counted, and why the figures can be trusted, in plain words.";
        put_rules(page.values, context);
        put_audit(page.values, audit, lists_since);
        return make_document("text/html; charset=utf-8", render_public(context, *snapshot, std::move(page)));
    });
    return reply_with(request, *document);
}

}  // namespace earshot::web
