#include "server/http/server.hpp"

#include <csignal>
#include <list>
#include <thread>
#include <utility>

#include "server/http/service.hpp"
#include "server/http/worker.hpp"

namespace earshot::http {

struct Server::State {
    State(ServerOptions options, Router router, model::DeliverySink sink, std::function<void(const RequestLog&)> log)
        : service(std::move(options), std::move(router), std::move(sink), std::move(log)) {
        const auto cores = std::max(std::thread::hardware_concurrency(), 1U);
        const auto count = service.options.network_threads == 0 ? cores : service.options.network_threads;
        auto listeners = open_listeners(service.options.listen, count);
        ports = std::move(listeners.ports);
        for (auto& sockets : listeners.of_each_thread) workers.emplace_back(service, std::move(sockets));
    }

    Service service;
    std::vector<std::uint16_t> ports;
    std::list<Worker> workers;
    std::vector<std::thread> threads;
};

Server::Server(ServerOptions options, Router router, model::DeliverySink sink, std::function<void(const RequestLog&)> log)
    : state_(std::make_unique<State>(std::move(options), std::move(router), std::move(sink), std::move(log))) {
    // sendfile has no MSG_NOSIGNAL: a client that hangs up would end the process.
    std::signal(SIGPIPE, SIG_IGN);
}

Server::~Server() {
    stop();
}

void Server::start() {
    if (!state_->threads.empty()) return;
    for (auto& worker : state_->workers) state_->threads.emplace_back([&worker] { worker.run(); });
}

std::vector<std::uint16_t> Server::ports() const {
    return state_->ports;
}

void Server::stop() {
    if (state_->threads.empty()) return;
    state_->service.stopping = true;
    for (auto& worker : state_->workers) worker.stop();
    for (auto& thread : state_->threads) thread.join();
    state_->threads.clear();
}

std::uint32_t Server::connections() const noexcept {
    return state_->service.connections;
}

}  // namespace earshot::http
