"""Where the server listens: both families, several addresses, and sockets that systemd opened."""
import contextlib, os, socket, tempfile

from support import Earshot, same, step

LIVEZ = b"GET /livez HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


def answered(client):
    client.settimeout(30)
    got = b""
    while piece := client.recv(4096):
        got += piece
    return got.startswith(b"HTTP/1.1 200 ")


def asks(family, address, port):
    with socket.socket(family) as client:
        client.connect((address, port))
        client.sendall(LIVEZ)
        return answered(client)


@contextlib.contextmanager
def prepared(listen=None):
    """A server that is not started yet; `listen` with P for its port."""
    with tempfile.TemporaryDirectory(prefix="earshot-journey-") as folder:
        server = Earshot(folder, "[publishing]\nworkers = 0\n")
        if listen:
            text = server.config.read_text().replace(f'listen = ["127.0.0.1:{server.port}"]', f"listen = {listen}".replace("P", str(server.port)))
            server.config.write_text(text)
        try:
            yield server
        finally:
            server.cleanup()


def check_families():
    for listen in ('["127.0.0.1:P", "[::1]:P"]', '["0.0.0.0:P", "[::]:P"]', '["[::]:P"]'):
        with prepared(listen) as server:
            server.start()
            same(f"IPv4 with {listen}", asks(socket.AF_INET, "127.0.0.1", server.port), True)
            same(f"IPv6 with {listen}", asks(socket.AF_INET6, "::1", server.port), True)
            other = server.launch()
            same("exit status of a second server on the same addresses", other.wait(60), 1)
            server.stop()
    step("IPv4 and IPv6, one by one and together")


def activated(server, sockets, **more):
    """Started as systemd does: the sockets are descriptors 3, 4, …, and LISTEN_PID is the new process."""
    take = " ".join(f"{3 + i}<&{s.fileno()}" for i, s in enumerate(sockets))
    shell = f'export LISTEN_PID=$$ LISTEN_FDS={len(sockets)}; exec "$@" {take}'
    return {"before": ("bash", "-c", shell, "systemd"), "pass_fds": [s.fileno() for s in sockets], **more}


def check_activation():
    with prepared('["127.0.0.1:P", "[::1]:P"]') as server, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        inherited = socket.create_server(("127.0.0.1", server.port))
        early = socket.create_connection(("127.0.0.1", server.port))
        early.sendall(LIVEZ)
        path = server.folder / "notify"
        manager.bind(str(path))
        manager.settimeout(30)
        server.start(**activated(server, [inherited], env=os.environ | {"NOTIFY_SOCKET": str(path)}))
        same("word at start", manager.recv(100), b"READY=1")
        same("a connection made before the start", answered(early), True)
        same("the address that systemd did not open", asks(socket.AF_INET6, "::1", server.port), True)
        for _ in range(50):
            same("a connection", asks(socket.AF_INET, "127.0.0.1", server.port), True)
        server.stop()
        same("word at the end", manager.recv(100), b"STOPPING=1")
        late = socket.create_connection(("127.0.0.1", server.port))
        late.sendall(LIVEZ)
        server.start(**activated(server, [inherited]))
        same("a connection made between two runs", answered(late), True)
        server.stop()
    step("sockets from systemd: a connection made before the start, or between two runs, is served; systemd is told")
    with prepared() as server:
        foreign = socket.create_server(("127.0.0.1", 0))
        same("exit status", server.launch(**activated(server, [foreign])).wait(60), 1)
        log = (server.folder / "server.log").read_text()
        assert f"127.0.0.1:{foreign.getsockname()[1]}" in log and "server.listen" in log, log
    step("a socket of systemd's that the settings do not name stops the start with a sentence")


check_families()
check_activation()
