#pragma once
// The composition root: owns every long-lived object of a running server, declared in the order they start. Nothing else in the product is
// global.

#include <cstdint>
#include <memory>
#include <vector>

#include "config/settings.hpp"

namespace earshot::app {

class App {
public:
    // Opens databases and stores and checks the sandbox. Throws std::runtime_error with a sentence when the server must not start.
    explicit App(config::Settings settings);
    ~App();
    App(const App&) = delete;

    void start();  // takes jobs and accepts connections; returns at once
    void stop();   // graceful: transfers finish up to the limit, counts are flushed, jobs go back to the queue
    [[nodiscard]] std::vector<std::uint16_t> ports() const;

private:
    struct Rooms;
    std::unique_ptr<Rooms> rooms_;
};

}  // namespace earshot::app
