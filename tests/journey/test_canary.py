"""Nobody can learn who listened: 100,000 requests with marked addresses, agents, referrers and tokens, of a thousand listeners behind a proxy, go
through every public door. Then every file under the data, log, runtime and backup folders is searched, raw and in every usual disguise; the memory that
holds the day's key is in no dump; and a crash leaves no core."""
import base64, contextlib, hashlib, hmac, ipaddress, os, pathlib, re, resource, signal, socket, subprocess, threading, time, urllib.parse

from support import cover, earshot, http, same, speech_master, step, until

MARK = "Canary7f3a91"
DIRECT = [f"127.113.{third}.{fourth}" for third in (17, 201) for fourth in (33, 77, 141)]
V4 = [f"{net}.{host}" for net in ("203.0.113", "198.51.100", "192.0.2") for host in range(1, 251)]
LISTENERS = V4 + [f"2001:db8:cafe:{number:x}::77" for number in range(1, 251)]
PACKED_V4 = re.compile(b"[\xcb]\x00\x71[\x01-\xfa]|\xc6\x33\x64[\x01-\xfa]|\xc0\x00\x02[\x01-\xfa]", re.DOTALL)
REQUESTS, A_CONNECTION = 100_000, 1_000


def publish_one(server):
    server.api("POST", "/shows", {"slug": "canary", "title": "Canary", "description": "d", "category": "News", "author": "A"})
    server.api("PUT", "/shows/canary/artwork?alt=x", cover(server.folder / "c.png").read_bytes(), content_type="image/png")
    episode = server.api("POST", "/shows/canary/episodes", {"title": "Song"})
    job = server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": server.curl_upload(speech_master(server.folder / "m.wav", 5))})
    same("job", server.finished(job["id"])["state"], "succeeded")
    return server.api("POST", f"/episodes/{episode['id']}/publish", {})


def agent(listener):
    return ("Overcast/3.0 (", "AntennaPod/3.1.2 ", "Mozilla/5.0 (Windows NT 10.0) Chrome/114.0 Safari/537.36 ", "")[listener % 4] + f"{MARK}Agent{listener}/1.0"


def marked(listener, number, method, path, more=""):
    return (f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Forwarded-For: {LISTENERS[listener]}\r\nUser-Agent: {agent(listener)}\r\n"
            f"Referer: https://{MARK.lower()}.example/{number}\r\nAuthorization: Bearer ear_{MARK}Token{number}\r\n"
            f"Cookie: earshot={MARK}Cookie{number}\r\n{more}\r\n").encode()


def pipelined(port, requests):
    """All at once on one connection; how many were answered, with which statuses."""
    requests[-1] = requests[-1].replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
        sender = threading.Thread(target=client.sendall, args=(b"".join(requests),))
        sender.start()
        got = bytearray()
        while piece := client.recv(1 << 20):
            got += piece
        sender.join()
    return re.findall(rb"HTTP/1\.1 (\d{3}) ", got)


def send_all(server, episode):
    audio = urllib.parse.urlparse(min(episode["renditions"], key=lambda each: each["byte_length"])["url"]).path
    doors = [("GET", audio, f"Range: bytes={start}-{start + 9}\r\n") for start in (0, 5_000, 20_000)] + [
        ("HEAD", "/", ""), ("HEAD", f"/shows/canary/{episode['slug']}", ""), ("HEAD", "/shows/canary/feed.xml", ""), ("HEAD", "/privacy", ""),
        ("GET", audio, "Range: bytes=0-1\r\n"), ("GET", audio, "Sec-GPC: 1\r\nRange: bytes=0-999\r\n"), ("HEAD", audio, ""),
        ("GET", f"/nowhere/{MARK}", ""), ("HEAD", f"/shows/canary?token={MARK}", ""), ("GET", f"/api/v1/me?{MARK}", ""), ("HEAD", "/sign-in", "")]
    statuses = []
    for first in range(0, REQUESTS, A_CONNECTION):
        batch = []
        for number in range(first, first + A_CONNECTION):
            listener, turn = number % len(LISTENERS), number // len(LISTENERS)
            method, path, more = ("GET", audio, "") if turn == 7 else doors[(turn + listener) % len(doors)]  # once all of it: a download
            batch.append(marked(listener, number, method, path, more))
        statuses += pipelined(server.port, batch)
    same("answers", len(statuses), REQUESTS)
    step(f"{REQUESTS:,} marked requests of {len(LISTENERS):,} listeners answered: " + ", ".join(f"{statuses.count(s):,} × {s.decode()}" for s in sorted(set(statuses))))
    for number, address in enumerate(DIRECT):  # and some that no proxy passes on
        for method, path, body in (("GET", audio, None), ("POST", "/sign-in", f"name={MARK}&password={MARK}Password"), ("GET", "/statistics", None)):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, source_address=(address, 0), timeout=30)
            connection.request(method, path, body=body, headers={"User-Agent": f"{MARK}Agent", "Referer": f"https://{MARK}.example/", "X-Forwarded-For": V4[number]})
            connection.getresponse().read()
            connection.close()


def disguises(word):
    """As it is, in UTF-16, in hex, and in base64 at any place in its triple."""
    for raw in (word, word.decode().encode("utf-16-le"), word.decode().encode("utf-16-be")):
        yield raw
        yield from (raw.hex().encode(), raw.hex().upper().encode())
        for shift in range(3):
            yield base64.b64encode(b"\0" * shift + raw)[4 if shift else 0:-4]


def needles():
    words = {MARK.encode(), MARK.lower().encode(), MARK.upper().encode(), b"203.0.113.", b"198.51.100.", b"192.0.2.", b"2001:db8:cafe:", b"2001:0db8:cafe:",
             b"127.113.17.", b"127.113.201.", urllib.parse.quote(f"https://{MARK.lower()}.example").encode()}
    forms = {form for word in words for form in disguises(word) if len(form) >= 8}
    six = ipaddress.ip_address("2001:db8:cafe::").packed[:6]
    return forms | {six, six.hex().encode()} | {b"4" + ipaddress.ip_address(address).packed for address in V4[:3] + DIRECT}


def unkeyed_hashes(episode):
    """What somebody who knows who might have listened could compute without the day's key (all thousand: tests/analytics/day_end_test.cpp)."""
    today = time.strftime("%Y-%m-%d", time.gmtime())
    for listener, address in list(enumerate(LISTENERS))[::250]:
        packed = ipaddress.ip_address(address).packed[:8]
        family = b"4" if len(packed) == 4 else b"6"
        for text in (address, address + agent(listener), address + "|" + agent(listener), today + address, address + today, address + agent(listener) + episode):
            for name in ("md5", "sha1", "sha256"):
                yield hashlib.new(name, text.encode()).digest()
        yield from (hmac.digest(key, family + packed + agent(listener).encode() + episode.encode(), "sha256") for key in (b"", bytes(32), today.encode()))


class Search:
    def __init__(self, hashes):
        self.forms = needles()
        self.hashes = {digest[:8] for digest in hashes} | {digest.hex()[:16].encode() for digest in hashes}

    def findings(self, name, content):
        found = [f"{name} holds {form!r}" for form in self.forms if form in content]
        if "/media/" in name:  # recordings and pictures, by their hash
            return found
        found += [f"{name} holds a hash of a listener" for form in self.hashes if form in content]
        # Four bytes alone occur by chance, here and there one; a table of listeners would have them all.
        packed = {match.group() for match in PACKED_V4.finditer(content)}
        return found + ([f"{name} holds {len(packed)} packed addresses"] if len(packed) > 20 else [])

    def below(self, places):
        found, files = [], 0
        for place in places:
            for file in [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]:
                found += self.findings(str(file), file.read_bytes() + str(file).encode())
                files += 1
        assert files > 5, "nothing was searched"
        return found

    def finds_what_is_there(self, digest):
        for number, leak in enumerate([MARK.encode().hex().encode(), base64.b64encode(b"x203.0.113.7yy"), "198.51.100.".encode("utf-16-le"), digest,
                                       b"".join(ipaddress.ip_address(address).packed for address in V4[100:130])]):
            assert self.findings("control", b"some" + leak + b"thing"), f"leak {number} was not found"


def key_is_in_no_dump(server):
    """Every place in the server's memory that holds the day's key is marked as not to be dumped."""
    if os.geteuid() != 0:  # what may not be dumped belongs to root, whoever runs it
        with contextlib.suppress(PermissionError):
            open(f"/proc/{server.process.pid}/mem", "rb").close()
            raise AssertionError("the memory of the server is open to its own user")
        return
    key = next(server.runtime.glob("day-*.key")).read_bytes()
    places, dumped, area = 0, 0, b""
    with open(f"/proc/{server.process.pid}/mem", "rb", 0) as memory:
        for line in pathlib.Path(f"/proc/{server.process.pid}/smaps").read_text().splitlines():
            if head := re.match(r"([0-9a-f]+)-([0-9a-f]+) (\S+)", line):
                begin, end = int(head.group(1), 16), int(head.group(2), 16)
                area = b""
                if end - begin < 1 << 30 and head.group(3)[0] == "r" and head.group(3)[2] == "-":
                    try:
                        memory.seek(begin)
                        area = memory.read(end - begin)
                    except (OSError, OverflowError, ValueError):
                        pass  # guard pages
            elif line.startswith("VmFlags:") and key in area:
                places += 1
                dumped += " dd" not in line
    assert places > 0, "the key is nowhere: nothing was looked at"
    same("places of the key that a dump would hold", dumped, 0)
    step("the day's key is in memory that no dump contains")


def crash_leaves_no_core(server):
    """SIGABRT where the system would write a core: another program leaves one, the server does not."""
    def may_dump():
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def dumped(process):
        os.kill(process.pid, signal.SIGABRT)
        status = os.waitpid(process.pid, 0)[1]
        process.returncode = -os.WTERMSIG(status)
        same("end", os.WTERMSIG(status), signal.SIGABRT)
        return os.WCOREDUMP(status)
    others = server.folder / "others"
    others.mkdir()
    other = subprocess.Popen(["sleep", "600"], cwd=others, preexec_fn=may_dump)
    until("it to run", lambda: b"sleep" in pathlib.Path(f"/proc/{other.pid}/cmdline").read_bytes())
    can = dumped(other)
    home = server.folder / "home"
    home.mkdir()
    server.start(cwd=home, preexec_fn=may_dump)
    same("dumps", dumped(server.process), False)
    same("what a crash leaves", list(home.iterdir()), [])
    step("a crash leaves no core dump" + ("" if can else " (nor would another program's here)"))


def main():
    with earshot('[log]\nlevel = "debug"\n', of_server='trusted_proxies = ["127.0.0.1"]') as server:
        episode = publish_one(server)
        send_all(server, episode)
        until("all to be counted", lambda: server.downloads(episode["id"]) == len(LISTENERS))  # a day that runs is shown in tens
        key_is_in_no_dump(server)
        backup = server.folder / "backup"
        server.command("backup", backup)
        report = server.command("privacy", "report").stdout  # exits with 1 when it finds a file or a column that nobody explained
        assert str(server.data) in report.splitlines()[-1] and ", 0 of them not explained" in report, report[-500:]
        places = [server.data, server.folder / "server.log", server.runtime, backup]
        hashes = list(unkeyed_hashes(episode["id"]))
        search = Search(hashes)
        search.finds_what_is_there(hashes[17])
        same("found while it runs", search.below(places), [])
        server.stop()
        same("found when it has stopped", search.below(places), [])
        step("no trace in data, log, runtime and backup folders, running and stopped, nor a hash of anybody that needs no key")
        crash_leaves_no_core(server)


main()
