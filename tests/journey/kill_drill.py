"""kill -9 of the serving process, again and again, while listeners come: whoever the database had is still counted, nobody twice, and what a listener
had of an episode is still known. (Who had all a second before, on a machine that does its work, is counted too; how many were is told, because a
busy one owes that to nobody.) At the end the oracle, which was never killed, counts every request once more."""
import json, random, socket, sqlite3, subprocess, sys, threading, time, urllib.parse

from support import ROOT, cover, earshot, same, speech_master, step, until

SETTINGS = """
[statistics]
suppress_below = 1
[[rendition]]
name = "mp3"
codec = "mp3"
bit_rate = 64_000
sample_rate = 44_100
"""
AGENT = "AntennaPod/3.4.0"


def publish(server):
    server.api("POST", "/shows", {"slug": "show", "title": "Show", "description": "d", "category": "News", "author": "A"})
    server.api("PUT", "/shows/show/artwork?alt=x", cover(server.folder / "cover.png").read_bytes(), content_type="image/png")
    episode = server.api("POST", "/shows/show/episodes", {"title": "Short"})
    job = server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": server.curl_upload(speech_master(server.folder / "short.wav", 5))})
    same("job", server.finished(job["id"])["state"], "succeeded")
    return server.api("POST", f"/episodes/{episode['id']}/publish", {})


class Audio:
    def __init__(self, server, episode):
        self.path, self.episode = urllib.parse.urlparse(episode["renditions"][0]["url"]).path, episode["id"]
        with sqlite3.connect(server.data / "catalogue.db") as db:
            self.size, self.start, self.enough = db.execute("select byte_length, audio_start, bytes_for_60s from renditions").fetchone()

    def delivery(self, address, begin, end):
        """As `earshot count` and the oracle take it."""
        return {"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), "address": address, "agent": AGENT, "referrer": "", "method": "GET", "status": 206,
                "range": f"bytes={begin}-{end - 1}", "acked": [[begin, end]], "episode": self.episode,
                "file": {"size": self.size, "audio_start": self.start, "bytes_for_60s": self.enough}}


def fetch(port, audio, address, begin, end):
    """True when all of it arrived. A proxy says who asks."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
        client.sendall(f"GET {audio.path} HTTP/1.1\r\nHost: here\r\nX-Forwarded-For: {address}\r\nUser-Agent: {AGENT}\r\nRange: bytes={begin}-{end - 1}\r\n"
                       "Connection: close\r\n\r\n".encode())
        got = bytearray()
        while piece := client.recv(1 << 18):
            got += piece
    return got.startswith(b"HTTP/1.1 206") and len(got) - got.index(b"\r\n\r\n") - 4 == end - begin


class Listeners(threading.Thread):
    """One after the other, each by an address of its own: in one piece, or the first half now and the second one in the next life of the server."""

    def __init__(self, port, audio, names, second_halves):
        super().__init__(daemon=True)
        self.port, self.audio, self.names, self.second_halves = port, audio, names, second_halves
        self.pieces, self.firsts, self.broken = [], [], []  # (when it was there, address, begin, end); addresses; what did not arrive
        self.start()

    def run(self):
        size, half = self.audio.size, self.audio.size // 2
        try:
            for address in self.second_halves:
                self.one(address, half, size)
            for address in self.names:
                if random.random() < 0.2:
                    self.one(address, 0, half)
                    self.firsts.append(address)
                else:
                    self.one(address, 0, size)
                time.sleep(0.002)
        except OSError:
            pass  # the server is gone

    def one(self, address, begin, end):
        self.broken.append((address, begin, end))
        if fetch(self.port, self.audio, address, begin, end):
            self.pieces.append((time.monotonic(), address, begin, end))
            self.broken.pop()


def addresses(first):
    for number in range(first, first + 100_000):
        yield f"2001:db8:{number >> 16:x}:{number & 0xffff:x}::1"


def counted(server):
    with sqlite3.connect(server.data / "statistics.db") as db:
        return db.execute("select coalesce(sum(downloads), 0) from downloads where dimension = 'all'").fetchone()[0]


def whole(pieces, size):
    had = {}
    for address, begin, end in pieces:
        had.setdefault(address, set()).add((begin, end))
    half = size // 2
    return {address for address, parts in had.items() if (0, size) in parts or {(0, half), (half, size)} <= parts}


def oracle(deliveries):
    lines = "".join(json.dumps(each) + "\n" for each in deliveries)
    told = subprocess.run([sys.executable, ROOT / "tests/counting/oracle.py"], input=lines, capture_output=True, text=True, check=True)
    return sum(sum(days.values()) for days in json.loads(told.stdout)["downloads"].values())


def drill(rounds):
    with earshot(SETTINGS, of_server='trusted_proxies = ["127.0.0.1"]') as server:
        audio = Audio(server, publish(server))
        everything, halves, early, early_counted, late, late_counted, recovered, most = [], [], 0, 0, 0, 0, 0, 0
        for number in range(rounds):
            threads = [Listeners(server.port, audio, addresses((number * 2 + i) * 100_000), halves[i::2]) for i in range(2)]
            until(f"round {number}: a listener to be counted", lambda: counted(server) > most, 20)  # else a kill shows nothing
            time.sleep(random.uniform(0, 1.8))
            committed, killed = counted(server), time.monotonic()
            server.kill()
            for thread in threads:
                thread.join()
            arrived = [piece for thread in threads for piece in thread.pieces]
            before = [piece[1:] for piece in everything]
            usual = whole(before + [piece[1:] for piece in arrived if piece[0] < killed - 1], audio.size)
            seen = whole(before + [piece[1:] for piece in arrived], audio.size)
            begun = whole(before + [piece[1:] for piece in arrived] + [piece for thread in threads for piece in thread.broken], audio.size)
            server.start()
            told = counted(server)  # a start commits what the journal has
            assert committed <= told <= len(begun), f"round {number}: {told} counted; {committed} before the kill, {len(begun)} begun"
            recovered += told - committed
            early, early_counted = early + len(usual) - most, early_counted + min(told, len(usual)) - most
            late, late_counted = late + len(seen) - len(usual), late_counted + max(0, min(told, len(seen)) - len(usual))
            # All of the round again, what did not arrive too: who was counted is known, the others are counted now.
            again = [piece[1:] for piece in arrived] + [piece for thread in threads for piece in thread.broken]
            for address, begin, end in again:
                assert fetch(server.port, audio, address, begin, end)
            everything += [(0, *piece) for piece in again]
            most = len(whole([piece[1:] for piece in everything], audio.size))
            until(f"round {number}: {most} to be counted", lambda: counted(server) >= most, 20)
            halves = [address for thread in threads for address in thread.firsts]
        assert recovered > 0, "no start has found anything in a journal that the database did not have"
        time.sleep(2)
        same("counted at the end", counted(server), most)
        same("counted by the oracle", oracle([audio.delivery(*piece[1:]) for piece in everything]), most)
        server.stop()
        same("counted when it has stopped", counted(server), most)
    step(f"{rounds} times killed: {most} listeners, none lost, none doubled; of {early} who had all a second before, "
         f"{early_counted} were counted at once, of {late} who had all later {late_counted}; {recovered} out of the journal")
    if rounds >= 100:
        step(f"so a loss or doubling is rarer than 1 in {rounds / 3:.0f} rounds (95 %)")
