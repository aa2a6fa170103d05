"""Byte ranges and whole files: Earshot (counting on) and nginx with the same file, interleaved, wrk on the same machine. Prints ours / nginx."""
import os, pathlib, re, statistics, subprocess, tempfile, time, urllib.parse

from support import earshot, run, same, speech_master

ROUNDS, SECONDS = 5, 2
CASES = [("100 B ranges", 100, 64), ("64 KiB ranges", 65536, 64), ("1 MiB ranges", 1 << 20, 32), ("whole file", 0, 8)]
NGINX = """
worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log; daemon off;
events {{ worker_connections 4096; }}
http {{ sendfile on; tcp_nopush off; access_log off; keepalive_requests 10000000; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port} reuseport; root {root}; types {{ audio/mpeg mp3; }} }} }}
"""
LUA = """
local size, chunk = {size}, {chunk}
request = function()
  if chunk == 0 then return wrk.format("GET", "{path}") end
  local at = math.random(0, size - chunk)
  return wrk.format("GET", "{path}", {{["Range"] = "bytes=" .. at .. "-" .. (at + chunk - 1), ["User-Agent"] = "AntennaPod/3.4.0"}})
end
"""


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / os.sysconf("SC_CLK_TCK")


def family(pid):
    return [pid, *map(int, subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split())]


def measure(url, script, connections, pids):
    before = cpu_seconds(pids)
    printed = run("wrk", "-t", 2, "-c", connections, "-d", f"{SECONDS}s", "-s", script, url).stdout
    requests = int(re.search(r"(\d+) requests in", printed).group(1))
    assert "Non-2xx" not in printed, printed
    return requests / SECONDS, (cpu_seconds(pids) - before) / requests * 1e6


def main():
    with earshot() as server, tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server.api("POST", "/shows", {"slug": "bench", "title": "Bench", "description": "d", "category": "News", "author": "A"})
        episode = server.api("POST", "/shows/bench/episodes", {"title": "Long"})
        upload = server.curl_upload(speech_master(server.folder / "m.wav", 1800), 64 << 20)
        same("job", server.finished(server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": upload})["id"], 600)["state"], "succeeded")
        rendition = server.api("POST", f"/episodes/{episode['id']}/publish", {})["renditions"][0]
        path, size = urllib.parse.urlparse(rendition["url"]).path, rendition["byte_length"]
        peer_file = folder / path.lstrip("/")
        peer_file.parent.mkdir(parents=True)
        peer_file.write_bytes(server.get(path)[2])
        folder.chmod(0o755)
        port = server.port + 1
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, root=folder))
        nginx = subprocess.Popen(["nginx", "-c", folder / "nginx.conf"])
        try:
            time.sleep(1)
            print(f"{'case':<16}{'requests/s':>12}{'CPU/request':>13}   (ours / nginx, median of {ROUNDS})")
            for name, chunk, connections in CASES:
                script = folder / "wrk.lua"
                script.write_text(LUA.format(size=size, chunk=chunk, path=path))
                rates, cpus = [], []
                for _ in range(ROUNDS):
                    ours = measure(server.base_url + path, script, connections, [server.process.pid])
                    theirs = measure(f"http://127.0.0.1:{port}{path}", script, connections, family(nginx.pid))
                    rates.append(ours[0] / theirs[0])
                    cpus.append(ours[1] / theirs[1])
                print(f"{name:<16}{statistics.median(rates):>12.2f}{statistics.median(cpus):>13.2f}", flush=True)
        finally:
            nginx.terminate()
            nginx.wait()


main()
