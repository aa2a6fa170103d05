#pragma once
// The composition root: owns every long-lived object of a running server, declared in the order they start. Nothing else in the product is
// global.

#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "config/settings.hpp"
#include "server/succession.hpp"

namespace earshot::app {

class App {
public:
    // Opens databases and stores. `take_over`: from the server that runs with this runtime folder, which goes on undisturbed; when there is
    // none this is an ordinary start. Throws std::runtime_error with a sentence when the server must not start.
    explicit App(config::Settings settings, bool take_over = false);
    ~App();
    App(const App&) = delete;

    // Checks the sandbox, takes jobs and accepts connections; returns at once. A predecessor has stepped back by then.
    void start();
    // Until SIGTERM or SIGINT, then graceful: transfers finish up to the limit, counts are flushed, jobs go back to the queue. Or until a
    // successor serves (SIGUSR2 starts one) and the last transfer has ended. SIGHUP: reads the TLS certificate and
    // the lists that counting goes by again.
    void run();
    [[nodiscard]] static sigset_t signals();  // those of run(): to be blocked before any thread starts
    [[nodiscard]] std::vector<std::uint16_t> ports() const;

private:
    struct Rooms;
    struct Run;
    std::optional<Predecessor> predecessor_;  // until we serve; it must see our end only after the rooms are free again
    std::unique_ptr<Rooms> rooms_;
};

}  // namespace earshot::app
