#pragma once
// What the report of a period says, gathered once: the printed sheet and the plain text differ in form only.

#include <string>
#include <vector>

#include "server/web/statistics_overview.hpp"

namespace earshot::web {

struct Report {
    struct Named {
        std::string name, words;
    };
    struct Mark {
        std::string number, day, words;  // the number it has on the line
    };
    Overview all;
    std::string heading, period;        // whose figures, of which days
    std::string sentence;               // all in one
    std::string running;                // that its last day is not over; or ""
    std::vector<Mark> marks;            // what was published, what staff noted
    std::string more_marks;             // "and 3 more", or ""
    Table episodes, ages;               // the first of them, without a file
    std::vector<Named> followed;        // calls to action
    std::vector<Named> loaded;          // totals
    std::string caution;                // on these two; "" when there are none
    std::vector<std::string> meanings;  // what these figures are, and when it was made
};

// Nothing of episodes that came after the period. Blocking. `selection`: of select_all().
[[nodiscard]] Report gather_report(Context& context, Selection selection);

}  // namespace earshot::web
