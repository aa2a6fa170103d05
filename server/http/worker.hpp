#pragma once
// One network thread: its listeners, its event loop, its connections.

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "server/http/listener.hpp"
#include "server/http/service.hpp"

namespace earshot::http {

struct Loop;

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
    std::unique_ptr<Loop> loop_;
};

}  // namespace earshot::http
