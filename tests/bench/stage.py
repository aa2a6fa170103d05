"""What both servers serve: a long episode, a show with a feed of about 600 KB, a cover, 2 GB of files that are in nobody's cache. Each is
made when a case first asks for it, through the API; nginx then gets the same files."""
import functools, os, pathlib, random, resource, urllib.parse

from load import Request, fetch
from peers import Nginx, free_port
from support import BINARY, run, same, speech_master, until

EPISODES, NOTES_BYTES, COLD_BYTES = 40, 14_000, 2 << 30
SHOW = {"title": "Bench", "description": "d", "category": "News", "author": "A"}


class Stage:
    def __init__(self, server, folder):
        self.server, self.folder = server, folder
        self.root = folder / "root"
        self.root.mkdir()
        folder.chmod(0o755)
        self.settings = server.config.read_text()
        self.certificate, self.key = folder / "certificate.pem", folder / "key.pem"
        run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2, "-subj", "/CN=127.0.0.1", "-addext",
            "subjectAltName=IP:127.0.0.1", "-keyout", self.key, "-out", self.certificate)
        self.tls_port = free_port()
        self.tls_url = f"https://127.0.0.1:{self.tls_port}"
        self.nginx = self.start_nginx()

    @property
    def pid(self):
        return self.server.process.pid

    def start_nginx(self, **options):
        files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        return Nginx(self.folder / f"nginx{free_port()}", self.root, self.certificate, self.key, files, **options)

    def restart(self, more=""):
        """The same data, with further sections of settings."""
        self.server.stop()
        self.server.config.write_text(self.settings + more)
        self.server.start()

    def tls_settings(self):
        """The section, or None when this build knows no TLS."""
        section = f'[tls]\nlisten = ["127.0.0.1:{self.tls_port}"]\ncertificate = "{self.certificate}"\nkey = "{self.key}"\n'
        probe = self.folder / "tls.toml"
        probe.write_text(section)
        try:
            run(BINARY, "check-config", "--config", probe)
        except AssertionError as refused:
            print(f"TLS is left out: {str(refused).splitlines()[-1]}", flush=True)
            return None
        return section

    def object_of(self, rendition):
        key = rendition["sha256"]
        return self.server.data / "media" / key[:2] / key[2:4] / key

    def share(self, path, file):
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        os.link(file, place)

    def job(self, episode, file):
        return self.server.api("PUT", f"/episodes/{episode}/master", {"upload": self.server.curl_upload(file, 64 << 20)})["id"]

    @functools.cached_property
    def master(self):
        return speech_master(self.server.folder / "long.wav", 600)

    @functools.cached_property
    def long_episode(self):
        """(path, byte length) of ten minutes as MP3, in the page cache."""
        self.server.api("POST", "/shows", {"slug": "long", **SHOW})
        episode = self.server.api("POST", "/shows/long/episodes", {"title": "Long"})["id"]
        same("job", self.server.finished(self.job(episode, self.master), 600)["state"], "succeeded")
        rendition = self.server.api("POST", f"/episodes/{episode}/publish", {})["renditions"][0]
        path = urllib.parse.urlparse(rendition["url"]).path
        self.share(path, self.object_of(rendition))
        for port in (self.server.port, self.nginx.port):
            same("bytes of the long episode", len(fetch(port, path)[2]), rendition["byte_length"])
        return path, rendition["byte_length"]

    def ranges(self, chunk):
        path, size = self.long_episode
        return Request([path], size, chunk)

    @functools.cached_property
    def many_episodes(self):
        """The renditions of a show with long notes."""
        api, words = self.server.api, random.Random(1)
        vocabulary = ["".join(words.choices("etaoinshrdlucmfwyp", k=words.randint(2, 9))) for _ in range(2000)]
        api("POST", "/shows", {"slug": "many", **SHOW})
        master = speech_master(self.server.folder / "short.wav", 2)
        episodes, jobs = [], []
        for number in range(EPISODES):
            notes = "\n\n".join(" ".join(words.choices(vocabulary, k=100)) for _ in range(NOTES_BYTES // 650))
            episodes.append(api("POST", "/shows/many/episodes", {"title": f"Episode {number}", "notes": notes})["id"])
            jobs.append(self.job(episodes[-1], master))
        for job in jobs:
            same("job", self.server.finished(job)["state"], "succeeded")
        return [rendition for episode in episodes for rendition in api("POST", f"/episodes/{episode}/publish", {})["renditions"]]

    @functools.cached_property
    def feed(self):
        """(path, bytes of the XML, bytes of its gzip form); nginx gets the very same bytes of both."""
        assert self.many_episodes
        path = "/shows/many/feed.xml"
        place = self.root / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        plain = fetch(self.server.port, path)[2]
        small = until("the gzip form", lambda: self.compressed(path), 10)
        place.write_bytes(plain)
        place.with_suffix(".xml.gz").write_bytes(small)
        same("nginx's bytes", fetch(self.nginx.port, path, {"Accept-Encoding": "gzip"})[2], small)
        return path, len(plain), len(small)

    def compressed(self, path):
        _, fields, body = fetch(self.server.port, path, {"Accept-Encoding": "gzip"})
        return body if fields["Content-Encoding"] == "gzip" else None

    @functools.cached_property
    def cover(self):
        """(path, byte length) of a large picture: a file that is served by the same code and is nobody's download."""
        file = self.server.folder / "noise.png"
        run("ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "color=gray:s=1700x1700", "-vf", "noise=alls=100:allf=t", "-frames:v", 1, "-pix_fmt", "rgb24", file)
        assert self.long_episode
        sizes = self.server.api("PUT", "/shows/long/artwork?alt=noise", file.read_bytes(), content_type="image/png")["artwork"]["sizes"]
        path = urllib.parse.urlparse(max(sizes, key=lambda size: size["pixels"])["url"]).path
        return path, len(fetch(self.server.port, path)[2])

    @functools.cached_property
    def cold(self):
        """{path: file}: the short episodes' files, swollen to 2 GB together. A file may be larger than the catalogue says: what is sent is the file."""
        renditions, found = self.many_episodes, {}
        noise = os.urandom(COLD_BYTES // len(renditions))
        for rendition in renditions:
            file, path = self.object_of(rendition), urllib.parse.urlparse(rendition["url"]).path
            larger = file.with_name("larger")
            with open(larger, "wb") as sink:
                sink.write(noise)
                os.fsync(sink.fileno())
            larger.chmod(0o440)
            larger.rename(file)
            self.share(path, file)
            found[path] = file
        self.restart()
        return found

    def chill(self):
        for file in self.cold.values():
            with open(file, "rb") as source:
                os.posix_fadvise(source.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
