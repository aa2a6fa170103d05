#pragma once
// The inside of a network thread. Private to the few files that see Asio: session*.cpp and worker.cpp.

#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <string>
#include <unordered_set>
#include <vector>

#include "server/http/known_files.hpp"
#include "server/http/mailbox.hpp"
#include "server/http/outgoing.hpp"
#include "server/http/readiness.hpp"
#include "server/http/service.hpp"

namespace earshot::http {

namespace asio = boost::asio;
using SteadyTime = std::chrono::steady_clock::time_point;

// Concrete executors everywhere: any_io_executor costs several per cent.
using Executor = asio::io_context::executor_type;
using Watched = asio::posix::basic_stream_descriptor<Executor>;
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
template <class T>
using Task = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> use_task{};

class Session;

struct Loop {
    explicit Loop(Service& shared);
    ~Loop();
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    [[nodiscard]] std::string_view date();  // now, as IMF-fixdate; made once a second

    // No locks inside: only this thread may touch it (see Mailbox).
    asio::io_context io{BOOST_ASIO_CONCURRENCY_HINT_UNSAFE};
    Service& service;
    Mailbox mailbox;
    Watched mailbox_bell{io};
    ReadySet ready;
    Watched ready_bell{io};
    Timer sweep_timer{io};
    struct Listening {
        Watched socket;
        bool secure{};
    };
    std::vector<Listening> listeners;
    std::unordered_set<Session*> sessions;
    FileMappings mappings;
    bool accepting{};
    KnownFiles known;
    SteadyTime now{std::chrono::steady_clock::now()};  // of the present turn: for deadlines
    bool stopping{};
    SteadyTime drain_deadline{SteadyTime::max()};
    std::array<char, 32 * 1024> buffer{};  // for whoever receives right now; never across a suspension

private:
    std::string date_;
    std::chrono::sys_seconds date_second_{};
};

}  // namespace earshot::http
