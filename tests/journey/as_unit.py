"""as_unit.py UNIT COUNT PROGRAM…: becomes the program as systemd would start it by that unit file, as far as that goes without systemd: no
network but the COUNT listening sockets at descriptors 3…, no capabilities, and the unit's filters of system calls."""
import ctypes, os, pathlib, subprocess, sys

seccomp, libc = ctypes.CDLL("libseccomp.so.2"), ctypes.CDLL(None, use_errno=True)
seccomp.seccomp_init.restype = ctypes.c_void_p
ALLOW, EQUAL, UNEQUAL, GREATER, MASKED = 0x7FFF0000, 4, 1, 6, 7
NEW_USER, NEW_NETWORK = 0x10000000, 0x40000000
NAMESPACES = (0x00020000, 0x02000000, 0x04000000, 0x08000000, NEW_USER, 0x20000000, NEW_NETWORK)
AF_UNIX, IDLE, WRITE_AND_EXECUTE, EXECUTE = 1, 5, 6, 4


def error(number):
    return 0x00050000 | number


class Comparison(ctypes.Structure):
    _fields_ = [("argument", ctypes.c_uint), ("how", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


class Filter:
    def __init__(self, otherwise):
        self.context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(otherwise)))

    def rule(self, action, call, *comparison):
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        if number >= 0:
            compared = (Comparison * 1)(Comparison(*comparison)) if comparison else None
            added = seccomp.seccomp_rule_add_array(self.context, ctypes.c_uint32(action), number, 1 if comparison else 0, compared)
            assert added == 0, f"{call}: {added}"

    def load(self):
        loaded = seccomp.seccomp_load(self.context)
        assert loaded == 0, f"seccomp_load: {loaded}"


def settings(unit, key):
    lines = [line.split("=", 1) for line in pathlib.Path(unit).read_text().splitlines() if "=" in line and not line.startswith("#")]
    return [value for name, value in lines if name == key]


def calls_of(word):
    """A name, or a set such as @file-system."""
    if not word.startswith("@"):
        return {word}
    said = subprocess.run(["systemd-analyze", "syscall-filter", "--no-pager", word], capture_output=True, text=True, check=True).stdout
    names = [line.strip() for line in said.splitlines()[1:] if line.startswith(" ") and not line.strip().startswith("#")]
    return set().union(*map(calls_of, names))


def allowed_calls(unit):
    allowed = calls_of("@default")
    for line in settings(unit, "SystemCallFilter"):
        for word in line.removeprefix("~").split():
            allowed = allowed - calls_of(word) if line.startswith("~") else allowed | calls_of(word)
    return allowed | {"execve", "exit", "exit_group", "getrlimit", "rt_sigreturn", "sigreturn"}  # systemd never forbids these


def filters(unit):
    calls = Filter(error(1))
    for call in allowed_calls(unit):
        calls.rule(ALLOW, call)
    rest = Filter(ALLOW)
    if settings(unit, "RestrictAddressFamilies") == ["AF_UNIX"]:
        rest.rule(error(97), "socket", 0, UNEQUAL, AF_UNIX)
    if settings(unit, "MemoryDenyWriteExecute") == ["yes"]:
        rest.rule(error(1), "mmap", 2, MASKED, WRITE_AND_EXECUTE, WRITE_AND_EXECUTE)
        rest.rule(error(1), "mprotect", 2, MASKED, EXECUTE, EXECUTE)
    if settings(unit, "RestrictNamespaces") == ["yes"]:
        rest.rule(error(38), "clone3")
        for flag in NAMESPACES:
            rest.rule(error(1), "clone", 0, MASKED, flag, flag)
    if settings(unit, "RestrictRealtime") == ["yes"]:
        for policy in (1, 2, 4):
            rest.rule(error(1), "sched_setscheduler", 1, EQUAL, policy)
        rest.rule(error(1), "sched_setscheduler", 1, GREATER, IDLE)
    return [rest, calls]


def main():
    unit, count, *program = sys.argv[1:]
    ready = filters(unit)
    if settings(unit, "PrivateNetwork") == ["yes"]:
        assert libc.unshare(NEW_NETWORK | (NEW_USER if os.geteuid() != 0 else 0)) == 0, "no network namespace can be made here"
    if settings(unit, "CapabilityBoundingSet") == [""]:
        for capability in range(64):
            libc.prctl(24, capability, 0, 0, 0)
    os.environ |= {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": count}
    assert libc.prctl(38, 1, 0, 0, 0) == 0, "no_new_privs"
    for each in ready:
        each.load()
    os.execv(program[0], program)


if __name__ == "__main__":
    main()
