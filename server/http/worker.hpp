#pragma once
// One network thread: its listeners, its event loop, its connections.

#include <memory>
#include <vector>

#include "server/http/listener.hpp"
#include "server/http/service.hpp"

namespace earshot::http {

struct Loop;

class Worker {
public:
    Worker(Service& service, std::vector<Descriptor> listeners);
    ~Worker();
    Worker(const Worker&) = delete;

    void run();   // the thread's life: returns when stop() was called and every connection has ended
    void stop();  // any thread, once run() has been or will be called
private:
    std::unique_ptr<Loop> loop_;
};

}  // namespace earshot::http
