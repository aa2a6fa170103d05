"""What one listener notices of the others: memory of many connections, and the slowest of a hundred seeks (p99) while something else goes on."""
import contextlib, pathlib, subprocess

from figures import Row, compare
from load import Request, anonymous_bytes, family, fetch, idle_connections, paced, wrk_command
from peers import SlowDisk
from support import until

IDLE, DISK_BYTES_PER_SECOND = 10_000, 100 << 20
PACED = {"connections": 16, "rate": 400}


def p99(stage, port, seconds):
    path, size = stage.long_episode
    delays = paced(port, path, size, PACED["connections"], PACED["rate"], seconds)
    return delays[len(delays) * 99 // 100] * 1e3


def memory(stage, plan):
    request = stage.ranges(100)
    fields = request.fields | {"Range": "bytes=1000-1099"}
    stage.restart(f"[limits]\nmax_connections = {IDLE * 5 // 4}\n")
    fresh = stage.start_nginx()
    figures = []
    for port, pid in ((stage.server.port, stage.pid), (fresh.port, fresh.pid)):
        fetch(port, request.paths[0], fields)
        before = anonymous_bytes(pid)
        clients = idle_connections(port, IDLE, request.paths[0], fields)
        after = anonymous_bytes(pid)
        for client in clients:
            client.close()
        figures.append((after / 2**20, (after - before) / 1024 / IDLE))
    fresh.stop()
    stage.restart()
    (whole, each), (their_whole, their_each) = figures
    name = f"{IDLE:,} idle connections"
    return [Row(name, "anonymous memory, whole", whole, their_whole, whole / their_whole, "MiB", most=40, of_ours=True),
            Row(name, "anonymous memory, each", each, their_each, each / their_each, "KiB", most=2.5, of_ours=True)]


@contextlib.contextmanager
def cold_readers(stage, base_url):
    """Eight connections that fetch one cold file after the other."""
    stage.chill()
    readers = subprocess.Popen([str(word) for word in wrk_command(base_url, Request(list(stage.cold)), 8, 60, stage.folder, threads=1)], stdout=subprocess.DEVNULL)
    try:
        yield
    finally:
        readers.terminate()
        readers.wait()


def read_from_disk(pids):
    lines = [pathlib.Path(f"/proc/{pid}/io").read_text() for pid in pids]
    return sum(int(text.split("read_bytes: ")[1].split()[0]) for text in lines)


def cold(stage, plan):
    """p99 of hot ranges while cold files are read, against nginx without and with threads for files; all on the same slow disk."""
    assert stage.cold
    seconds = plan.seconds * 2
    threads = stage.start_nginx(aio_threads=True)
    disk = SlowDisk(next(iter(stage.cold.values())), DISK_BYTES_PER_SECOND)
    if disk.group is None:
        print("the cold case is left out: no way here to make the disk slow (control groups v1, as root)", flush=True)
        threads.stop()
        return []

    def one(port, base_url, pid):
        disk.take(family(pid))
        with cold_readers(stage, base_url):
            before = read_from_disk(family(pid))
            slowest = p99(stage, port, seconds)
            read = read_from_disk(family(pid)) - before
        assert read > 0.3 * seconds * DISK_BYTES_PER_SECOND, f"the cold files were warm: {read} bytes read from the disk"
        return slowest
    try:
        rounds = [(one(stage.server.port, stage.server.base_url, stage.pid), one(stage.nginx.port, stage.nginx.base_url, stage.nginx.pid),
                   one(threads.port, threads.base_url, threads.pid)) for _ in range(plan.rounds)]
    finally:
        disk.release()
        threads.stop()
    return [compare("2 GB of cold files", "p99, nginx", "ms", [(ours, plain) for ours, plain, _ in rounds], most=1.0),
            compare("2 GB of cold files", "p99, nginx with aio threads", "ms", [(ours, aio) for ours, _, aio in rounds], most=1.0)]


def transcode(stage, plan):
    """p99 of hot ranges with a transcode beside it, and without."""
    assert stage.long_episode
    api, seconds = stage.server.api, plan.seconds * 2
    api("POST", "/shows", {"slug": "busy", "title": "Busy", "description": "d", "category": "News", "author": "A"})
    job = stage.job(api("POST", "/shows/busy/episodes", {"title": "Busy"})["id"], stage.master)
    api("POST", f"/jobs/{job}/cancel", {})

    def state():
        return api("GET", f"/jobs/{job}")["state"]

    def beside():
        until("the job to end", lambda: state() == "cancelled", 30)
        api("POST", f"/jobs/{job}/retry", {})
        until("the job to run", lambda: state() == "running" and len(family(stage.pid)) > 1, 30)
        slowest = p99(stage, stage.server.port, seconds)
        assert state() == "running", "the transcode ended before the measurement"
        api("POST", f"/jobs/{job}/cancel", {})
        until("the job to end", lambda: state() == "cancelled" and len(family(stage.pid)) == 1, 30)
        return slowest
    pairs = [(beside(), p99(stage, stage.server.port, seconds)) for _ in range(plan.rounds)]
    return [compare("a transcode beside", "p99", "ms", pairs, most=1.2)]
