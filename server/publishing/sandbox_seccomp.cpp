#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <initializer_list>
#include <memory>

#include "server/publishing/sandbox.hpp"

namespace earshot::publishing {
namespace {

using Filter = std::unique_ptr<void, decltype(&seccomp_release)>;

// Only what decoding, encoding, tagging and the C library's memory, threads and clocks need.
constexpr std::initializer_list<int> allowed = {
    SCMP_SYS(read),
    SCMP_SYS(write),
    SCMP_SYS(readv),
    SCMP_SYS(writev),
    SCMP_SYS(pread64),
    SCMP_SYS(pwrite64),
    SCMP_SYS(lseek),
    SCMP_SYS(fstat),
    SCMP_SYS(ftruncate),
    SCMP_SYS(fallocate),
    SCMP_SYS(fadvise64),
    SCMP_SYS(fsync),
    SCMP_SYS(fdatasync),
    SCMP_SYS(close),
    SCMP_SYS(munmap),
    SCMP_SYS(mremap),
    SCMP_SYS(madvise),
    SCMP_SYS(brk),
    SCMP_SYS(futex),
    SCMP_SYS(set_robust_list),
    SCMP_SYS(rseq),
    SCMP_SYS(gettid),
    SCMP_SYS(getpid),
    SCMP_SYS(getppid),
    SCMP_SYS(exit),
    SCMP_SYS(exit_group),
    SCMP_SYS(sched_yield),
    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(restart_syscall),
    SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),
    SCMP_SYS(clock_gettime),
    SCMP_SYS(clock_getres),
    SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep),
    SCMP_SYS(gettimeofday),
    SCMP_SYS(time),
    SCMP_SYS(times),
    SCMP_SYS(getrusage),
    SCMP_SYS(getrlimit),
    SCMP_SYS(sysinfo),
    SCMP_SYS(uname),
    SCMP_SYS(getrandom),
    SCMP_SYS(getuid),
    SCMP_SYS(geteuid),
    SCMP_SYS(getgid),
    SCMP_SYS(getegid),
};

// What libraries merely try and do without: an error, so that they go on.
constexpr std::initializer_list<int> denied_path = {
    SCMP_SYS(open),       SCMP_SYS(openat), SCMP_SYS(openat2),   SCMP_SYS(stat),       SCMP_SYS(lstat),
    SCMP_SYS(statx),      SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(getcwd), SCMP_SYS(unlink),    SCMP_SYS(unlinkat),
};
constexpr std::initializer_list<int> denied_tuning = {
    SCMP_SYS(ioctl),
    SCMP_SYS(sched_setaffinity),
    SCMP_SYS(sched_setscheduler),
    SCMP_SYS(sched_getscheduler),
    SCMP_SYS(sched_getparam),
    SCMP_SYS(setpriority),
    SCMP_SYS(mbind),
    SCMP_SYS(set_mempolicy),
    SCMP_SYS(get_mempolicy),
    SCMP_SYS(membarrier),
};
// What no decoder has any business with: the sanitizer builds, which cannot live with the allow-list, refuse at least these.
constexpr std::initializer_list<int> dangerous = {
    SCMP_SYS(socket),
    SCMP_SYS(socketpair),
    SCMP_SYS(connect),
    SCMP_SYS(bind),
    SCMP_SYS(listen),
    SCMP_SYS(accept),
    SCMP_SYS(accept4),
    SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),
    SCMP_SYS(execve),
    SCMP_SYS(execveat),
    SCMP_SYS(fork),
    SCMP_SYS(vfork),
    SCMP_SYS(io_uring_setup),
    SCMP_SYS(bpf),
    SCMP_SYS(mount),
    SCMP_SYS(unshare),
    SCMP_SYS(setns),
    SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev),
    SCMP_SYS(perf_event_open),
    SCMP_SYS(userfaultfd),
    SCMP_SYS(keyctl),
    SCMP_SYS(add_key),
    SCMP_SYS(kexec_load),
    SCMP_SYS(init_module),
    SCMP_SYS(chroot),
    SCMP_SYS(pivot_root),
    SCMP_SYS(pidfd_getfd),
    SCMP_SYS(memfd_create),
};

bool add_all(scmp_filter_ctx context, std::uint32_t action, std::initializer_list<int> calls) {
    for (const int call : calls) {
        if (seccomp_rule_add(context, action, call, 0) != 0) return false;
    }
    return true;
}

// Calls that are harmless with one kind of argument only.
bool add_conditional(scmp_filter_ctx context) {
    constexpr auto allow = SCMP_ACT_ALLOW;
    constexpr std::uint64_t thread_flags = 0x00010000 /* CLONE_THREAD */ | 0x00000100 /* CLONE_VM */;
    const auto self = static_cast<std::uint64_t>(::getpid());
    bool good = true;
    const auto rule = [&](std::uint32_t action, int call, unsigned argument, scmp_compare how, std::uint64_t a, std::uint64_t b = 0) {
        good = good && seccomp_rule_add(context, action, call, 1, scmp_arg_cmp{argument, how, a, b}) == 0;
    };
    rule(allow, SCMP_SYS(mmap), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    rule(allow, SCMP_SYS(mprotect), 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
    rule(allow, SCMP_SYS(clone), 0, SCMP_CMP_MASKED_EQ, thread_flags, thread_flags);  // a thread, never a process
    rule(allow, SCMP_SYS(tgkill), 0, SCMP_CMP_EQ, self);                              // abort() and pthread_kill on ourselves
    // AT_EMPTY_PATH: libc's fstat. The filter cannot see whether the path is empty, and landlock lets everybody ask: whether a file is
    // there, its size and its owner can be found out, its contents and the names in a folder cannot.
    rule(allow, SCMP_SYS(newfstatat), 3, SCMP_CMP_EQ, 0x1000);
    rule(allow, SCMP_SYS(prlimit64), 2, SCMP_CMP_EQ, 0);  // reading only
    rule(allow, SCMP_SYS(prctl), 0, SCMP_CMP_EQ, PR_SET_NAME);
    rule(SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 0, SCMP_CMP_NE, PR_SET_NAME);
    rule(SCMP_ACT_ERRNO(EACCES), SCMP_SYS(newfstatat), 3, SCMP_CMP_NE, 0x1000);
    rule(allow, SCMP_SYS(fcntl), 1, SCMP_CMP_LE, 4);  // F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL
    return good;
}

bool build_allow_list(scmp_filter_ctx context) {
    // clone3 hides its flags behind a pointer: "not there" makes libc fall back to clone, whose flags we can see.
    return add_all(context, SCMP_ACT_ALLOW, allowed) && add_all(context, SCMP_ACT_ERRNO(EACCES), denied_path) &&
           add_all(context, SCMP_ACT_ERRNO(EPERM), denied_tuning) &&
           seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) == 0 && add_conditional(context);
}

}  // namespace

SandboxLayer filter_system_calls() {
    SandboxLayer layer{"system calls (seccomp)", false, ""};
    const bool relaxed = is_sanitizer_build();
    const Filter filter(seccomp_init(relaxed ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS), &seccomp_release);
    if (filter == nullptr) {
        layer.detail = "libseccomp gave no filter";
        return layer;
    }
    seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1);  // all threads, should there be any
    const bool built = relaxed ? add_all(filter.get(), SCMP_ACT_KILL_PROCESS, dangerous) : build_allow_list(filter.get());
    if (!built) {
        layer.detail = "the filter's rules were not accepted";
        return layer;
    }
    const int loaded = seccomp_load(filter.get());
    layer.holds = loaded == 0;
    layer.detail = loaded != 0 ? std::string("seccomp_load: ") + std::strerror(-loaded)
                   : relaxed   ? "only dangerous calls refused: this is a sanitizer build"
                               : "allow-list; anything else ends the process";
    return layer;
}

}  // namespace earshot::publishing
