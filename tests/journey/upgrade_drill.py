"""A new version takes over from a running one, again and again, while slow downloads run and newcomers knock all the time."""
import contextlib, hashlib, http.client, os, signal, socket, sqlite3, ssl, tempfile, threading, time, urllib.parse

from support import cover, earshot, run, same, step, until

PIECE = 100_000  # bytes a newcomer asks for
SETTINGS = """
[statistics]
suppress_below = 1
[[rendition]]
name = "mp3"
codec = "mp3"
bit_rate = 320_000
mono_bit_rate = 320_000
"""


unchecked = ssl.create_default_context()
unchecked.check_hostname, unchecked.verify_mode = False, ssl.CERT_NONE


@contextlib.contextmanager
def upgradable(**options):
    """A server with a plain and an HTTPS address."""
    with tempfile.TemporaryDirectory(prefix="earshot-journey-") as folder, socket.socket() as probe:
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-subj", "/CN=localhost", "-keyout",
            f"{folder}/key.pem", "-out", f"{folder}/certificate.pem")
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        tls = f'[tls]\nlisten = ["127.0.0.1:{port}"]\ncertificate = "{folder}/certificate.pem"\nkey = "{folder}/key.pem"\n'
        with earshot(tls + SETTINGS, **options) as server:
            server.tls_port = port
            yield server


def tone(file, seconds):
    run("ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"anoisesrc=d={seconds}:c=pink:r=44100:a=0.2", "-sample_fmt", "s16", file)
    return file


def publish(server, seconds):
    server.api("POST", "/shows", {"slug": "show", "title": "Show", "description": "d", "category": "News", "author": "A"})
    server.api("PUT", "/shows/show/artwork?alt=x", cover(server.folder / "cover.png").read_bytes(), content_type="image/png")
    episode = server.api("POST", "/shows/show/episodes", {"title": "Long"})
    job = server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": server.curl_upload(tone(server.folder / "long.flac", seconds))})
    same("job", server.finished(job["id"])["state"], "succeeded")
    return server.api("POST", f"/episodes/{episode['id']}/publish", {})


def counted(server):
    """(downloads, requests for media, bytes of it) in the database."""
    with sqlite3.connect(server.data / "statistics.db") as db:
        return tuple(db.execute(query).fetchone()[0] for query in (
            "select coalesce(sum(downloads), 0) from downloads where dimension = 'all'", "select coalesce(sum(requests), 0) from requests",
            "select coalesce(sum(bytes), 0) from days"))


def end(server, pid):
    os.kill(pid, signal.SIGTERM)
    until("the server to end", lambda: not server.processes())


class Download(threading.Thread):
    """One listener that reads a file at `rate` bytes a second to its end; with `tls`, over HTTPS."""

    def __init__(self, port, path, number, rate, tls=False):
        super().__init__(daemon=True)
        self.port, self.path, self.number, self.rate, self.tls = port, path, number, rate, tls
        self.digest, self.received, self.trouble = None, 0, None
        self.start()

    def run(self):
        try:
            with socket.socket() as plain:
                plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
                plain.bind((f"127.0.1.{self.number + 1}", 0))
                plain.settimeout(60)
                plain.connect(("127.0.0.1", self.port))
                client = unchecked.wrap_socket(plain) if self.tls else plain
                client.sendall(f"GET {self.path} HTTP/1.1\r\nHost: here\r\nUser-Agent: AntennaPod/3.4.0\r\nConnection: close\r\n\r\n".encode())
                head = b""
                while b"\r\n\r\n" not in head:
                    head += client.recv(65536)
                body = head[head.index(b"\r\n\r\n") + 4:]
                assert head.startswith(b"HTTP/1.1 200 "), head[:200]
                digest, begun = hashlib.sha256(), time.monotonic()
                while body or (body := client.recv(65536)):
                    digest.update(body)
                    self.received += len(body)
                    time.sleep(max(0, self.received / self.rate - (time.monotonic() - begun)))
                    body = b""
                self.digest = digest.hexdigest()
        except Exception as trouble:
            self.trouble = repr(trouble)


class Newcomers(threading.Thread):
    """Connections one after the other: every one must be answered. With `keep_alive` they stay, as browsers' do, and a connection that the
    server has closed after its answer is replaced by another."""

    def __init__(self, port, path, number, keep_alive=False):
        super().__init__(daemon=True)
        self.port, self.path, self.number, self.keep_alive = port, path, number, keep_alive
        self.waits, self.troubles, self.closed, self.leave = [], [], 0, threading.Event()
        self.start()

    def ask(self, connection):
        connection.request("GET", self.path, headers={"User-Agent": "AntennaPod/3.4.0", "Range": f"bytes=0-{PIECE - 1}"} |
                           ({} if self.keep_alive else {"Connection": "close"}))
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 206 and len(body) == PIECE, f"{answer.status}, {len(body)} bytes"
        return answer.headers.get("Connection") != "close"

    def run(self):
        connection, fresh = None, True
        while not self.leave.is_set():
            begun = time.monotonic()
            try:
                if connection is None:
                    connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30, source_address=(f"127.0.2.{self.number + 1}", 0))
                    fresh = True
                if not self.ask(connection) or not self.keep_alive:
                    connection.close()
                    connection = None
                fresh = False
                self.waits.append(time.monotonic() - begun)
            except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError) as gone:
                # An idle connection may end at any time (RFC 9112, 9.3.1): the client asks again on a new one.
                connection = None
                self.closed += 1
                if fresh:
                    self.troubles.append(repr(gone))
            except Exception as trouble:
                connection = None
                self.troubles.append(repr(trouble))
            time.sleep(0.002)

    def end(self):
        self.leave.set()
        self.join(60)
        return self


def upgrade(server, pid, by_signal):
    """Returns the process id of the version that serves now."""
    before = len(server.events("handed over"))
    if by_signal:
        os.kill(pid, signal.SIGUSR2)
    else:
        server.launch("--take-over")
    return until("the hand-over", lambda: server.events("handed over")[before:], 60)[0]["successor"]


def drill(server, episode, downloads, upgrades, rate, pause=0.3, longest_wait=None):
    """`downloads`: how many begin with each version, at `rate` bytes a second; those of the first must still run after the last upgrade.
    `upgrades`: for each, whether by signal. Newcomers knock all the time. Returns the last version's process."""
    media = episode["renditions"][0]
    path = urllib.parse.urlparse(media["url"]).path
    before, listeners, serving = counted(server), [], server.process.pid
    newcomers = [Newcomers(server.port, path, number, number % 2 == 1) for number in range(4)]
    for count, by_signal in zip(downloads, [None, *upgrades]):
        if by_signal is not None:
            time.sleep(pause)
            serving = upgrade(server, serving, by_signal)
            assert all(l.is_alive() for l in listeners), [l.trouble or "over too early" for l in listeners]
        listeners += [Download(server.tls_port if number % 2 else server.port, path, len(listeners) + number, rate, bool(number % 2))
                      for number in range(count)]
        until("the downloads to run", lambda: all(l.received > 0 or l.trouble for l in listeners), 30)
    for thread in listeners + [visitor.end() for visitor in newcomers]:
        thread.join(600)
    same("troubles", [l.trouble for l in listeners if l.trouble] + [x for v in newcomers for x in v.troubles], [])
    same("downloads that are byte-equal", sum(l.digest == media["sha256"] for l in listeners), len(listeners))
    until("the older versions to end", lambda: server.processes() == [serving], 60)
    waits = sorted(wait for v in newcomers for wait in v.waits)
    step(f"{len(listeners)} downloads over {len(upgrades)} upgrades byte-equal; {len(waits)} newcomers, none refused, "
         f"{sum(v.closed for v in newcomers)} idle connections closed; waits: median {waits[len(waits) // 2] * 1000:.1f} ms, longest {waits[-1] * 1000:.0f} ms")
    assert longest_wait is None or waits[-1] <= longest_wait, f"a newcomer waited {waits[-1]:.2f} s"
    wanted = (len(listeners), len(listeners) + len(waits), len(listeners) * media["byte_length"] + len(waits) * PIECE)
    until("the counts", lambda: tuple(now - then for now, then in zip(counted(server), before)) == wanted, 20)
    step("every download, request and byte was counted once")
    return serving
