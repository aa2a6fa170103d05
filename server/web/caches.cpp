#include "server/web/caches.hpp"

#include <arpa/inet.h>

#include <array>

#include "content/storage/digest.hpp"
#include "server/web/context.hpp"

namespace earshot::web {

Caches::Caches() : boot_key_(storage::random_bytes(32)) {}

std::shared_ptr<Caches> make_caches() {
    return std::make_shared<Caches>();
}

DocumentPtr Caches::document(const storage::PublicSnapshotPtr& snapshot, const std::string& path, const std::function<Document()>& make) {
    {
        const std::scoped_lock lock(documents_mutex_);
        if (snapshot_ != snapshot) {
            // A request that still holds the snapshot before must not throw the newer one's documents away.
            if (!snapshot_ || snapshot->revision >= snapshot_->revision) {
                documents_.clear();
                snapshot_ = snapshot;
            }
        } else if (const auto found = documents_.find(path); found != documents_.end()) {
            return found->second;
        }
    }
    auto made = std::make_shared<const Document>(make());  // outside the lock: two at once may make the same, one is kept
    const std::scoped_lock lock(documents_mutex_);
    if (snapshot_ != snapshot) return made;
    return documents_.try_emplace(path, std::move(made)).first->second;
}

model::Result<model::OpenFilePtr> Caches::open(storage::MediaStore& store, const std::string& key) {
    {
        const std::scoped_lock lock(files_mutex_);
        if (const auto found = places_.find(key); found != places_.end()) {
            files_.splice(files_.begin(), files_, found->second);
            return found->second->second;
        }
    }
    auto file = store.open(key);
    if (!file) return file;
    const std::scoped_lock lock(files_mutex_);
    if (const auto found = places_.find(key); found != places_.end()) return found->second->second;
    files_.emplace_front(key, *file);
    places_.emplace(key, files_.begin());
    if (files_.size() > most_open_files) {
        places_.erase(files_.back().first);
        files_.pop_back();
    }
    return file;
}

std::string Caches::network_of(std::string_view peer_address) const {
    const std::string text(peer_address);
    std::array<unsigned char, 16> bytes{};
    std::string network = text;
    if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) network.assign(reinterpret_cast<const char*>(bytes.data()), 8);
    return storage::sha256_hex(boot_key_ + network);
}

}  // namespace earshot::web
