"""nginx as its operators would run it for this: two workers, sendfile, no access log. It serves hard links to Earshot's own files, so both
read the same pages of the page cache. And a slow disk for either of them, by a control group."""
import contextlib, os, pathlib, signal, socket, subprocess

from support import until

CONFIG = """
worker_processes 2; worker_rlimit_nofile {files}; pid {folder}/nginx.pid; error_log {folder}/nginx.log; daemon off; {user}
events {{ worker_connections 10240; }}
http {{
  sendfile on; tcp_nopush off; access_log off; keepalive_requests 10000000; {aio}
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  types {{ audio/mpeg mp3; audio/x-m4a m4a; application/rss+xml xml; }}
  server {{
    listen 127.0.0.1:{port} reuseport backlog=4096; root {root}; gzip_static on;
    listen 127.0.0.1:{tls_port} ssl reuseport; ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_protocols TLSv1.3;
  }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Nginx:
    def __init__(self, folder, root, certificate, key, files, aio_threads=False):
        self.port, self.tls_port = free_port(), free_port()
        self.base_url, self.tls_url = f"http://127.0.0.1:{self.port}", f"https://127.0.0.1:{self.tls_port}"
        folder.mkdir()
        config = folder / "nginx.conf"
        config.write_text(CONFIG.format(folder=folder, root=root, port=self.port, tls_port=self.tls_port, certificate=certificate, key=key, files=files,
                                        aio="aio threads;" if aio_threads else "", user="user root;" if os.getuid() == 0 else ""))
        self.process = subprocess.Popen(["nginx", "-c", config], stderr=subprocess.DEVNULL)
        self.pid = self.process.pid

        def answers():
            assert self.process.poll() is None, (folder / "nginx.log").read_text()
            with contextlib.suppress(OSError):
                return socket.create_connection(("127.0.0.1", self.port), 1).close() or True
        until("nginx to answer", answers, 10)

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


class SlowDisk:
    """Holds processes to so many bytes a second of reading from the disk that a file is on (control groups v1, as root)."""

    def __init__(self, file, bytes_per_second):
        device = os.stat(file).st_dev
        node = pathlib.Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
        self.group, self.home = None, pathlib.Path("/sys/fs/cgroup/blkio")
        if not node.exists():
            return  # not a disk
        if (node / "partition").exists():
            node = node.resolve().parent
        with contextlib.suppress(OSError):
            group = self.home / f"earshot-bench-{os.getpid()}"
            group.mkdir()
            (group / "blkio.throttle.read_bps_device").write_text(f"{(node / 'dev').read_text().strip()} {bytes_per_second}\n")
            self.group = group

    def take(self, pids):
        for pid in pids:
            (self.group / "cgroup.procs").write_text(str(pid))

    def release(self):
        for pid in (self.group / "cgroup.procs").read_text().split():
            (self.home / "cgroup.procs").write_text(pid)
        self.group.rmdir()
