#pragma once
// What the web room remembers between requests, all of it rebuildable: rendered documents of the current public snapshot, open files that
// are being listened to, and a random key of this boot. Thread-safe. Nothing about listeners.

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "content/model/error.hpp"
#include "content/model/open_file.hpp"
#include "content/model/time.hpp"
#include "content/storage/media_store.hpp"
#include "content/storage/public_view.hpp"
#include "server/web/cached_reply.hpp"

namespace earshot::web {

class Caches {
public:
    Caches();

    // The document at `path` as made from that snapshot; `make` runs when it is not there yet. An exception of `make` is passed on.
    [[nodiscard]] DocumentPtr document(const storage::PublicSnapshotPtr& snapshot, const std::string& path,
                                       const std::function<Document()>& make);

    // An open descriptor of the object, shared by all who listen to it; the least recently asked for are closed first.
    [[nodiscard]] model::Result<model::OpenFilePtr> open(storage::MediaStore& store, const std::string& key);

    // The peer's network (IPv4 address, IPv6 /64) under this boot's key: for sign-in limits, held in memory only.
    [[nodiscard]] std::string network_of(std::string_view peer_address) const;

private:
    static constexpr std::size_t most_open_files = 512;
    std::mutex documents_mutex_;
    storage::PublicSnapshotPtr snapshot_;
    std::unordered_map<std::string, DocumentPtr> documents_;

    std::mutex files_mutex_;
    std::list<std::pair<std::string, model::OpenFilePtr>> files_;  // most recent first
    std::unordered_map<std::string, decltype(files_)::iterator> places_;

    std::string boot_key_;
};

}  // namespace earshot::web
