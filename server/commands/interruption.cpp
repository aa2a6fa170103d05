#include "server/commands/interruption.hpp"

#include <algorithm>
#include <cerrno>

namespace earshot::commands {

Interruption::Interruption() {
    sigemptyset(&heeded_);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction now{};
        if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) sigaddset(&heeded_, signal);
    }
    ::pthread_sigmask(SIG_BLOCK, &heeded_, &before_);
}

Interruption::~Interruption() {
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    if (came_ != 0) ::raise(came_);  // whoever started us (a shell's loop) is to see what ended us
}

bool Interruption::comes_within(std::chrono::milliseconds time) {
    using namespace std::chrono;
    const auto end = steady_clock::now() + time;
    while (true) {
        const auto left = std::max(nanoseconds(0), duration_cast<nanoseconds>(end - steady_clock::now()));
        const auto whole = duration_cast<seconds>(left);
        const timespec patience{.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
        if (const int signal = ::sigtimedwait(&heeded_, nullptr, &patience); signal > 0) return came_ = signal, true;
        if (errno != EINTR) return false;
    }
}

}  // namespace earshot::commands
