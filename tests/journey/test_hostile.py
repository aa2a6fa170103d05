"""While clients attack, honest listeners get every byte, and afterwards nothing of the attack is left. The quick form of ./dev soak delivery."""
import pathlib, re, resource, tempfile

from hostile import back_to, footprint, publish_noise, tls_section, under
from support import Earshot, earshot, same, step

SETTINGS = """
[limits]
send_buffer = "64KiB"
[[rendition]]
name = "mp3"
codec = "mp3"
bit_rate = 128_000
"""


def few_files():
    """Where a process may open only 200 files, it says so, takes fewer connections and goes on serving."""
    with tempfile.TemporaryDirectory(prefix="earshot-journey-") as folder:
        server = Earshot(folder)
        try:
            server.start(preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 200)))
            log = (pathlib.Path(folder) / "server.log").read_text()
            assert re.search(r"may open 200 files, so it takes 100 connections at once instead of the 10000", log), log
            limits = pathlib.Path(f"/proc/{server.process.pid}/limits").read_text()
            assert re.search(r"Max open files\s+200\s+200", limits), limits
            with under("idle", server, 85):
                same("/livez", server.get("/livez")[0], 200)
        finally:
            server.cleanup()


def main():
    step("a process that may open few files says so and takes fewer connections")
    few_files()
    with tls_section() as (tls, port), earshot(SETTINGS + tls) as server:
        server.tls_port = port
        listener = publish_noise(server, 60)
        listener.median(0.3)
        base = footprint(server)
        for kind, count in (("slow heads", 400), ("half handshakes", 400), ("slow readers", 300), ("slow posts", 200), ("idle", 1000), ("resets", 400)):
            with under(kind, server, count, listener.path):
                ranges, feeds = listener.median(1)
                memory, descriptors = footprint(server)
            if kind != "resets":
                assert descriptors >= base[1] + 0.9 * count, f"{kind}: only {descriptors - base[1]} connections were open"
            after = back_to(base, server)
            step(f"{count} {kind}: every honest answer right; range {ranges:.1f} ms, feed {feeds:.1f} ms; memory {base[0]:.1f} → {memory:.1f} → "
                 f"{after[0]:.1f} MiB, descriptors {base[1]} → {descriptors} → {after[1]}")


main()
