"""A title is corrected while somebody downloads the episode: that download ends with the old bytes, everybody after gets the new ones, and nobody a mixture.
Then a word is taken out while somebody downloads: that download ends with the old bytes, too, but the address it came from gives nobody anything any more."""
import hashlib, http.client, re, socket, threading, urllib.parse

from support import cover, earshot, run, same, speech_master, step, until


FORMATS = "".join(f'[[rendition]]\nname = "{name}"\ncodec = "{name}"\n' + (f"bit_rate = {rate}\n" if rate else "")
                  for name, rate in (("mp3", 128_000), ("aac", 128_000), ("opus", 64_000), ("flac", 0)))


class Listener:
    """One keep-alive connection with a small receive buffer."""

    def __init__(self, port):
        self.client = socket.socket()
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        self.client.settimeout(60)
        self.client.connect(("127.0.0.1", port))
        self.buffer = b""

    def ask(self, path, **fields):
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in fields.items())
        self.client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: AntennaPod/3.4.0\r\n{lines}\r\n".encode())
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.client.recv(4096)
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        names = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        return int(head.split()[1]), names

    def read(self, count):
        while len(self.buffer) < count:
            piece = self.client.recv(65536)
            assert piece, "the connection ended early"
            self.buffer += piece
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken


class Poller(threading.Thread):
    """Whoever reads the feed and asks for the file, again and again: the two must tell the same length whenever nothing changed between two looks at
    the file."""

    def __init__(self, server, path):
        super().__init__()
        self.server, self.path = server, path
        self.seen, self.mixed, self.looks, self.done = [], [], 0, threading.Event()

    def file(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        connection.request("HEAD", self.path, headers={"User-Agent": "PollingTest bot"})
        fields = connection.getresponse().headers
        connection.close()
        return int(fields["Content-Length"]), fields["ETag"]

    def run(self):
        pattern = re.escape(self.path).encode() + rb'" length="(\d+)"'
        while not self.done.is_set():
            before = self.file()
            told = int(re.search(pattern, self.server.get("/shows/late/feed.xml")[2]).group(1))
            after = self.file()
            self.looks += 1
            if before not in self.seen:
                self.seen.append(before)
            if before == after and told != before[0]:
                self.mixed.append((before, told))


def published(server):
    server.api("POST", "/shows", {"slug": "late", "title": "Late", "description": "d", "category": "News", "author": "A"})
    episode = server.api("POST", "/shows/late/episodes", {"title": "A tpyo"})
    upload = server.curl_upload(speech_master(server.folder / "m.wav", 240))
    same("job", server.finished(server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": upload})["id"])["state"], "succeeded")
    return server.api("POST", f"/episodes/{episode['id']}/publish", {})


def packets(server, rendition):
    """The hash of the encoded sound, tags and container left out."""
    file = server.folder / ("packets." + rendition["url"].rsplit(".", 1)[1])
    file.write_bytes(server.get(urllib.parse.urlparse(rendition["url"]).path)[2])
    same("sha256", hashlib.sha256(file.read_bytes()).hexdigest(), rendition["sha256"])
    return run("ffmpeg", "-v", "error", "-i", file, "-map", "0:a", "-c", "copy", "-f", "md5", "-").stdout


def check_instant(server, episode):
    """Title, chapters and cover are corrected one after the other while somebody keeps looking."""
    first = server.api("GET", f"/episodes/{episode['id']}")["renditions"]
    sound = [packets(server, rendition) for rendition in first]
    same("formats", {rendition["codec"] for rendition in first}, {"mp3", "aac", "opus", "flac"})
    poller = Poller(server, urllib.parse.urlparse(first[0]["url"]).path)
    poller.start()
    try:
        until("the first look", lambda: poller.seen)
        hashes = {rendition["profile"]: rendition["sha256"] for rendition in first}
        for method, what, body, kind in (("PATCH", "", b'{"title": "' + b"Longer " * 30 + b'"}', "application/json"),
                                         ("PUT", "/chapters", b"00:00:00 One\n00:01:00 Two\n", "text/plain"),
                                         ("PUT", "/artwork?alt=A%20lamp", cover(server.folder / "c.png").read_bytes(), "image/png")):
            server.api(method, f"/episodes/{episode['id']}{what}", body, content_type=kind)

            def swapped():
                now = server.api("GET", f"/episodes/{episode['id']}")["renditions"]
                return now if all(rendition["sha256"] != hashes[rendition["profile"]] for rendition in now) else None
            now = until(f"new files after {method} {what}", swapped)
            hashes = {rendition["profile"]: rendition["sha256"] for rendition in now}
            same("addresses", [rendition["url"] for rendition in now], [rendition["url"] for rendition in first])
            until("somebody to see it", lambda: poller.seen[-1] == (now[0]["byte_length"], '"' + now[0]["sha256"][:32] + '"'))
    finally:
        poller.done.set()
        poller.join()
    same("a feed beside another file", poller.mixed, [])
    same("files that were seen", len(poller.seen), 4)
    same("encoded sound", [packets(server, rendition) for rendition in now], sound)
    step(f"three corrections in {poller.looks} looks: feed and file changed at one instant each, the encoded sound of all four formats not at all")


def check_redacted(server, episode):
    """What a redaction takes out is gone for whoever asks after it, also on the connection that has just carried the rest of it."""
    old = server.api("GET", f"/episodes/{episode['id']}")["renditions"]
    path = urllib.parse.urlparse(old[0]["url"]).path
    listener = Listener(server.port)
    _, before = listener.ask(path)
    digest = hashlib.sha256(listener.read(300_000))
    job = server.api("PUT", f"/episodes/{episode['id']}/redactions", {"ranges": [{"start": 100, "end": 160, "kind": "cut"}]})
    heard = 300_000

    def ended():  # the listener goes on meanwhile, slowly: who takes nothing for half a minute is disconnected
        nonlocal heard
        digest.update(listener.read(8_000))
        heard += 8_000
        now = server.api("GET", f"/jobs/{job['id']}")
        return now if now["state"] not in ("queued", "running") else None
    same("redaction", until("the redaction to end", ended, 200, 0.5)["state"], "succeeded")
    new = server.api("GET", f"/episodes/{episode['id']}")["renditions"]
    same("addresses that stayed", {each["url"] for each in old} & {each["url"] for each in new}, set())
    for address in (urllib.parse.urlparse(each["url"]).path for each in old):
        same("the old address", server.get(address)[0], 410)
    digest.update(listener.read(old[0]["byte_length"] - heard))
    same("the running download", digest.hexdigest(), old[0]["sha256"])
    for fields in ({}, {"Range": "bytes=300000-"}, {"Range": "bytes=300000-", "If_Range": before["ETag"]}, {"If_None_Match": before["ETag"]}):
        status, answer = listener.ask(path, **fields)
        same(f"the next with {fields}", status, 410)
        listener.read(int(answer["Content-Length"]))
    feed = server.get("/shows/late/feed.xml")[2].decode()
    address, length = re.search(r'<enclosure url="([^"]*)" length="(\d+)"', feed).groups()
    same("the feed's file", (address, int(length)), (new[0]["url"], new[0]["byte_length"]))
    file = server.folder / "redacted.mp3"
    file.write_bytes(server.get(urllib.parse.urlparse(address).path)[2])
    same("its bytes", hashlib.sha256(file.read_bytes()).hexdigest(), new[0]["sha256"])
    seconds = float(run("ffprobe", "-v", "error", "-show_entries", "format=duration", "-of", "csv=p=0", file).stdout)
    assert abs(seconds - 180) < 0.1, seconds
    step("redacted in the middle of a download: it ended with the old bytes, and nobody gets those any more, by resuming neither")


def main():
    with earshot(FORMATS) as server:
        episode = published(server)
        old = episode["renditions"][0]
        path = urllib.parse.urlparse(old["url"]).path
        listener = Listener(server.port)
        status, before = listener.ask(path)
        same("status and length", (status, int(before["Content-Length"])), (200, old["byte_length"]))
        digest = hashlib.sha256(listener.read(300_000))

        server.api("PATCH", f"/episodes/{episode['id']}", {"title": "A typo no longer, and the file has become longer too"})

        def corrected():
            now = server.api("GET", f"/episodes/{episode['id']}")["renditions"][0]
            return now if now["sha256"] != old["sha256"] and server.get(path, Range="bytes=0-0")[1]["ETag"] != before["ETag"] else None
        new = until("the corrected file", corrected)
        same("the address", new["url"], old["url"])
        for file in (server.data / "media").rglob(old["sha256"]):
            file.unlink()  # as housekeeping will
        step("corrected in the middle of a download; the old object is gone from the store")

        digest.update(listener.read(old["byte_length"] - 300_000))
        same("the running download", digest.hexdigest(), old["sha256"])
        step("the running download ended with the old bytes")

        status, after = listener.ask(path)
        same("the next on the same connection", hashlib.sha256(listener.read(new["byte_length"])).hexdigest(), new["sha256"])
        same("its status", status, 200)
        resumed, fields = listener.ask(path, If_Range=before["ETag"], Range="bytes=300000-")
        same("resuming the old one", (resumed, int(fields["Content-Length"]), fields["ETag"]), (200, new["byte_length"], after["ETag"]))
        same("gives the whole new one", hashlib.sha256(listener.read(new["byte_length"])).hexdigest(), new["sha256"])
        dated, fields = listener.ask(path, If_Range=before["Last-Modified"], Range="bytes=300000-")
        same("resuming by the old date", dated, 200)
        listener.read(new["byte_length"])
        going_on, fields = listener.ask(path, If_Range=after["ETag"], Range=f"bytes={new['byte_length'] - 10}-")
        same("resuming the new one", (going_on, len(listener.read(10))), (206, 10))
        for field, tag, wanted in (("If_None_Match", before["ETag"], 200), ("If_None_Match", after["ETag"], 304), ("If_Match", before["ETag"], 412)):
            status, fields = listener.ask(path, **{field: tag})
            listener.read(int(fields.get("Content-Length", 0)))
            same(f"{field} {tag}", status, wanted)
        feed = server.get("/shows/late/feed.xml")[2].decode()
        same("the feed's length", int(re.search(r'<enclosure[^>]* length="(\d+)"', feed).group(1)), new["byte_length"])
        step("everybody after gets the new bytes: no mixture by resuming, by tag or by date")
        check_instant(server, episode)
        check_redacted(server, episode)


main()
