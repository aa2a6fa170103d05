#pragma once
// What a running server clears away by itself, at its start and every hour: expired uploads, objects nothing speaks of, working files that
// a crash left.

#include <filesystem>
#include <memory>

#include "content/storage/collector.hpp"
#include "content/storage/uploads.hpp"

namespace earshot::app {

class Housekeeping {
public:
    // `work`: the folder of working files (data/work).
    Housekeeping(storage::Uploads& uploads, storage::Catalogue& catalogue, storage::MediaStore& store, std::filesystem::path work,
                 model::Clock clock);
    ~Housekeeping();  // stop()
    void start();     // in a thread of its own
    void stop();
    void run();  // one round, here; what goes wrong is logged and left for the next round

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace earshot::app
