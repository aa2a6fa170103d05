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
// once an hour.
[[nodiscard]] http::Answer statistics_reply(Context& context, const http::Request& request, std::string_view path, Page page,
                                            int status = 200);

// That figures were looked at, likewise: what is no page does it itself.
void note_look(Context& context, const http::Request& request);

void put_tabs(Values& values, std::string_view current);
// Fills {{>FILTER}}: a form that leads to `path`.
void put_filter(Values& values, const Selection& selection, const std::string& path);

// The table called like the address's last part ("days.csv"), noted in the audit log; 404 when there is none.
[[nodiscard]] http::Answer table_reply(Context& context, const http::Request& request, std::span<const Table> tables);

}  // namespace earshot::web
