// Many listeners who each take a file at a steady rate, like players on phones: slow_listeners PORT PATH LISTENERS BYTES_PER_SECOND SECONDS
// They join over a second; once buffers are in balance and the first minute of audio is through, it prints "steady", then reads for SECONDS
// and prints how many bytes that were.
// All have the same period, so one pass over them in order of joining is also the order in which they are due.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t gulp = 16U << 10;
constexpr int receive_buffer = 64 << 10;
constexpr auto joining = std::chrono::seconds(1), settling = std::chrono::seconds(8);

int join(int port, const std::string& request, unsigned number) {
    const int client = ::socket(AF_INET, SOCK_STREAM, 0);
    ::setsockopt(client, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(0x7F000101U + (number % 50 << 8) + number / 50 % 200);  // 127.0.1.1 and on
    if (::bind(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("bind");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (::connect(client, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) throw std::runtime_error("connect");
    if (::send(client, request.data(), request.size(), 0) < 0) throw std::runtime_error("send");
    return client;
}

}  // namespace

int main(int count, char** words) {
    if (count != 6) return 2;
    const int port = std::atoi(words[1]);
    const auto listeners = static_cast<unsigned>(std::atoi(words[3]));
    const std::string request = "GET " + std::string(words[2]) + " HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: AntennaPod/3.4.0\r\n\r\n";
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);

    const auto period = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 * gulp / std::atof(words[4])));
    const auto start = Clock::now(), steady = start + joining + settling, end = steady + std::chrono::seconds(std::atoi(words[5]));
    std::vector<int> clients;
    for (unsigned i = 0; i < listeners; ++i) {
        std::this_thread::sleep_until(start + joining * i / listeners);
        clients.push_back(join(port, request, i));
    }
    std::vector<std::size_t> owed(listeners, 0);  // what a listener could not get in time, it takes later
    std::uint64_t bytes = 0;
    bool said = false;
    for (auto round = start + joining;; round += period) {
        for (unsigned i = 0; i < listeners; ++i) {
            const auto due = round + period * i / listeners;
            if (due > Clock::now()) std::this_thread::sleep_until(due);
            if (!said && Clock::now() >= steady) {
                said = true;
                bytes = 0;
                std::puts("steady");
                std::fflush(stdout);
            }
            const auto got = ::recv(clients[i], nullptr, gulp + owed[i], MSG_DONTWAIT | MSG_TRUNC);  // thrown away unread
            if (got == 0) throw std::runtime_error("the server ended a file early");
            const auto taken = got > 0 ? static_cast<std::size_t>(got) : 0;
            owed[i] += gulp - taken;
            bytes += taken;
        }
        if (Clock::now() >= end) break;
    }
    std::printf("%llu\n", static_cast<unsigned long long>(bytes));
}
