#pragma once
// The report of a period as plain text: what a digest says, and what staff can read and copy.

#include <string>

#include "server/web/statistics_query.hpp"

namespace earshot::web {

struct Letter {
    std::string subject, text;  // both without anything that the report does not show
};
// Blocking. `selection`: of select_all().
[[nodiscard]] Letter statistics_letter(Context& context, Selection selection);

// The selection that these days and that show (a slug; "": all) would be asked for by. not_found: no such show. Blocking.
struct LetterPeriod {
    std::string first_day, last_day, before_first, before_last;  // UTC days, both included
};
[[nodiscard]] model::Result<Selection> select_for_letter(Context& context, const std::string& show, const LetterPeriod& period);

}  // namespace earshot::web
