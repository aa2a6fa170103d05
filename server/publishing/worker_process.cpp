#include "server/publishing/worker_process.hpp"

#include <fcntl.h>
#include <fmt/core.h>
#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>
#include <utility>

#include "server/publishing/worker_protocol.hpp"

namespace earshot::publishing {
namespace {

constexpr std::size_t longest_line = 4U << 20;  // a worker that talks more than this is not ours any more
constexpr std::size_t kept_words = 2048;

[[noreturn]] void throw_errno(const char* what) {
    throw std::system_error(errno, std::generic_category(), what);
}

class Descriptor {
public:
    explicit Descriptor(int number = -1) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() { close(); }
    void close() noexcept {
        if (number_ >= 0) ::close(std::exchange(number_, -1));
    }
    [[nodiscard]] int get() const noexcept { return number_; }

private:
    int number_;
};

struct Pipe {
    Descriptor read, write;
    Pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw_errno("pipe");
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
    }
};

// A file in memory, so that no record is too long for a pipe and nobody has to feed the child.
Descriptor record_file(const std::string& record) {
    Descriptor file(::memfd_create("record", MFD_CLOEXEC));
    if (file.get() < 0) throw_errno("memfd_create");
    for (std::size_t done = 0; done < record.size();) {
        const auto written = ::write(file.get(), record.data() + done, record.size() - done);
        if (written < 0) throw_errno("write");
        done += static_cast<std::size_t>(written);
    }
    if (::lseek(file.get(), 0, SEEK_SET) != 0) throw_errno("lseek");
    return file;
}

// The child's table of descriptors: 0, 1, 2, then the given ones, nothing else. Sources are first copied above every target, so that
// no dup2 overwrites a source still needed.
class FileActions {
public:
    FileActions() { ::posix_spawn_file_actions_init(&actions_); }
    ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
    FileActions(const FileActions&) = delete;
    FileActions& operator=(const FileActions&) = delete;

    void place(int source, int target) {
        Descriptor high(::fcntl(source, F_DUPFD_CLOEXEC, 64));
        if (high.get() < 0) throw_errno("fcntl");
        ::posix_spawn_file_actions_adddup2(&actions_, high.get(), target);
        copies_.push_back(std::move(high));
    }
    void close_from(int first) { ::posix_spawn_file_actions_addclosefrom_np(&actions_, first); }
    [[nodiscard]] const posix_spawn_file_actions_t* get() const noexcept { return &actions_; }

private:
    posix_spawn_file_actions_t actions_{};
    std::vector<Descriptor> copies_;
};

// Signals as a fresh process has them, and a process group of its own: a Ctrl-C at the terminal is the server's to handle.
class Attributes {
public:
    Attributes() {
        ::posix_spawnattr_init(&attributes_);
        sigset_t none, all;
        sigemptyset(&none);
        sigfillset(&all);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    }
    ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    [[nodiscard]] const posix_spawnattr_t* get() const noexcept { return &attributes_; }

private:
    posix_spawnattr_t attributes_{};
};

// Kills and reaps on the way out, whatever happened: no child is left behind.
class Child {
public:
    explicit Child(pid_t pid) noexcept : pid_(pid) {}
    ~Child() {
        if (pid_ > 0) {
            kill();
            wait();
        }
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    void kill() const noexcept { ::kill(-pid_, SIGKILL); }  // and whoever it started
    [[nodiscard]] bool is_gone() const noexcept {
        siginfo_t gone{};
        return ::waitid(P_PID, static_cast<id_t>(pid_), &gone, WEXITED | WNOWAIT | WNOHANG) != 0 || gone.si_pid != 0;
    }
    int wait() noexcept {
        int status = 0;
        kill_what_it_left();
        while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }

private:
    // Its number stays its own, also as that of its group, until it is waited for.
    void kill_what_it_left() const noexcept {
        siginfo_t gone{};
        while (::waitid(P_PID, static_cast<id_t>(pid_), &gone, WEXITED | WNOWAIT) != 0 && errno == EINTR) {
        }
        kill();
    }

    pid_t pid_;
};

// While it lives, this thread and whoever it starts keep off some cores.
class KeepingOff {
public:
    explicit KeepingOff(unsigned cores) noexcept {
        CPU_ZERO(&before_);
        if (cores == 0 || ::sched_getaffinity(0, sizeof before_, &before_) != 0) return;
        cpu_set_t rest = before_;
        for (int core = 0; core < CPU_SETSIZE && cores > 0 && CPU_COUNT(&rest) > 1; ++core) {
            if (!CPU_ISSET(core, &rest)) continue;
            CPU_CLR(core, &rest);
            --cores;
        }
        changed_ = ::sched_setaffinity(0, sizeof rest, &rest) == 0;
    }
    ~KeepingOff() {
        if (changed_) ::sched_setaffinity(0, sizeof before_, &before_);
    }
    KeepingOff(const KeepingOff&) = delete;
    KeepingOff& operator=(const KeepingOff&) = delete;

private:
    cpu_set_t before_;
    bool changed_{};
};

pid_t fork_off(const WorkerProcess& process, const std::vector<int>& descriptors) {
    const pid_t pid = ::fork();
    if (pid < 0) throw_errno("fork");
    if (pid > 0) return pid;
    ::setpgid(0, 0);
    std::vector<int> high;
    for (const int descriptor : descriptors) high.push_back(::fcntl(descriptor, F_DUPFD, 64));
    int next = 0;
    for (const int descriptor : high)
        if (::dup2(descriptor, next++) < 0) ::_exit(126);  // or it would write into somebody else's
    ::close_range(static_cast<unsigned>(next), ~0U, 0);
    ::clearenv();
    ::_exit(process.instead());
}

pid_t spawn(const WorkerProcess& process, int record, int output, int errors) {
    std::vector<int> descriptors{record, output, errors};
    descriptors.insert(descriptors.end(), process.descriptors.begin(), process.descriptors.end());
    if (process.instead) return fork_off(process, descriptors);
    FileActions actions;
    int next = 0;
    for (const int descriptor : descriptors) actions.place(descriptor, next++);
    actions.close_from(next);
    const Attributes attributes;
    std::string name = "earshot", verb = "worker";
    std::array<char*, 3> arguments{name.data(), verb.data(), nullptr};
    std::array<char*, 1> environment{nullptr};
    pid_t pid = -1;
    const KeepingOff inherited(process.spare_cores);
    const int failed = ::posix_spawn(&pid, process.program.c_str(), actions.get(), attributes.get(), arguments.data(), environment.data());
    if (failed != 0) throw std::system_error(failed, std::generic_category(), "starting " + process.program.string());
    return pid;
}

// Gives complete lines on; false when the receiver wants no more or a line is beyond reason.
bool take_lines(std::string& pending, const std::function<bool(std::string_view)>& on_line) {
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = pending.find('\n', begin)) != std::string::npos; begin = end + 1) {
        if (!on_line(std::string_view(pending).substr(begin, end - begin))) return false;
    }
    pending.erase(0, begin);
    return pending.size() <= longest_line;
}

// True while the other end is open.
bool read_some(int descriptor, std::string& into) {
    std::array<char, 16384> buffer;
    const auto got = ::read(descriptor, buffer.data(), buffer.size());
    if (got > 0) into.append(buffer.data(), static_cast<std::size_t>(got));
    return got > 0 || (got < 0 && errno == EINTR);
}

}  // namespace

WorkerExit run_worker(const WorkerProcess& process, const std::function<bool(std::string_view)>& on_line,
                      const std::function<bool()>& on_tick) {
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds tick{200}, last_look{2};
    Pipe output, errors;
    const Descriptor record = record_file(process.record);
    Child child(spawn(process, record.get(), output.write.get(), errors.write.get()));
    output.write.close();
    errors.write.close();
    const auto end = Clock::now() + process.deadline;

    WorkerExit exit;
    std::string pending;
    std::array<pollfd, 2> watched{pollfd{output.read.get(), POLLIN, 0}, pollfd{errors.read.get(), POLLIN, 0}};
    auto next_tick = Clock::now() + tick;
    // A child may close its output and yet go on: it can be stopped, and has its deadline, until it is gone.
    const auto is_heard = [&] { return watched[0].fd >= 0 || watched[1].fd >= 0; };
    while (is_heard() || !child.is_gone()) {
        const auto now = Clock::now();
        if (now >= end) {
            exit.in_time = false;
            break;
        }
        if (now >= next_tick) {
            next_tick = now + tick;
            if (!on_tick()) exit.stopped = true;
        }
        if (exit.stopped) break;
        const auto pause = is_heard() ? std::chrono::ceil<std::chrono::milliseconds>(std::min(end, next_tick) - now) : last_look;
        if (::poll(watched.data(), watched.size(), static_cast<int>(pause.count())) <= 0) continue;
        if (watched[0].revents != 0) {
            if (!read_some(watched[0].fd, pending)) watched[0].fd = -1;
            if (!take_lines(pending, on_line)) exit.stopped = true;
        }
        if (watched[1].revents != 0) {
            if (!read_some(watched[1].fd, exit.last_words)) watched[1].fd = -1;
            if (exit.last_words.size() > 2 * kept_words) exit.last_words.erase(0, exit.last_words.size() - kept_words);
        }
    }
    if (!exit.stopped && exit.in_time && !pending.empty() && !on_line(pending)) exit.stopped = true;  // a last line without its end
    if (exit.stopped || !exit.in_time) child.kill();
    exit.status = child.wait();
    return exit;
}

std::uint64_t worker_cpu_seconds(std::chrono::milliseconds stated, std::uint64_t bytes) noexcept {
    constexpr std::uint64_t longest = 12 * 3600, bytes_a_second = 64'000;
    const auto head = static_cast<std::uint64_t>(std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(stated).count(), 0));
    return 60 + 2 * (head == 0 ? longest : std::min(longest, std::max(head, bytes / bytes_a_second)));
}

std::string describe(const WorkerExit& exit) {
    std::string text;
    if (!exit.in_time) {
        text = "did not finish in time and was ended";
    } else if (WIFSIGNALED(exit.status)) {
        const int signal = WTERMSIG(exit.status);
        text = fmt::format("was killed by signal {} ({}{})", signal, ::strsignal(signal),
                           signal == SIGSYS    ? ": the sandbox refused a system call"
                           : signal == SIGKILL ? ": by somebody, or by the kernel for want of memory"
                                               : "");
    } else {
        text = fmt::format("ended with status {} and without an answer", WEXITSTATUS(exit.status));
    }
    if (!exit.last_words.empty()) text += "; its last words: " + exit.last_words;
    return text;
}

}  // namespace earshot::publishing
