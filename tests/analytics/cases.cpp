#include "tests/analytics/cases.hpp"

#include <fstream>

#include "tests/support/temporary_folder.hpp"

namespace earshot::tests {

analytics::ListFiles documented_lists() {
    static const TemporaryFolder folder;
    const auto shared = folder.path() / "shared";
    std::ofstream(shared) << analytics::documented::shared_addresses();
    return {.shared_addresses = shared};
}

}  // namespace earshot::tests
