#pragma once
// Ctrl-C, SIGTERM and SIGHUP for a command that has something to take back before it ends: while one lives they wait to be asked for.

#include <chrono>
#include <csignal>

namespace earshot::commands {

// One for a process, on its main thread, made before any other thread.
class Interruption {
public:
    Interruption();   // signals that are ignored (nohup) stay so
    ~Interruption();  // a signal that came has its usual effect now
    Interruption(const Interruption&) = delete;
    Interruption& operator=(const Interruption&) = delete;

    // One has come, or comes within that time. Each is told once.
    [[nodiscard]] bool comes_within(std::chrono::milliseconds time);

private:
    sigset_t heeded_, before_;
    int came_{0};
};

}  // namespace earshot::commands
