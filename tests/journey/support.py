"""The real binary on a folder of its own, driven from outside as people and podcast apps would. No test framework: a journey is a script whose
steps say what they checked; the first thing that is not so ends it with a traceback and exit status 1."""
import base64, contextlib, http.client, json, os, pathlib, re, shutil, signal, socket, subprocess, tempfile, time, urllib.error, urllib.parse, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("EARSHOT_BINARY", str(ROOT / "build/release/earshot"))
ROLES = ("admin", "producer", "analyst")


def step(text):
    print("-", text, flush=True)


def same(what, got, wanted):
    assert got == wanted, f"{what}: {got!r}, wanted {wanted!r}"


def run(*command, **options):
    done = subprocess.run([str(word) for word in command], capture_output=True, **({"text": True} | options))
    assert done.returncode == 0, f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stderr}"
    return done


def until(what, check, seconds=120, pause=0.05):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = check()
        if found:
            return found
        time.sleep(pause)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


def speech_master(file, seconds, extra=()):
    """Real speech over a soft bed, 48 kHz, 24-bit, stereo, quiet (it needs gain) with metadata that must never be published."""
    scratch = file.with_suffix(".speech.wav")
    text = "If something does not look, sound or feel right, report it. Online at gov dot U K slash act. " * (seconds // 5 + 1)
    run("espeak-ng", "-v", "en-gb", "-w", scratch, text)
    run("ffmpeg", "-loglevel", "error", "-y", "-stream_loop", "-1", "-i", scratch, "-f", "lavfi", "-i", "sine=110:r=48000", "-filter_complex",
        "[0]aresample=48000,volume=-14dB,pan=stereo|c0=0.8*c0|c1=0.6*c0[a];[1]volume=-30dB,pan=stereo|c0=c0|c1=c0[b];[a][b]amix=2:normalize=0",
        "-t", seconds, "-c:a", "pcm_s24le", "-write_bext", 1, "-metadata", "originator=SecretStudioName", "-metadata", "comment=SecretComment",
        *extra, file)
    scratch.unlink()
    return file


def cover(file, colour="#0c1a3d", size=1500):
    run("ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"color={colour}:s={size}x{size}:d=1", "-frames:v", 1, "-pix_fmt", "rgb24", file)
    return file


class Refused(Exception):
    def __init__(self, status, problem):
        super().__init__(f"{status} {problem.get('detail')}")
        self.status, self.problem = status, problem


class Earshot:
    def __init__(self, folder, settings="", drain_timeout="30s", of_server=""):
        self.folder = pathlib.Path(folder)
        self.data, self.runtime = self.folder / "data", pathlib.Path(tempfile.mkdtemp(prefix="earshot-test-", dir="/dev/shm"))
        with socket.socket() as probe:
            probe.bind(("", 0))  # free on every address: a connection of another test may still hold the port on 127.0.0.2
            self.port = probe.getsockname()[1]
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.config = self.folder / "earshot.toml"
        self.config.write_text(f'[server]\nlisten = ["127.0.0.1:{self.port}"]\npublic_url = "{self.base_url}"\n'
                               f'drain_timeout = "{drain_timeout}"\n{of_server}\n'
                               f'[storage]\ndata_dir = "{self.data}"\nruntime_dir = "{self.runtime}"\nreserve_bytes = 0\n{settings}')
        self.process, self.tokens = None, {}

    def launch(self, *words, before=(), **options):
        with open(self.folder / "server.log", "ab") as log:
            return subprocess.Popen([*before, BINARY, "serve", "--config", str(self.config), *words], stdout=log, stderr=log, **options)

    def start(self, *words, **options):
        self.process = self.launch(*words, **options)

        def answers():
            assert self.process.poll() is None, (self.folder / "server.log").read_text()[-2000:]
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(self.base_url + "/livez", timeout=2).status == 200
        until("the server to answer", answers, 60)
        if not self.tokens:
            for role in ROLES:
                self.tokens[role] = self.command("token", "create", f"test-{role}", "--role", role).stdout.split()[-1]
        return self

    def command(self, *words, **options):
        needs_config = words[0] in ("token", "account", "feed", "backup", "restore", "privacy")
        return run(BINARY, *words, *(("--config", self.config) if needs_config else ()), **options)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        same("exit status after SIGTERM", self.process.wait(60), 0)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def workers(self):
        return [int(pid) for pid in subprocess.run(["pgrep", "-P", str(self.process.pid)], capture_output=True, text=True).stdout.split()]

    def processes(self):
        """Every process that runs with this server's settings, also those that others of it have started."""
        def words(entry):
            with contextlib.suppress(OSError):
                return (entry / "cmdline").read_bytes().split(b"\0")
            return []
        return [int(entry.name) for entry in pathlib.Path("/proc").glob("[0-9]*") if str(self.config).encode() in words(entry)]

    def events(self, name):
        """The log's lines of that name."""
        lines = (self.folder / "server.log").read_text(errors="replace").splitlines()
        return [event for line in lines if line.startswith("{") and (event := json.loads(line))["event"] == name]

    def cleanup(self):
        for pid in self.processes():
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait()
        shutil.rmtree(self.runtime, ignore_errors=True)

    def api(self, method, path, body=None, role="producer", content_type="application/json", raw=False):
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        fields = {"Authorization": f"Bearer {self.tokens[role]}"} if role else {}
        if body is not None:
            fields["Content-Type"] = content_type
        request = urllib.request.Request(self.base_url + "/api/v1" + path, data=body, method=method, headers=fields)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read()
                return text if raw else json.loads(text or b"null")
        except urllib.error.HTTPError as error:
            text = error.read()
            raise Refused(error.code, json.loads(text) if "json" in error.headers.get("Content-Type", "") else {"detail": text.decode()}) from None

    def get(self, path, **fields):
        """(status, header fields, body) of a plain GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", path, headers=fields)
        answer = connection.getresponse()
        result = answer.status, answer.headers, answer.read()
        connection.close()
        return result

    def curl_upload(self, file, piece=4 << 20):
        """A tus upload the way the tour shows it: one POST, then PATCHes by curl. Returns the upload's id."""
        size = file.stat().st_size
        name = base64.b64encode(file.name.encode()).decode()
        auth = ["-H", f"Authorization: Bearer {self.tokens['producer']}", "-H", "Tus-Resumable: 1.0.0"]
        head = run("curl", "-sS", "-D", "-", "-o", "/dev/null", "-X", "POST", *auth, "-H", f"Upload-Length: {size}", "-H",
                   f"Upload-Metadata: filename {name}", self.base_url + "/api/v1/uploads").stdout
        location = urllib.parse.urljoin(self.base_url, re.search(r"(?im)^location: (\S+)", head).group(1))
        with open(file, "rb") as source:
            for offset in range(0, size, piece):
                done = run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-X", "PATCH", *auth, "-H", f"Upload-Offset: {offset}", "-H",
                           "Content-Type: application/offset+octet-stream", "--data-binary", "@-", location, input=source.read(piece), text=False)
                same("PATCH", done.stdout, b"204")
        return location.rsplit("/", 1)[1]

    def finished(self, job, seconds=300):
        def ended():
            state = self.api("GET", f"/jobs/{job}")
            return state if state["state"] in ("succeeded", "failed", "cancelled") else None
        return until(f"job {job} to end", ended, seconds)

    def downloads(self, episode):
        """What an analyst sees: downloads of an episode over the last days."""
        report = self.api("GET", f"/statistics?episode={episode}", role="analyst")
        return report["episodes"][0]["total"]["downloads"]


@contextlib.contextmanager
def earshot(settings="", **options):
    with tempfile.TemporaryDirectory(prefix="earshot-journey-") as folder:
        server = Earshot(folder, settings, **options)
        try:
            yield server.start()
        except BaseException:
            log = pathlib.Path(folder) / "server.log"
            print(log.read_text(errors="replace")[-3000:] if log.exists() else "no log")
            raise
        finally:
            server.cleanup()


def slow_listen(port, path, agent, read_bytes, address="127.0.0.1", fields=()):
    """A client with a small receive buffer that reads so many body bytes and then vanishes."""
    with socket.socket() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
        client.bind((address, 0))
        client.connect(("127.0.0.1", port))
        extra = "".join(f"{name}: {value}\r\n" for name, value in fields)
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: {agent}\r\n{extra}\r\n".encode())
        got = b""
        while b"\r\n\r\n" not in got:
            got += client.recv(4096)
        left = read_bytes - (len(got) - got.index(b"\r\n\r\n") - 4)
        while left > 0:
            piece = client.recv(min(left, 16384))
            if not piece:
                break
            left -= len(piece)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")  # reset
