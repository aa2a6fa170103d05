#pragma once
// What the studio shows of a recording's sound, and the form that takes ranges out of it.

#include "content/model/episode.hpp"
#include "server/web/context.hpp"
#include "server/web/values.hpp"

namespace earshot::web {

// Sections SHAPE, CURVE and REDACT (or NOTHING_TO_REDACT) of templates/studio_episode.html. Reads the store.
void put_sound(Context& context, Values& values, const model::Episode& episode);

}  // namespace earshot::web
