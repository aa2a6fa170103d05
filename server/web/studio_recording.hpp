#pragma once
// What the studio tells about a recording: what it is, what it gives away, how loud it was and is now, and how far its job has come.

#include <vector>

#include "content/model/episode.hpp"
#include "content/model/job.hpp"
#include "server/web/values.hpp"

namespace earshot::web {

// Sections MASTER (or NO_MASTER), JOB, RENDITIONS and OLD_RENDITIONS of templates/studio_episode.html.
void put_recording(Values& values, const model::Episode& episode, const std::vector<model::Job>& newest_first, bool is_public);

}  // namespace earshot::web
