#include <fmt/format.h>

#include <csignal>

#include "server/app.hpp"
#include "server/commands/commands.hpp"
#include "server/log.hpp"
#include "server/places.hpp"

namespace earshot::commands {

int serve(const ServeOptions& options) {
    // Blocked before any thread starts, so that only App::run sees them.
    const sigset_t signals = app::App::signals();
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);

    auto settings = app::effective_settings(options);
    if (!settings) {
        fmt::print(stderr, "{}\n", settings.error().message);
        return 1;
    }
    app::open_log(settings->log);
    try {
        app::App app(std::move(*settings), options.take_over);
        app.start();
        app.run();
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
    return 0;
}

}  // namespace earshot::commands
