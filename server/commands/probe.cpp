#include <fmt/core.h>

#include "server/commands/commands.hpp"
#include "server/commands/local_worker.hpp"
#include "server/commands/report_json.hpp"

namespace earshot::commands {

int probe(const std::filesystem::path& file) {
    const auto opened = LocalFile::open_for_reading(file);
    if (!opened) return refuse(opened.error().message);
    auto workers = local_workers(config::default_settings());
    const auto measured = flatten(workers.measure(opened->descriptor()));
    if (!measured) return refuse(measured.error().message);
    fmt::print("{}", probe_json(file.string(), *measured));
    return 0;
}

}  // namespace earshot::commands
