"""A new version takes over from a running one, again and again, while slow downloads run and newcomers knock all the time."""
import hashlib, http.client, os, signal, socket, threading, time

from support import same, step, until

PIECE = 100_000  # bytes a newcomer asks for


class Download(threading.Thread):
    """One listener that reads a file at `rate` bytes a second to its end."""

    def __init__(self, port, path, number, rate):
        super().__init__(daemon=True)
        self.port, self.path, self.number, self.rate = port, path, number, rate
        self.digest, self.received, self.trouble = None, 0, None
        self.start()

    def run(self):
        try:
            with socket.socket() as client:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
                client.bind((f"127.0.1.{self.number + 1}", 0))
                client.settimeout(60)
                client.connect(("127.0.0.1", self.port))
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


def drill(server, path, digest, size, downloads, upgrades, rate, pause=0.3):
    """`upgrades`: for each, whether by signal. A part of the downloads begins with every version. Returns the last version's process, how many
    requests for media were answered and how many bytes of it."""
    shares = [range(downloads)[i::len(upgrades) + 1] for i in range(len(upgrades) + 1)]
    listeners, serving = [], server.process.pid
    newcomers = [Newcomers(server.port, path, number, number % 2 == 1) for number in range(4)]
    for share, by_signal in zip(shares, [None, *upgrades]):
        if by_signal is not None:
            time.sleep(pause)
            serving = upgrade(server, serving, by_signal)
            assert all(l.is_alive() for l in listeners), [l.trouble or "over too early" for l in listeners]
        listeners += [Download(server.port, path, number, rate) for number in share]
        until("the downloads to run", lambda: all(l.received > 0 or l.trouble for l in listeners), 30)
    for thread in listeners + [visitor.end() for visitor in newcomers]:
        thread.join(600)
    same("troubles", [l.trouble for l in listeners if l.trouble] + [x for v in newcomers for x in v.troubles], [])
    same("downloads that are byte-equal", sum(l.digest == digest for l in listeners), downloads)
    until("the older versions to end", lambda: server.processes() == [serving], 60)
    waits = sorted(wait for v in newcomers for wait in v.waits)
    step(f"{downloads} downloads over {len(upgrades)} upgrades byte-equal; {len(waits)} newcomers, none refused, {sum(v.closed for v in newcomers)} "
         f"idle connections closed; waits: median {waits[len(waits) // 2] * 1000:.1f} ms, longest {waits[-1] * 1000:.0f} ms")
    return serving, downloads + len(waits), downloads * size + len(waits) * PIECE
