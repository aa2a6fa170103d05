"""Clients that wish the server ill, as processes of their own, and an honest listener who checks every byte meanwhile. Used by test_hostile.py
(quick) and by the soak (long)."""
import contextlib, errno, os, pathlib, random, resource, selectors, socket, ssl, statistics, subprocess, sys, tempfile, time, urllib.parse

from support import run, same, until

RESET = b"\1\0\0\0\0\0\0\0"  # SO_LINGER: on, for no time at all


def client_hello():
    """The first bytes of a TLS connection."""
    sent = ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname="x").do_handshake()
    return sent.read()


class Attacker:
    """Keeps `count` connections up, each from the next of 250 addresses if not from one, and opens another for every one it loses."""

    def __init__(self, kind, port, path, count):
        self.kind, self.port, self.path, self.count = kind.removesuffix(" from one address"), port, path, count
        self.alone = self.kind != kind
        self.selector, self.opened, self.ready = selectors.DefaultSelector(), 0, set()
        self.hello = client_hello()

    def open(self):
        client = socket.socket()
        client.setblocking(False)
        if self.kind == "slow readers":
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.bind((f"127.1.0.{1 + (0 if self.alone else self.opened % 250)}", 0))
        self.opened += 1
        if client.connect_ex(("127.0.0.1", self.port)) not in (0, errno.EINPROGRESS):
            raise OSError("connect")
        self.selector.register(client, selectors.EVENT_READ | selectors.EVENT_WRITE)

    def begin(self, client):
        """The first bytes of a connection."""
        if self.kind == "half handshakes":
            return client.send(self.hello[:len(self.hello) // 2])
        request = {"slow heads": "GET / HTTP/1.1\r\nHost: x\r\n",
                   "slow readers": f"GET {self.path} HTTP/1.1\r\nHost: x\r\n\r\n",
                   "slow posts": "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9999\r\n\r\n",
                   "idle": "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n" if random.random() < 0.7 else ""}[self.kind]
        client.send(request.encode())

    def hold(self, seconds):
        """One turn: opens what is missing, lets everyone make a byte of progress."""
        end = time.monotonic() + seconds
        for _ in range(min(self.count - len(self.selector.get_map()), 500)):
            self.open()
        while (left := end - time.monotonic()) > 0:
            for key, _ in self.selector.select(left):
                client = key.fileobj
                try:
                    if client not in self.ready:
                        self.begin(client)
                        self.ready.add(client)
                        self.selector.modify(client, selectors.EVENT_READ if self.kind != "slow readers" else 0)
                    elif not client.recv(65536):
                        raise ConnectionResetError
                except BlockingIOError:
                    pass
                except OSError:
                    self.drop(client)
        for client in list(self.ready):
            with contextlib.suppress(BlockingIOError):
                try:
                    if self.kind == "slow readers":
                        client.recv(64)
                    elif self.kind in ("slow heads", "slow posts"):
                        client.send(b"x")
                    elif self.kind == "half handshakes":
                        client.send(self.hello[len(self.hello) // 2:][:1])
                except BlockingIOError:
                    raise
                except OSError:
                    self.drop(client)

    def drop(self, client):
        self.selector.unregister(client)
        self.ready.discard(client)
        client.close()


def resets(port, path, rate):
    """Opens and resets so many connections a second: before, in the middle of and after a request."""
    requests = [b"", b"GET / HTT", f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()]
    begin, done = time.monotonic(), 0
    while True:
        with socket.socket() as client:
            client.bind((f"127.1.0.{1 + done % 250}", 0))
            client.connect(("127.0.0.1", port))
            client.send(requests[done % 3])
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        done += 1
        if done == rate // 4:
            print("ready", flush=True)
        time.sleep(max(0, begin + done / rate - time.monotonic()))


def attack(kind, port, path, count):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if kind == "resets":
        return resets(port, path, count)
    attacker = Attacker(kind, port, path, count)
    while len(attacker.ready) < count * 0.9:
        attacker.hold(0.05)
    print("ready", flush=True)
    while True:
        attacker.hold(1)


@contextlib.contextmanager
def under(kind, server, count, path="/livez"):
    """The attack is running while the body does."""
    port = server.tls_port if kind == "half handshakes" else server.port
    command = [sys.executable, "-B", __file__, kind, str(port), path, str(count)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        same(f"{kind}: the attacker", process.stdout.readline(), "ready\n")
        yield
        same(f"{kind}: the attacker's exit", process.poll(), None)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class Listener:
    """An honest one, with an address of its own: a kept connection for ranges of audio, a new one for each feed."""

    def __init__(self, server, path, audio, feed):
        self.server, self.path, self.audio, self.feed = server, path, audio, feed
        self.kept = self.connect()

    def connect(self):
        client = socket.create_connection(("127.0.0.1", self.server.port), 20, ("127.2.0.1", 0))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return client

    @staticmethod
    def ask(client, path, fields=""):
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{fields}\r\n".encode())
        got = b""
        while b"\r\n\r\n" not in got:
            piece = client.recv(65536)
            if not piece:
                raise ConnectionResetError("closed before an answer")
            got += piece
        head, body = got.split(b"\r\n\r\n", 1)
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += client.recv(1 << 20)
        return int(head[9:12]), body

    def listen(self, size=65536):
        """Seconds that one range took."""
        at = random.randrange(len(self.audio) - size)
        fields = f"Range: bytes={at}-{at + size - 1}\r\n"
        begin = time.perf_counter()
        try:
            status, body = self.ask(self.kept, self.path, fields)
        except ConnectionError:  # idle for too long, or too many requests: any client opens another
            self.kept.close()
            self.kept = self.connect()
            status, body = self.ask(self.kept, self.path, fields)
        took = time.perf_counter() - begin
        same("status of a range", status, 206)
        assert body == self.audio[at:at + size], "the range has other bytes"
        return took

    def subscribe(self):
        """Seconds that a new connection and the feed took."""
        begin = time.perf_counter()
        with self.connect() as client:
            status, body = self.ask(client, self.feed)
        took = time.perf_counter() - begin
        same("status of the feed", status, 200)
        assert b"<rss" in body and body.rstrip().endswith(b"</rss>"), "the feed is not whole"
        return took

    def median(self, seconds):
        """Milliseconds of a range and of a feed, asked for one after the other for so long."""
        ranges, feeds, end = [], [], time.monotonic() + seconds
        while time.monotonic() < end or len(ranges) < 10:
            ranges.append(self.listen())
            feeds.append(self.subscribe())
            time.sleep(0.002)
        return statistics.median(ranges) * 1000, statistics.median(feeds) * 1000


def footprint(server):
    """Anonymous memory in MiB, open descriptors."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text()
    memory = int(status.split("RssAnon:")[1].split()[0]) / 1024
    return memory, len(list(pathlib.Path(f"/proc/{server.process.pid}/fd").iterdir()))


def back_to(base, server):
    """Waits until nothing of an attack is left but what the allocator keeps at hand; the footprint then."""
    until("the descriptors to return to base", lambda: footprint(server)[1] <= base[1] + 4, 60)
    more = 256 if os.environ.get("EARSHOT_SANITIZE") else 6  # a sanitizer keeps what was freed, to recognise its use
    until(f"the memory to return to {base[0]:.1f} MiB", lambda: footprint(server)[0] <= base[0] + more, 30)
    return footprint(server)


@contextlib.contextmanager
def tls_section():
    """(settings that make a server speak TLS as well, its port)"""
    with tempfile.TemporaryDirectory(prefix="earshot-tls-") as folder, socket.socket() as free:
        certificate, key = (pathlib.Path(folder) / name for name in ("certificate.pem", "key.pem"))
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2, "-subj", "/CN=x",
            "-keyout", key, "-out", certificate)
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        yield f'[tls]\nlisten = ["127.0.0.1:{port}"]\ncertificate = "{certificate}"\nkey = "{key}"\n', port


def publish_noise(server, seconds):
    """A show with one episode; an honest listener of it."""
    master = server.folder / "noise.wav"
    run("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", f"anoisesrc=a=0.1:r=44100:d={seconds}", "-ac", 1, master)
    server.api("POST", "/shows", {"slug": "calm", "title": "Calm", "description": "d", "category": "News", "author": "A"})
    episode = server.api("POST", "/shows/calm/episodes", {"title": "One"})
    job = server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": server.curl_upload(master, 64 << 20)})["id"]
    same("job", server.finished(job)["state"], "succeeded")
    rendition = server.api("POST", f"/episodes/{episode['id']}/publish", {})["renditions"][0]
    path = urllib.parse.urlparse(rendition["url"]).path
    return Listener(server, path, server.get(path)[2], "/shows/calm/feed.xml")


if __name__ == "__main__":
    attack(sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
