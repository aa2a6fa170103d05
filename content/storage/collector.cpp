#include "content/storage/collector.hpp"

namespace earshot::storage {

Collector::Collector(Catalogue& catalogue, MediaStore& store, model::Clock clock)
    : catalogue_(catalogue), store_(store), clock_(std::move(clock)) {}

int Collector::run() {
    const auto now = clock_();
    // The store first: what is stored and referenced after that is not in the list.
    const auto stored = store_.list(now - shortest_life);
    const auto referenced = catalogue_.referenced_objects();
    std::map<std::string, model::Timestamp> unreferenced;
    int removed = 0;
    for (const std::string& key : stored) {
        if (referenced.contains(key)) continue;
        const auto known = unreferenced_since_.find(key);
        const auto since = known == unreferenced_since_.end() ? now : known->second;
        if (now - since < shortest_disuse)
            unreferenced.emplace(key, since);
        else if (store_.remove(key, now - shortest_life))
            ++removed;
    }
    unreferenced_since_ = std::move(unreferenced);
    return removed;
}

}  // namespace earshot::storage
