"""What the database says of a listener is on the disk when it says so: losing power costs the second that was not committed yet, and no more."""
import os

from kill_drill import SETTINGS, Audio, counted, fetch, publish
from support import earshot, run, step, until

# Preloaded: writes down the name of every file that is synced.
WATCH = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int fdatasync(int file) {
    char link[64], name[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const ssize_t length = readlink(link, name, sizeof name - 1);
    const char* log = getenv("SYNCED");
    const int out = log && length > 0 ? open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (out >= 0) {
        name[length] = '\\n';
        if (write(out, name, length + 1) < 0) abort();
        close(out);
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(file);
}
"""

with earshot(SETTINGS, of_server='trusted_proxies = ["127.0.0.1"]') as server:
    audio = Audio(server, publish(server))
    server.stop()
    (server.folder / "watch.c").write_text(WATCH)
    run("clang-19", "-shared", "-fPIC", "-o", server.folder / "watch.so", server.folder / "watch.c")
    synced = server.folder / "synced"
    sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
    server.start(env={**os.environ, "LD_PRELOAD": str(server.folder / "watch.so"), "SYNCED": str(synced), "ASAN_OPTIONS": sanitizer})
    for number in range(3):
        synced.write_text("")
        assert fetch(server.port, audio, f"198.51.100.{number + 1}", 0, audio.size)
        until("the listener to be counted", lambda: counted(server) == number + 1, 20)
        assert str(server.data / "statistics.db-wal") in synced.read_text().splitlines(), synced.read_text()
    step("three listeners, each on the disk when counted")
