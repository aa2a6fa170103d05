#pragma once
// What the statistics pages share: their tabs, the form that picks period and show, and their tables as files.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/http/message.hpp"
#include "server/web/page.hpp"
#include "server/web/statistics_query.hpp"
#include "server/web/table.hpp"

namespace earshot::web {

// A page for analysts around its template, under those tabs. `path`: which of them it is. That it was looked at is noted in the audit log,
// once an hour, as `address`: of what was shown (address_of), never the address that was sent, in which anything may stand.
[[nodiscard]] http::Answer statistics_reply(Context& context, const http::Request& request, std::string_view path, Page page,
                                            const std::string& address, int status = 200);

void put_tabs(Values& values, std::string_view current);
// Where `path` shows the day that is not over, too; "" when it does.
[[nodiscard]] std::string with_today(const std::string& path, const Selection& selection);
// Fills {{>FILTER}}: a form that leads to `path`.
void put_filter(Values& values, const Selection& selection, const std::string& path);

// The table called like the address's last part ("days.csv"), noted in the audit log as of `page`'s selection; 404 when there is none.
[[nodiscard]] http::Answer table_reply(Context& context, const http::Request& request, std::span<const Table> tables,
                                       const std::string& page, const Selection& selection);

}  // namespace earshot::web
