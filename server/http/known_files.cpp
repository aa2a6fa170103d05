#include "server/http/known_files.hpp"

#include <utility>

namespace earshot::http {

const KnownFiles::Known* KnownFiles::find(std::string_view target) {
    const auto found = files_.find(target);
    if (found == files_.end()) return nullptr;
    if (found->second.revision == found->second.row->revision()) return &found->second;
    files_.clear();  // what else was remembered is as old, and holds files open that may be gone
    return nullptr;
}

void KnownFiles::remember(std::string_view target, Known known) {
    if (files_.size() >= capacity) files_.clear();
    files_.insert_or_assign(std::string(target), std::move(known));
}

}  // namespace earshot::http
