#include "server/publishing/worker.hpp"

#include "server/commands/commands.hpp"

namespace earshot::commands {

int worker(bool self_test) {
    return self_test ? publishing::worker_self_test() : publishing::worker_main();
}

}  // namespace earshot::commands
