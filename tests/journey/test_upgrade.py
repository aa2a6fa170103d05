"""Upgrades that nobody notices: downloads, newcomers, uploads, jobs and counts pass from one running version to the next."""
import os, pathlib, signal, socket, urllib.parse

from support import run, same, step, until
from upgrade_drill import Download, counted, drill, end, publish, tone, upgradable, upgrade


def asks_as_successor(server, word=b"T1"):
    """Our own idea of a new version, that gets as far as we like."""
    channel = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    channel.settimeout(30)
    channel.connect(str(server.runtime / "handover.sock"))
    channel.send(word)
    return channel


def check_successors_that_die(server):
    def goes_on():
        same("the server", server.get("/livez")[0], 200)

    for nonsense in (b"T2", b"X1", b"R1", b"G1", b"D1 no deliveries", b"T", b"\0" * 1000):
        same(f"answer to {nonsense[:20]}", asks_as_successor(server, nonsense).recv(100), b"")
    asks_as_successor(server).close()
    goes_on()
    first, second = asks_as_successor(server), asks_as_successor(server)
    word, sockets, *_ = socket.recv_fds(first, 100, 100)
    same("word", word, b"S1")
    assert sockets, "no sockets"
    same("answer to a second successor at the same time", second.recv(100), b"")
    first.send(b"R1")
    same("word", first.recv(100), b"Y1")
    waiting = socket.create_connection(("127.0.0.1", server.port))
    waiting.sendall(b"GET /livez HTTP/1.1\r\nHost: here\r\n\r\n")
    waiting.setblocking(False)
    first.close()
    for descriptor in sockets:
        os.close(descriptor)
    waiting.settimeout(30)
    assert waiting.recv(100).startswith(b"HTTP/1.1 200 "), "who waited was not answered"
    same("word in the log", len(server.events("the successor ended before it served")), 1)
    goes_on()

    os.kill(server.process.pid, signal.SIGSTOP)
    killed = server.launch("--take-over")
    until("the new version to ask", lambda: connected(killed.pid))
    killed.kill()
    killed.wait()
    os.kill(server.process.pid, signal.SIGCONT)
    goes_on()

    good = server.config.read_text()
    server.config.write_text(good.replace("[statistics]", '[statistics]\nagents_file = "/nowhere/agents.json"'))
    same("exit status of a new version that cannot start", server.launch("--take-over").wait(60), 1)
    server.config.write_text(good)
    goes_on()
    same("the only process", server.processes(), [server.process.pid])
    step("a new version that dies at any point before it serves, or cannot start, changes nothing")


def connected(pid):
    """Whether a process holds a connected Unix packet socket."""
    ours = {os.readlink(entry)[8:-1] for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir() if os.readlink(entry).startswith("socket:[")}
    lines = [line.split() for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]]
    return any(line[4] == "0005" and line[5] == "03" and line[6] in ours for line in lines)


def check_work_in_progress(server):
    """A job goes back to the queue and is done by the new version; an upload under way ends where it began, and the new version waits for it."""
    episode = server.api("POST", "/shows/show/episodes", {"title": "Other"})
    master = tone(server.folder / "other.flac", 120)
    job = server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": server.curl_upload(master)})
    until("the worker", lambda: server.api("GET", f"/jobs/{job['id']}")["state"] == "running" and server.workers(), 60, 0.01)

    auth = f"Authorization: Bearer {server.tokens['producer']}\r\nTus-Resumable: 1.0.0\r\n"
    head = run("curl", "-sSi", "-X", "POST", "-H", f"Authorization: Bearer {server.tokens['producer']}", "-H", "Tus-Resumable: 1.0.0", "-H",
               f"Upload-Length: {master.stat().st_size}", server.base_url + "/api/v1/uploads").stdout
    location = next(line.split(": ", 1)[1] for line in head.splitlines() if line.lower().startswith("location: "))
    upload = urllib.parse.urlparse(location).path
    body = master.read_bytes()
    patch = (f"PATCH {upload} HTTP/1.1\r\nHost: here\r\n{auth}Upload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n"
             f"Content-Length: {len(body)}\r\n\r\n").encode()

    def send(part):
        client = socket.create_connection(("127.0.0.1", server.port), timeout=60)
        client.sendall(patch + part)
        return client

    early = send(body[:len(body) // 2])
    until("the upload to run", lambda: any((server.data / "uploads").iterdir()))
    serving = upgrade(server, server.process.pid, False)
    late = send(body)
    assert b" 503 " in late.recv(1000).split(b"\r\n")[0], "two versions write to one upload"
    late.close()
    early.sendall(body[len(body) // 2:])
    assert early.recv(1000).startswith(b"HTTP/1.1 204 "), "the upload that was under way did not end"
    early.close()
    offset = run("curl", "-sSI", "-H", f"Authorization: Bearer {server.tokens['producer']}", "-H", "Tus-Resumable: 1.0.0", server.base_url + upload).stdout
    assert f"upload-offset: {len(body)}" in offset.lower(), offset
    same("job", server.finished(job["id"])["state"], "succeeded")
    same("exit status of the old version", server.process.wait(60), 0)
    step("a job and an upload under way survived an upgrade; no two versions wrote to one upload")
    return serving


def check_a_death_and_the_end(server, serving, episode):
    """An old version that still has a listener reports to whoever serves, also after the new one was killed, and ends when that one is stopped."""
    media = episode["renditions"][0]
    before = counted(server)[2]
    listener = Download(server.port, urllib.parse.urlparse(media["url"]).path, 0, 200_000)
    until("the download to run", lambda: listener.received > 500_000)
    newest = upgrade(server, serving, True)
    os.kill(newest, signal.SIGKILL)
    until("the new version to be gone", lambda: newest not in server.processes())
    server.start()
    start = counted(server)[2]
    until("bytes that the old version delivers to be counted by the third", lambda: counted(server)[2] > start)
    os.kill(server.process.pid, signal.SIGTERM)
    until("both to end", lambda: not server.processes())
    listener.join(60)
    assert listener.digest != media["sha256"] and listener.received > 500_000, listener.received
    assert counted(server)[2] - before >= 500_000, "the bytes of the last listener were not counted"
    step("a version that still had a listener reported to the one started after kill -9, ended with it, and its bytes were counted")


def main():
    with upgradable(drain_timeout="3s") as server:
        episode = publish(server, 180)
        serving = drill(server, episode, (6, 3, 3), (True, False), 1_500_000)
        same("exit status of the first version", server.process.wait(60), 0)
        end(server, serving)
        server.start()
        check_successors_that_die(server)
        serving = check_work_in_progress(server)
        check_a_death_and_the_end(server, serving, episode)


main()
