#pragma once
// A page of figures has room for so many: of more episodes it shows a part and leads to the others.

#include <string>

#include "server/http/message.hpp"
#include "server/web/statistics_query.hpp"
#include "server/web/values.hpp"

namespace earshot::web {

// Leaves in the selection the episodes for which there is room: the newest, or those up to the number that ?upto= gives. Episodes are
// numbered from the oldest, so that the address of a part shows the same ones when more are published. Fills section WINDOW of
// templates/statistics_figures.html when not all are left.
void narrow(Selection& selection, Values& values, const http::Request& request, const std::string& path);

}  // namespace earshot::web
