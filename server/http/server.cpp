#include "server/http/server.hpp"

#include <csignal>
#include <latch>
#include <list>
#include <thread>
#include <utility>

#include "server/http/service.hpp"
#include "server/http/worker.hpp"

namespace earshot::http {

struct Server::State {
    State(ServerOptions options, Router router, model::DeliverySink sink, std::function<void(const RequestLog&)> log,
          std::vector<Descriptor>& inherited)
        : service(std::move(options), std::move(router), std::move(sink), std::move(log)) {
        const auto cores = std::max(std::thread::hardware_concurrency(), 1U);
        const auto count = service.options.network_threads == 0 ? cores : service.options.network_threads;
        auto plain = open_listeners(service.options.listen, count, inherited);
        auto secure = open_listeners(service.options.tls.listen, count, inherited);
        ports = std::move(plain.ports);
        ports.insert(ports.end(), secure.ports.begin(), secure.ports.end());
        for (unsigned thread = 0; thread < count; ++thread) {
            for (const auto* sockets : {&plain.of_each_thread[thread], &secure.of_each_thread[thread]}) {
                for (const auto& socket : *sockets) listening.push_back(socket.get());
            }
            workers.emplace_back(service, std::move(plain.of_each_thread[thread]), std::move(secure.of_each_thread[thread]));
        }
    }

    Service service;
    std::vector<std::uint16_t> ports;
    std::vector<int> listening;
    std::list<Worker> workers;
    std::atomic<std::size_t> running{0};
    std::vector<std::thread> threads;
};

Server::Server(ServerOptions options, Router router, model::DeliverySink sink, std::function<void(const RequestLog&)> log,
               std::vector<Descriptor>* inherited) {
    std::vector<Descriptor> none;
    state_ = std::make_unique<State>(std::move(options), std::move(router), std::move(sink), std::move(log), inherited ? *inherited : none);
    // sendfile has no MSG_NOSIGNAL: a client that hangs up would end the process.
    std::signal(SIGPIPE, SIG_IGN);
}

Server::~Server() {
    stop();
}

void Server::start() {
    if (!state_->threads.empty()) return;
    state_->running = state_->workers.size();
    for (auto& worker : state_->workers) {
        state_->threads.emplace_back([&worker, &running = state_->running] {
            worker.run();
            --running;
        });
    }
}

std::vector<std::uint16_t> Server::ports() const {
    return state_->ports;
}

model::Result<void> Server::reload_certificate() {
    return state_->service.options.tls.listen.empty() ? model::Result<void>() : state_->service.load_certificate();
}

const std::vector<int>& Server::listening() const {
    return state_->listening;
}

void Server::pause() {
    std::latch paused(static_cast<std::ptrdiff_t>(state_->workers.size()));
    for (auto& worker : state_->workers) worker.pause([&paused] { paused.count_down(); });
    paused.wait();
}

void Server::resume() {
    for (auto& worker : state_->workers) worker.resume();
}

void Server::begin_stop(std::chrono::milliseconds limit) {
    state_->service.stopping = true;
    for (auto& worker : state_->workers) worker.stop(limit);
}

bool Server::stopped() const noexcept {
    return state_->running == 0;
}

void Server::stop() {
    if (state_->threads.empty()) return;
    begin_stop(state_->service.options.drain_timeout);
    for (auto& thread : state_->threads) thread.join();
    state_->threads.clear();
}

std::uint32_t Server::connections() const noexcept {
    return state_->service.admission.connections();
}

}  // namespace earshot::http
