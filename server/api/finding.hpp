#pragma once
// From a request to the thing it is about, with a sentence when there is none.

#include <initializer_list>
#include <string_view>

#include "content/model/episode.hpp"
#include "content/model/error.hpp"
#include "content/model/job.hpp"
#include "content/model/show.hpp"
#include "server/api/context.hpp"
#include "server/http/message.hpp"

namespace earshot::api {

[[nodiscard]] model::Result<model::Show> find_show(Context& context, const http::Request& request);  // {show}: slug or id
// For analysts: a show of which nothing was ever public is not found.
[[nodiscard]] model::Result<model::Show> find_launched_show(Context& context, const http::Request& request);
[[nodiscard]] model::Result<model::Show> find_launched_show(Context& context, std::string_view slug_or_id);
[[nodiscard]] model::Result<model::Episode> find_episode(Context& context, const http::Request& request);
[[nodiscard]] model::Result<model::Job> find_job(Context& context, const http::Request& request);

// Uploads are their uploader's own; admins may touch all.
[[nodiscard]] bool owns(const http::Request& request, const storage::Upload& upload);

// Adds to the audit trail under the name of who asked.
void note(Context& context, const http::Request& request, std::string_view what, std::string_view object);
// The path asked for, and of its query these parameters alone, which the caller has checked: anything may stand in others.
[[nodiscard]] std::string address_with(const http::Request& request, std::initializer_list<std::string_view> parameters);
// note() for looking at figures.
void note_look(Context& context, const http::Request& request, std::initializer_list<std::string_view> parameters);

}  // namespace earshot::api
