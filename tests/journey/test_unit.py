"""The shipped systemd units: how exposed they leave the server, and that it still does all of its work inside what they take away."""
import http.client, os, pathlib, re, shutil, socket, ssl, subprocess, sys, tempfile

from support import BINARY, ROOT, Earshot, run, same, speech_master, step, until

UNITS = ("earshot.service", "earshot-work.service")  # in which masters are worked on
MOST_EXPOSED = 1.0
AS_UNIT = (sys.executable, ROOT / "tests/journey/as_unit.py")


def check_exposure():
    for name in (*UNITS, "earshot-forget.service"):
        said = run("systemd-analyze", "security", "--offline=true", "--no-pager", ROOT / "config" / name).stdout
        exposure = float(re.search(r"Overall exposure level for \S+: ([\d.]+)", said).group(1))
        assert exposure <= MOST_EXPOSED, f"{name}: exposure {exposure}, wanted at most {MOST_EXPOSED}\n" + "\n".join(line for line in said.splitlines() if "✗" in line)
        step(f"{name}: exposure {exposure}")


def check_timer():
    run("systemd-analyze", "calendar", re.search(r"OnCalendar=(.+)", (ROOT / "config/earshot-forget.timer").read_text()).group(1))


def check_sandbox():
    for name in UNITS:
        unit = ROOT / "config" / name
        said = run(*AS_UNIT, unit, 0, BINARY, "worker", "--self-test").stdout
        assert "All layers hold." in said, said
        tried = subprocess.run([*map(str, AS_UNIT), str(unit), "0", sys.executable, "-c", "import socket; socket.create_connection(('127.0.0.1', 9))"],
                               capture_output=True, text=True)
        assert "Address family not supported" in tried.stderr, tried.stderr
    step("inside the units the workers' sandbox is whole, and nobody can be reached")


def listening():
    sock = socket.create_server(("127.0.0.1", 0))
    return sock, sock.getsockname()[1]


def check_work(folder):
    plain, port = listening()
    secure, tls_port = listening()
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2, "-subj", "/CN=localhost",
        "-keyout", folder / "key.pem", "-out", folder / "certificate.pem")
    server = Earshot(folder, f'[tls]\nlisten = ["127.0.0.1:{tls_port}"]\ncertificate = "{folder}/certificate.pem"\nkey = "{folder}/key.pem"\n')
    server.config.write_text(server.config.read_text().replace(str(server.port), str(port)))
    server.port, server.base_url = port, f"http://127.0.0.1:{port}"

    def hand_over():
        for source, target in ((plain.fileno(), 300), (secure.fileno(), 301)):
            os.dup2(source, target)
        for source, target in ((300, 3), (301, 4)):
            os.dup2(source, target)
            os.set_inheritable(target, True)

    try:
        server.start(before=(*map(str, AS_UNIT), str(ROOT / "config/earshot.service"), "2"), preexec_fn=hand_over, close_fds=False)
        server.api("POST", "/shows", {"slug": "s", "title": "S", "description": "d"})
        episode = server.api("POST", "/shows/s/episodes", {"title": "One"})["id"]
        upload = server.curl_upload(speech_master(folder / "master.wav", 6))
        job = server.api("PUT", f"/episodes/{episode}/master", {"upload": upload})["id"]
        ended = server.finished(job)
        same("job", (ended["state"], ended["reason"]), ("succeeded", ""))
        server.api("POST", f"/episodes/{episode}/publish", {})
        step("a master was uploaded over an inherited socket, worked on in its sandbox and published")
        path = server.api("GET", f"/episodes/{episode}")["renditions"][0]["url"].removeprefix(server.base_url)
        same("a range", server.get(path, Range="bytes=100-299")[0], 206)
        connection = http.client.HTTPSConnection("127.0.0.1", tls_port, timeout=30, context=ssl._create_unverified_context())
        connection.request("GET", path)
        same("over TLS", connection.getresponse().status, 200)
        same("readyz", server.get("/readyz")[2].count(b'"ok"'), 7)
        server.stop()
        step("and heard, in the clear and over TLS")
    except BaseException:
        print((folder / "server.log").read_text(errors="replace")[-3000:])
        raise
    finally:
        server.cleanup()


if __name__ == "__main__":
    if shutil.which("systemd-analyze") is None:
        sys.exit("systemd-analyze is missing: ./dev setup installs it")
    check_exposure()
    check_timer()
    check_sandbox()
    with tempfile.TemporaryDirectory(prefix="earshot-unit-") as name:
        check_work(pathlib.Path(name))
