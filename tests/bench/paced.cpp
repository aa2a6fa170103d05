// Listeners who seek: paced PORT PATH SIZE CONNECTIONS RATE SECONDS asks for 64 KiB ranges at random places, RATE a second over all
// connections, each at its fixed time whether or not the answers before it were late. Prints nanoseconds from due to last byte, one a line.
// Runs before everything else where it may: listeners are elsewhere, and what keeps this machine busy does not keep them waiting for
// theirs.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t chunk = 64U << 10;

int open_connection(int port) {
    const int client = ::socket(AF_INET, SOCK_STREAM, 0), on = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("connect");
    return client;
}

// One request and its whole answer.
void ask(int client, const std::string& request) {
    static thread_local std::array<char, chunk + 4096> buffer;
    if (::send(client, request.data(), request.size(), MSG_NOSIGNAL) < 0) throw std::runtime_error("send");
    for (std::size_t got = 0, wanted = buffer.size(); got < wanted;) {
        const auto count = ::recv(client, buffer.data() + got, buffer.size() - got, 0);
        if (count <= 0) throw std::runtime_error("the connection ended");
        got += static_cast<std::size_t>(count);
        const std::string_view so_far(buffer.data(), got);
        if (!so_far.starts_with("HTTP/1.1 206")) throw std::runtime_error("not a 206");
        if (const auto head = so_far.find("\r\n\r\n"); head != std::string_view::npos) wanted = head + 4 + chunk;
    }
}

}  // namespace

int main(int count, char** words) {
    if (count != 7) return 2;
    const sched_param lowest{.sched_priority = 1};
    if (::sched_setscheduler(0, SCHED_FIFO, &lowest) != 0) std::fputs("paced: as root the figures would be calmer\n", stderr);
    const int port = std::atoi(words[1]), connections = std::atoi(words[4]);
    const std::string path = words[2];
    const auto size = std::strtoull(words[3], nullptr, 10);
    const auto step = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / std::atof(words[5])));
    const auto start = Clock::now() + std::chrono::milliseconds(50), end = start + std::chrono::seconds(std::atoi(words[6]));

    std::vector<std::vector<std::int64_t>> delays(static_cast<std::size_t>(connections));
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < connections; ++i) {
            threads.emplace_back([&, i] {
                std::minstd_rand random(static_cast<unsigned>(i) + 1);
                std::uniform_int_distribution<unsigned long long> place(0, size - chunk);
                const int client = open_connection(port);
                for (auto due = start + step * i; due < end; due += step * connections) {
                    std::this_thread::sleep_until(due);
                    const auto at = place(random);
                    ask(client, "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: AntennaPod/3.4.0\r\nRange: bytes=" +
                                    std::to_string(at) + "-" + std::to_string(at + chunk - 1) + "\r\n\r\n");
                    delays[static_cast<std::size_t>(i)].push_back((Clock::now() - due).count());
                }
            });
        }
    }
    for (const auto& of_one : delays)
        for (const auto delay : of_one) std::printf("%lld\n", static_cast<long long>(delay));
}
