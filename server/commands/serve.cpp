#include <fmt/format.h>

#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <system_error>

#include "server/app.hpp"
#include "server/commands/commands.hpp"
#include "server/log.hpp"
#include "server/places.hpp"
#include "server/settings_check.hpp"

namespace earshot::commands {

namespace {

// What listeners send lives in this process's memory only: a crash must not write it to a disk. The limit does not hold for dumps that are
// piped to a collector; the flag does, and it also keeps this user's other processes from reading the memory.
void leave_no_core_dumps() {
    constexpr rlimit none{0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        throw std::system_error(errno, std::generic_category(), "forbidding core dumps");
}

}  // namespace

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
    for (const std::string& problem : app::missing_mentions(*settings))
        app::log(app::Level::error, "settings", {{"problem", std::string_view(problem)}});
    try {
        leave_no_core_dumps();
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
