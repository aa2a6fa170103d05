"""How much work a request is: requests a second, and CPU a request or a gigabyte. Every case runs A B A B with the other server."""
import dataclasses

from figures import compare
from load import Request, fetch, slow_listeners, wrk
from support import same

WARM_UP = 1


@dataclasses.dataclass
class Plan:
    rounds: int
    seconds: int


def interleaved(rounds, ours, other):
    return [(ours(), other()) for _ in range(rounds)]


def per_request(case, pairs, most, least):
    return [compare(case, "CPU a request", "µs", [tuple(m.cpu / m.requests * 1e6 for m in pair) for pair in pairs], most=most),
            compare(case, "requests a second", "/s", [tuple(m.requests / m.seconds for m in pair) for pair in pairs], least=least)]


def per_gigabyte(case, pairs, most, least=None, speed=True):
    """By bytes that arrived, so that what is under way at the end of a run counts as far as it came."""
    rows = [compare(case, "CPU a gigabyte", "ms", [tuple(m.cpu / m.bytes * 1e12 for m in pair) for pair in pairs], most=most)]
    if speed:
        rows.append(compare(case, "bytes a second", "MB/s", [tuple(m.bytes / m.seconds / 1e6 for m in pair) for pair in pairs], least=least))
    return rows


def side_by_side(stage, plan, connections, ours, theirs=None, tls=False):
    """Pairs of Measured for two requests, the second one nginx's."""
    def one(base_url, pid, request):
        wrk(base_url, pid, request, connections, WARM_UP, stage.folder)
        return lambda: wrk(base_url, pid, request, connections, plan.seconds, stage.folder)
    return interleaved(plan.rounds, one(stage.tls_url if tls else stage.server.base_url, stage.pid, ours),
                       one(stage.nginx.tls_url if tls else stage.nginx.base_url, stage.nginx.pid, theirs or ours))


def ranges(name, chunk, connections, most, least):
    return lambda stage, plan: per_request(f"{name} ranges", side_by_side(stage, plan, connections, stage.ranges(chunk)), most, least)


def whole(stage, plan):
    return per_gigabyte("whole files, 8 connections", side_by_side(stage, plan, 8, stage.ranges(0)), 1.03, 0.97)


def slow(stage, plan):
    path, _ = stage.long_episode
    seconds = plan.seconds * 2
    pairs = interleaved(plan.rounds, lambda: slow_listeners(stage.server.port, stage.pid, path, 1000, 200_000, seconds),
                        lambda: slow_listeners(stage.nginx.port, stage.nginx.pid, path, 1000, 200_000, seconds))
    return per_gigabyte("1,000 slow listeners", pairs, 0.90, speed=False)


def feed_requests(stage, unchanged):
    """One request for each server: validators are its own."""
    path, fields = stage.feed[0], {"Accept-Encoding": "gzip", "User-Agent": "AntennaPod/3.4.0"}
    for port in (stage.server.port, stage.nginx.port):
        etag = fetch(port, path, fields)[1]["ETag"]
        asked = fields | ({"If-None-Match": etag} if unchanged else {})
        status, _, body = fetch(port, path, asked)
        same("answer for the feed", (status, len(body)), (304, 0) if unchanged else (200, stage.feed[2]))
        yield Request([path], fields=asked)


def feed_unchanged(stage, plan):
    return per_request("feed, 304", side_by_side(stage, plan, 64, *feed_requests(stage, True)), 1.05, 1.0)


def feed_body(stage, plan):
    _, plain, small = stage.feed
    name = f"feed, gzip ({plain // 1000} KB, {small // 1000} sent)"
    return per_request(name, side_by_side(stage, plan, 64, *feed_requests(stage, False)), 0.55, 1.7)


def tls_ranges(name, chunk, most, least):
    def case(stage, plan):
        section = stage.tls_settings()
        if section is None:
            return []
        request = stage.ranges(chunk)
        stage.restart(more=section)
        rows = per_request(f"TLS 1.3, {name} ranges", side_by_side(stage, plan, 32, request, tls=True), most, least)
        stage.restart()
        return rows
    return case


def counting(stage, plan):
    """Counting cannot be switched off, but nobody counts pictures: same code, same sizes, once as a download and once as a cover."""
    path, size = stage.cover
    rows = []
    for name, chunk, connections in (("100 B", 100, 64), ("64 KiB", 1 << 16, 64), ("1 MiB", 1 << 20, 32)):
        if size < chunk:
            continue
        def one(request):
            wrk(stage.server.base_url, stage.pid, request, connections, WARM_UP, stage.folder)
            return lambda: wrk(stage.server.base_url, stage.pid, request, connections, plan.seconds, stage.folder)
        pairs = interleaved(plan.rounds, one(stage.ranges(chunk)), one(Request([path], size, chunk)))
        rows += per_request(f"{name} ranges", pairs, None, None)
    return rows
