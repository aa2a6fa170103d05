#pragma once
// What the studio's pages share: their frame, and the small parts that appear on several of them.

#include <string>
#include <string_view>
#include <vector>

#include "content/model/episode.hpp"
#include "content/model/job.hpp"
#include "content/model/show.hpp"
#include "server/http/message.hpp"
#include "server/web/context.hpp"
#include "server/web/page.hpp"

namespace earshot::web {

// Whether a page can be used without JavaScript.
enum class Scripts { needed, helpful };

// The page in the studio's frame (templates/studio.html): the token for the API, the dialogs, a sentence for those without JavaScript.
[[nodiscard]] http::Reply studio_reply(const Context& context, const http::Request& request, std::string title, std::string_view part,
                                       Values values, Scripts scripts = Scripts::needed);

[[nodiscard]] std::string studio_show_path(const model::Show& show);
[[nodiscard]] std::string studio_episode_path(const model::Episode& episode);

// Section LAUNCHED with PAGE and FEED, or NOT_LAUNCHED: these do not exist before the first episode is public.
void put_public_links(const Context& context, Values& values, const model::Show& show);

// "26 November 2026, 07:00 UTC": what <time data-local> says until the browser knows better.
[[nodiscard]] std::string utc_moment(model::Timestamp time);

// The state as the clock has it: a scheduled episode is published at its instant.
[[nodiscard]] model::EpisodeState state_now(const model::Episode& episode, model::Timestamp now);
// STATE ("draft"), STATE_WORD ("Draft") and, when there is a date, section WHEN with ISO and UTC.
void put_state(Values& values, const model::Episode& episode, model::Timestamp now);

// How far a job under way has come, in words; as assets/_studio_jobs.ts says it while a page is open.
[[nodiscard]] std::string words_of(const model::Job& job);

// It failed because its file is no recording that can be read: to try again would end alike.
[[nodiscard]] bool needs_other_file(const model::Job& job);

// Section JOB with its words, when the episode's newest job still says something: waiting, running, failed or cancelled.
void put_job(Values& values, const std::vector<model::Job>& newest_first);

// WORKER_TROUBLE: what is wrong with the workers of this machine (WorkerPool::problem), for those who can do something about it, or that
// nobody works at all.
void put_worker_trouble(const Context& context, const model::Identity& who, Values& values);

// Fills {{>COVER}} from the addresses that staff may read; `path` is the studio address of the show or episode.
void put_staff_cover(Values& values, const model::Artwork* artwork, const std::string& path, std::string_view sizes, bool decorative);

// Fills {{>…}} (templates/studio_gives_away.html) with what a file gives away, by kind; nothing when it gives away nothing. `file`:
// "RECORDING" or "PICTURE".
void put_gives_away(Values& values, std::string name, std::string file, const std::vector<model::EmbeddedItem>& items);

// Fills {{>PEOPLE}} (templates/studio_people.html): a row a person, and an empty one to copy.
void put_people_rows(Values& values, const std::vector<model::Person>& people);

}  // namespace earshot::web
