#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "server/publishing/sandbox.hpp"
#include "server/publishing/worker.hpp"

namespace earshot::publishing {
namespace {

struct stat state_of_a_file;  // filled by what must fail
constexpr int refused_status = 40, allowed_status = 41, no_layer_status = 42;

struct Attempt {
    std::string what;
    std::function<bool()> forbidden_thing;  // true when it worked
    bool in_sanitizer_builds{true};         // false: such a build cannot hold this
    bool deadly{};                          // must end the process with SIGSYS: an error from the kernel itself would prove nothing
};
struct Trial {
    std::function<SandboxLayer()> layer;
    std::vector<Attempt> attempts;
};

bool opened(int descriptor) {
    return descriptor >= 0;
}

bool connects(int type) {
    const int door = ::socket(AF_INET, type, 0);
    if (door < 0) return false;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(9);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(door, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 || errno != EACCES;
}

bool gets_memory(std::size_t size, int protection) {
    return ::mmap(nullptr, size, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED;
}

// As a hostile file would: not at one stroke, but without end.
bool hoards(std::size_t most) {
    constexpr std::size_t piece = 16UL << 20;
    for (std::size_t held = 0; held < most; held += piece) {
        if (!gets_memory(piece, PROT_READ | PROT_WRITE)) return false;
    }
    return true;
}

bool grows_a_file_beyond(off_t size) {
    const int file = static_cast<int>(::syscall(SYS_memfd_create, "self-test", 0U));
    return file >= 0 && ::pwrite(file, "x", 1, size) == 1;
}

bool opens_many() {
    for (int i = 0; i < 64; ++i) {
        if (::dup(STDERR_FILENO) < 0) return false;
    }
    return true;
}

bool burns(int seconds) {
    const auto end = std::clock() + static_cast<std::clock_t>(seconds) * CLOCKS_PER_SEC;
    while (std::clock() < end) {
    }
    return true;
}

// Does not come back when it works.
long executes() {
    std::string name = "true";
    std::array<char*, 2> arguments{name.data(), nullptr};
    std::array<char*, 1> nothing{nullptr};
    return ::execve("/bin/true", arguments.data(), nothing.data());
}

// A child of a parent that ends at once: is it still there a while later?
bool outlives_its_parent() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return true;
    const pid_t parent = ::fork();
    if (parent == 0) {
        std::array<int, 2> ready{};
        if (::pipe(ready.data()) != 0) ::_exit(1);
        const pid_t self = ::getpid();
        if (::fork() == 0) {
            (void)die_with(self);
            (void)!::write(ready[1], "x", 1);
            for (;;) ::pause();
        }
        char letter = 0;
        (void)!::read(ready[0], &letter, 1);  // only now may the parent go
        ::_exit(0);
    }
    ::waitpid(parent, nullptr, 0);
    ::close(ends[1]);
    pollfd watched{ends[0], POLLIN, 0};  // closed at the other end when the child is gone
    const bool outlived = ::poll(&watched, 1, 5'000) == 0;
    ::close(ends[0]);
    return outlived;
}

bool has_capabilities() {
    // A bounding-set change needs CAP_SETPCAP; a plain user never has it, so this is refused for everybody.
    return ::prctl(PR_CAPBSET_DROP, 0, 0, 0, 0) == 0;
}

Trial landlock_trial() {
    return {forbid_files,
            {{"read /etc/passwd", [] { return opened(::open("/etc/passwd", O_RDONLY)); }},
             {"list /", [] { return opened(::open("/", O_RDONLY | O_DIRECTORY)); }},
             {"read /proc/1/environ", [] { return opened(::open("/proc/1/environ", O_RDONLY)); }},
             {"make a file in /tmp", [] { return opened(::open("/tmp", O_TMPFILE | O_RDWR, 0600)); }},
             {"make a folder in /tmp", [] { return ::mkdir("/tmp/earshot-self-test", 0700) == 0; }},
             {"run /bin/true", [] { return executes() == 0; }}}};
}

// Newer kernels' parts of landlock: tried only where the kernel says it has them.
Trial landlock_network_trial() {
    return {
        forbid_files,
        {{"connect over TCP", [] { return connects(SOCK_STREAM); }}, {"signal the parent", [] { return ::kill(::getppid(), 0) == 0; }}}};
}

Trial limits_trial() {
    return {[] { return limit_resources(1, 4ULL << 30); },
            {{"map 2 GiB of memory", [] { return gets_memory(2UL << 30, PROT_READ | PROT_WRITE); }, false},
             {"hoard 2 GiB of memory piece by piece", [] { return hoards(2UL << 30); }, false},
             {"write past 4 GiB", [] { return grows_a_file_beyond(5LL << 30); }},
             {"hold 64 descriptors", opens_many},
             {"use 3 s of processor where 1 s is allowed", [] { return burns(3); }},
             {"use 5 s of it, deaf to the signal that ends it", [] {
                  ::signal(SIGXCPU, SIG_IGN);
                  return burns(5);
              }}}};
}

Trial lifetime_trial() {
    return {[] { return die_with(::getppid()); }, {{"outlive its parent", outlives_its_parent}}};
}

Trial privileges_trial() {
    return {drop_privileges,
            {{"regain privileges", [] { return ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1; }},
             {"use a capability", has_capabilities},
             {"become another user", [] { return ::setgroups(0, nullptr) == 0; }}}};
}

// Must end the process; nothing here does harm should it not.
Attempt call(const char* what, std::function<long()> system_call, bool in_sanitizer_builds = true) {
    return {what, [made = std::move(system_call)] { return made() >= 0; }, in_sanitizer_builds, true};
}
Attempt call(const char* what, long number, bool in_sanitizer_builds = false) {
    return call(what, [number] { return ::syscall(number, -1, nullptr, nullptr, nullptr, nullptr, nullptr); }, in_sanitizer_builds);
}

std::vector<Attempt> network_calls() {
    return {call("make a TCP socket", [] { return ::socket(AF_INET, SOCK_STREAM, 0); }),
            call("make a UDP socket", [] { return ::socket(AF_INET6, SOCK_DGRAM, 0); }),
            call("make a unix socket", [] { return ::socket(AF_UNIX, SOCK_STREAM, 0); }),
            call("make a netlink socket", [] { return ::socket(AF_NETLINK, SOCK_RAW, 0); }),
            call("make a pair of sockets", SYS_socketpair, true),
            call("connect", SYS_connect, true),
            call("bind", SYS_bind, true),
            call("listen", SYS_listen, true),
            call("accept", SYS_accept4, true),
            call("send", SYS_sendto, true),
            call("send descriptors", SYS_sendmsg, true),
            call("receive descriptors", SYS_recvmsg)};
}

std::vector<Attempt> process_calls() {
    return {call("start a program", executes),
            call("start a program by descriptor", SYS_execveat, true),
            call(
                "make a process", [] { return ::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr); }, false),
            call(
                "fork", [] { return ::syscall(SYS_fork); }, false),
            call(
                "vfork", [] { return ::syscall(SYS_vfork); }, false),
            call(
                "ask to be traced", [] { return ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr); }, false),
            call(
                "trace the parent", [] { return ::ptrace(PTRACE_SEIZE, ::getppid(), nullptr, nullptr); }, false),
            call("read another process's memory", [] { return ::syscall(SYS_process_vm_readv, ::getppid(), nullptr, 0, nullptr, 0, 0); }),
            call("write another process's memory", [] { return ::syscall(SYS_process_vm_writev, ::getppid(), nullptr, 0, nullptr, 0, 0); }),
            call(
                "signal the parent", [] { return ::kill(::getppid(), 0); }, false),
            call(
                "signal the parent's thread", [] { return ::syscall(SYS_tgkill, ::getppid(), ::getppid(), 0); }, false),
            call("hold on to another process", SYS_pidfd_open),
            call("fetch another process's descriptor", SYS_pidfd_getfd, true),
            call("become another user", SYS_setresuid),
            call(
                "loosen its own limits", [] { return ::syscall(SYS_setrlimit, 7, nullptr); }, false),
            call(
                "loosen the parent's limits",
                [] {
                    const rlimit none{RLIM_INFINITY, RLIM_INFINITY};
                    return ::syscall(SYS_prlimit64, ::getppid(), RLIMIT_CORE, &none, nullptr);
                },
                false)};
}

std::vector<Attempt> kernel_calls() {
    return {call("io_uring", [] { return ::syscall(SYS_io_uring_setup, 1, nullptr); }),
            call("bpf", [] { return ::syscall(SYS_bpf, 0, nullptr, 0); }),
            call("mount", [] { return ::syscall(SYS_mount, nullptr, "/", nullptr, 0, nullptr); }),
            call("new namespaces", [] { return ::syscall(SYS_unshare, 0); }),
            call("enter a namespace", SYS_setns, true),
            call("the key ring", [] { return ::syscall(SYS_keyctl, 0, 0, 0, 0, 0); }),
            call("performance events", [] { return ::syscall(SYS_perf_event_open, nullptr, 0, -1, -1, 0); }),
            call("user fault handling", [] { return ::syscall(SYS_userfaultfd, 0); }),
            call("change the root", [] { return ::chroot("/"); }),
            call("exchange the root", SYS_pivot_root, true),
            call("load kernel code", [] { return ::syscall(SYS_init_module, nullptr, 0, ""); }),
            call("watch files", SYS_inotify_add_watch),
            call("open by handle", SYS_open_by_handle_at),
            call("make a file in memory", [] { return ::syscall(SYS_memfd_create, nullptr, ~0U); }),
            call("shared memory", SYS_shmget),
            call("make a folder", SYS_mkdirat),
            call("rename a file", SYS_renameat2),
            call("make a link", SYS_symlinkat),
            call("change a file's rights", SYS_fchmod),
            call(
                "change the personality", [] { return ::syscall(SYS_personality, 0xFFFFFFFF); }, false),
            call(
                "map executable memory", [] { return gets_memory(4096, PROT_READ | PROT_EXEC) ? 1L : 0L; }, false),
            call("make memory executable", [] { return ::syscall(SYS_mprotect, nullptr, 0, PROT_READ | PROT_EXEC); }, false)};
}

// What libraries merely try is refused with an error.
std::vector<Attempt> tried_calls() {
    return {{"make a process by clone3", [] { return ::syscall(SYS_clone3, nullptr, 0) >= 0 || errno != ENOSYS; }, false},
            {"ask about a path", [] { return ::syscall(SYS_newfstatat, AT_FDCWD, "/etc/passwd", &state_of_a_file, 0) == 0; }, false},
            {"follow a link", [] { return ::syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", &state_of_a_file, 1) >= 0; }, false},
            {"open a file", [] { return opened(::open("/etc/passwd", O_RDONLY)); }, false}};
}

Trial seccomp_trial() {
    Trial trial{filter_system_calls, {}};
    for (const auto& calls : {network_calls(), process_calls(), kernel_calls(), tried_calls()})
        trial.attempts.insert(trial.attempts.end(), calls.begin(), calls.end());
    return trial;
}

// The layer and the attempt in a process of their own.
int try_out(const Trial& trial, const Attempt& attempt) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        if (!trial.layer().holds) ::_exit(no_layer_status);
        ::_exit(attempt.forbidden_thing() ? allowed_status : refused_status);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (attempt.deadly) return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? refused_status : allowed_status;
    return WIFSIGNALED(status) ? refused_status : WEXITSTATUS(status);
}

bool run(const Trial& trial, const SandboxLayer& layer) {
    std::string breaches;
    unsigned tried = 0, deadly = 0;
    for (const auto& attempt : trial.attempts) {
        if (is_sanitizer_build() && !attempt.in_sanitizer_builds) continue;
        ++tried;
        deadly += attempt.deadly ? 1 : 0;
        if (const int status = try_out(trial, attempt); status != refused_status) {
            breaches += (breaches.empty() ? "" : ", ") + attempt.what;
        }
    }
    const bool holds = layer.holds && breaches.empty();
    fmt::print("{:<26} {}: {}\n", layer.name, holds ? "holds" : "MISSING",
               !layer.holds       ? layer.detail
               : breaches.empty() ? fmt::format("{} ({} forbidden things tried, all refused{})", layer.detail, tried,
                                                deadly == 0 ? "" : fmt::format("; {} calls, each the end of its process", deadly))
                                  : "still possible: " + breaches);
    return holds;
}

// What a layer says of itself, asked in a child so that this process stays free.
SandboxLayer ask(const std::function<SandboxLayer()>& enter) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return {"?", false, "no pipe"};
    std::fflush(nullptr);
    const pid_t child = ::fork();
    if (child == 0) {
        const auto layer = enter();
        const auto text = fmt::format("{}{}\n{}", layer.holds ? '1' : '0', layer.name, layer.detail);
        const bool written = ::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
        ::_exit(written ? 0 : 1);
    }
    ::close(ends[1]);
    std::string text;
    std::array<char, 4096> buffer;
    for (ssize_t got = 0; (got = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
        text.append(buffer.data(), static_cast<std::size_t>(got));
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    const auto end_of_name = text.find('\n');
    if (text.empty() || end_of_name == std::string::npos) return {"?", false, "the layer ended the process that entered it"};
    return {text.substr(1, end_of_name - 1), text[0] == '1', text.substr(end_of_name + 1)};
}

}  // namespace

int worker_self_test() {
    bool all = true;
    const auto files = ask(forbid_files);
    Trial landlock = landlock_trial();
    const auto more = landlock_network_trial();
    if (files.detail.find("TCP") != std::string::npos) landlock.attempts.push_back(more.attempts[0]);
    if (files.detail.find("signal") != std::string::npos) landlock.attempts.push_back(more.attempts[1]);
    all = run(landlock, files) && all;
    for (const auto& trial : {limits_trial(), lifetime_trial(), privileges_trial(), seccomp_trial()})
        all = run(trial, ask(trial.layer)) && all;
    if (is_sanitizer_build()) fmt::print("This is a sanitizer build: memory is not limited and only dangerous system calls are refused.\n");
    fmt::print("{}\n", all ? "All layers hold." : "Not all layers hold: jobs are refused unless publishing.sandbox = \"degraded\" is set.");
    return all ? 0 : 1;
}

}  // namespace earshot::publishing
