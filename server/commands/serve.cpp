#include <fmt/format.h>

#include <csignal>

#include "server/app.hpp"
#include "server/commands/commands.hpp"
#include "server/log.hpp"
#include "server/places.hpp"

namespace earshot::commands {

int serve(const ServeOptions& options) {
    // Blocked before any thread starts, so that only sigwait below sees them.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    auto settings = app::effective_settings(options);
    if (!settings) {
        fmt::print(stderr, "{}\n", settings.error().message);
        return 1;
    }
    app::open_log(settings->log);
    try {
        app::App app(std::move(*settings));
        app.start();
        int caught = 0;
        sigwait(&signals, &caught);
        app.stop();
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
    return 0;
}

}  // namespace earshot::commands
