#pragma once
// How a row gets onto the audit log's chain, inside somebody's transaction: an act and its row are stored together or not at all.

#include <string_view>

#include "content/model/time.hpp"

namespace soci {
class session;
}

namespace earshot::storage {

// As AuditLog::add.
void append_audit(soci::session& session, model::Timestamp now, std::string_view who, std::string_view what, std::string_view object);

}  // namespace earshot::storage
