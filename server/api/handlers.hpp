#pragma once
// Every function behind /api/v1, one file a resource. All are blocking (database, disk): routes run them on the pool. The shapes of
// requests and answers are described in docs/http-api.md and docs/openapi.json. {show} is a show's id or slug, {episode}, {job} and
// {upload} are ids.

#include <memory>
#include <variant>

#include "server/api/context.hpp"
#include "server/http/message.hpp"

namespace earshot::api {

using http::Answer;
using http::Request;
using Streamed = std::variant<Answer, std::unique_ptr<http::BodySink>>;

// shows.cpp
[[nodiscard]] Answer list_shows(Context&, const Request&);
[[nodiscard]] Answer create_show(Context&, const Request&);
[[nodiscard]] Answer get_show(Context&, const Request&);
[[nodiscard]] Answer edit_show(Context&, const Request&);

// episodes.cpp
[[nodiscard]] Answer list_episodes(Context&, const Request&);
[[nodiscard]] Answer create_episode(Context&, const Request&);
[[nodiscard]] Answer get_episode(Context&, const Request&);
[[nodiscard]] Answer edit_episode(Context&, const Request&);
[[nodiscard]] Answer delete_episode(Context&, const Request&);
[[nodiscard]] Answer get_transcript(Context&, const Request&);
[[nodiscard]] Answer put_transcript(Context&, const Request&);
[[nodiscard]] Answer delete_transcript(Context&, const Request&);
[[nodiscard]] Answer get_transcript_draft(Context&, const Request&);
[[nodiscard]] Answer delete_transcript_draft(Context&, const Request&);
[[nodiscard]] Answer accept_transcript_draft(Context&, const Request&);
[[nodiscard]] Answer draft_transcript(Context&, const Request&);
[[nodiscard]] Answer put_chapters(Context&, const Request&);
[[nodiscard]] Answer delete_chapters(Context&, const Request&);

// sound.cpp
[[nodiscard]] Answer get_sound(Context&, const Request&);
[[nodiscard]] Answer get_waveform(Context&, const Request&);
[[nodiscard]] Answer get_master_waveform(Context&, const Request&);  // of the recording as it was handed in

// redactions.cpp
[[nodiscard]] Answer get_redactions(Context&, const Request&);
[[nodiscard]] Answer put_redactions(Context&, const Request&);

// artwork.cpp: the picture is the body
[[nodiscard]] Streamed put_show_artwork(Context&, const Request&);
[[nodiscard]] Streamed put_episode_artwork(Context&, const Request&);

// publication.cpp
[[nodiscard]] Answer put_master(Context&, const Request&);
[[nodiscard]] Answer publish_episode(Context&, const Request&);
[[nodiscard]] Answer withdraw_episode(Context&, const Request&);
[[nodiscard]] Answer unschedule_episode(Context&, const Request&);

// jobs.cpp
[[nodiscard]] Answer list_jobs(Context&, const Request&);
[[nodiscard]] Answer get_job(Context&, const Request&);
[[nodiscard]] Answer job_events(Context&, const Request&);
[[nodiscard]] Answer cancel_job(Context&, const Request&);
[[nodiscard]] Answer retry_job(Context&, const Request&);
[[nodiscard]] Answer put_job_priority(Context&, const Request&);

// uploads.cpp: tus 1.0
[[nodiscard]] Answer upload_options(Context&, const Request&);
[[nodiscard]] Streamed create_upload(Context&, const Request&);
[[nodiscard]] Answer head_upload(Context&, const Request&);
[[nodiscard]] Streamed patch_upload(Context&, const Request&);  // also POST with X-HTTP-Method-Override
[[nodiscard]] Answer delete_upload(Context&, const Request&);

// statistics.cpp
[[nodiscard]] Answer get_statistics(Context&, const Request&);
[[nodiscard]] Answer get_statistics_csv(Context&, const Request&);

// openapi.cpp: docs/openapi.json
[[nodiscard]] Answer get_openapi(Context&, const Request&);

// statistics_closer.cpp
[[nodiscard]] Answer get_episode_statistics(Context&, const Request&);
[[nodiscard]] Answer get_statistics_of_today(Context&, const Request&);
[[nodiscard]] Answer get_statistics_notes(Context&, const Request&);

// export.cpp
[[nodiscard]] Answer get_everything_csv(Context&, const Request&);

// acting.cpp
[[nodiscard]] Answer get_acting(Context&, const Request&);
[[nodiscard]] Answer get_acting_csv(Context&, const Request&);
[[nodiscard]] Answer put_totals(Context&, const Request&);  // the table is the body

// self_audit.cpp
[[nodiscard]] Answer get_self_audit(Context&, const Request&);
[[nodiscard]] Answer run_self_audit(Context&, const Request&);

// staff.cpp
[[nodiscard]] Answer get_me(Context&, const Request&);
[[nodiscard]] Answer get_audit(Context&, const Request&);  // admins only

}  // namespace earshot::api
