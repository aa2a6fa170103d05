#include <cstdio>

#include "config/settings.hpp"
#include "server/commands/commands.hpp"

namespace earshot::commands {

int check_config(const ConfigOption& options) {
    if (!options.config.empty()) {
        if (const auto settings = config::load_settings(options.config); !settings) {
            std::fprintf(stderr, "%s\n", settings.error().message.c_str());
            return 1;
        }
    }
    std::puts("ok");
    return 0;
}

}  // namespace earshot::commands
