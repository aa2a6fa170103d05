#pragma once
// Removes stored objects that nothing speaks of any more: of deleted drafts, replaced renditions and covers, uploads that came to nothing.

#include <chrono>
#include <map>
#include <string>

#include "content/model/time.hpp"
#include "content/storage/catalogue.hpp"
#include "content/storage/media_store.hpp"

namespace earshot::storage {

class Collector {
public:
    // Long enough for a job to finish with what it has stored.
    static constexpr std::chrono::hours shortest_life{24};
    // Long enough for a snapshot, a backup or a request that still knows an object to be done with it.
    static constexpr std::chrono::hours shortest_disuse{6};

    Collector(Catalogue& catalogue, MediaStore& store, model::Clock clock = model::system_now);

    // Call it now and then: removes what was stored over `shortest_life` ago and found unreferenced by every call for `shortest_disuse`.
    // Returns how many objects. Not thread-safe; blocking.
    int run();

private:
    Catalogue& catalogue_;
    MediaStore& store_;
    model::Clock clock_;
    std::map<std::string, model::Timestamp> unreferenced_since_;
};

}  // namespace earshot::storage
