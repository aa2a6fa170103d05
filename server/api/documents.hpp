#pragma once
// What the API says about things, as JSON text. One function an answer; shapes are described in docs/http-api.md.

#include <optional>
#include <string>
#include <vector>

#include "content/model/account.hpp"
#include "content/storage/audit_log.hpp"
#include "server/api/context.hpp"
#include "server/publishing/sound.hpp"

namespace earshot::api {

[[nodiscard]] std::string show_document(const Context& context, const model::Show& show);
[[nodiscard]] std::string shows_document(const Context& context, const std::vector<model::Show>& shows);

// With the transcript's source only in the single document.
[[nodiscard]] std::string episode_document(Context& context, const model::Show& show, const model::Episode& episode);
[[nodiscard]] std::string episodes_document(Context& context, const model::Show& show, const std::vector<model::Episode>& episodes);

[[nodiscard]] std::string sound_document(const Context& context, const model::Show& show, const model::Episode& episode,
                                         const std::optional<publishing::SoundAnalysis>& analysis);

// `original`: the episode's recording as it was handed in.
[[nodiscard]] std::string redactions_document(const model::Episode& episode, const model::Master& original);

[[nodiscard]] std::string job_document(const model::Job& job);
[[nodiscard]] std::string jobs_document(const std::vector<model::Job>& jobs);

[[nodiscard]] std::string me_document(const model::Identity& identity);
[[nodiscard]] std::string audit_document(const std::vector<storage::AuditEntry>& entries, long long first_broken);

}  // namespace earshot::api
