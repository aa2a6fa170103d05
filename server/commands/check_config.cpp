#include <cstdio>

#include "config/settings.hpp"
#include "server/commands/commands.hpp"
#include "server/counting_lists.hpp"
#include "server/http/tls.hpp"

namespace earshot::commands {

int check_config(const ConfigOption& options) {
    if (!options.config.empty()) {
        const auto settings = config::load_settings(options.config);
        if (!settings) {
            std::fprintf(stderr, "%s\n", settings.error().message.c_str());
            return 1;
        }
        if (const auto& tls = settings->tls; !tls.listen.empty()) {
            if (const auto loaded = http::TlsContext::load(tls.certificate, tls.key); !loaded) {
                std::fprintf(stderr, "%s\n", loaded.error().message.c_str());
                return 1;
            }
        }
        if (const auto lists = analytics::Recognition::load(app::counting_lists(*settings)); !lists) {
            std::fprintf(stderr, "%s\n", lists.error().message.c_str());
            return 1;
        }
    }
    std::puts("ok");
    return 0;
}

}  // namespace earshot::commands
