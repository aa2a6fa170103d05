#include <cstdio>

#include "server/commands/commands.hpp"
#include "server/places.hpp"
#include "server/settings_check.hpp"

namespace earshot::commands {

int check_config(const ConfigOption& options) {
    const auto settings = app::effective_settings(options);
    const auto problems = settings ? app::settings_problems(*settings) : std::vector{settings.error().message};
    for (const std::string& problem : problems) std::fprintf(stderr, "%s\n", problem.c_str());
    if (!problems.empty()) return 1;
    std::puts("ok");
    return 0;
}

}  // namespace earshot::commands
