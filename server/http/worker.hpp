#pragma once
// One network thread: its listeners, its event loop, its connections. Private to server.cpp.

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <vector>

#include "server/http/listener.hpp"
#include "server/http/loop.hpp"
#include "server/http/service.hpp"

namespace earshot::http {

class Worker {
public:
    Worker(Service& service, std::vector<Descriptor> plain, std::vector<Descriptor> secure);  // listening sockets; `secure` speaks TLS
    ~Worker();
    Worker(const Worker&) = delete;

    void run();  // the thread's life: returns when stop() was called and every connection has ended

    // Any thread, once run() has been or will be called.
    void pause(std::move_only_function<void()> done);  // `done` is called on the thread when it accepts no more
    void resume();
    void stop(std::chrono::milliseconds limit);

private:
    class Listening;

    void accept();
    void accept_no_more();
    void rest();
    void sweep_later();
    void sweep();

    Loop loop_;
    std::list<Listening> listening_;
    std::size_t most_sessions_{};  // since memory was last given back
    bool accepting_{};
    bool resting_{};  // and will accept again
};

}  // namespace earshot::http
