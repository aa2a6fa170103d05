"""A title is corrected while somebody downloads the episode: that download ends with the old bytes, everybody after gets the new ones, and nobody a mixture."""
import hashlib, re, socket, urllib.parse

from support import earshot, same, speech_master, step, until


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


def published(server):
    server.api("POST", "/shows", {"slug": "late", "title": "Late", "description": "d", "category": "News", "author": "A"})
    episode = server.api("POST", "/shows/late/episodes", {"title": "A tpyo"})
    upload = server.curl_upload(speech_master(server.folder / "m.wav", 240))
    same("job", server.finished(server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": upload})["id"])["state"], "succeeded")
    return server.api("POST", f"/episodes/{episode['id']}/publish", {})


def main():
    with earshot() as server:
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


main()
