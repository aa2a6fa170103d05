"""The client side, on the same machine: wrk, two small programs of our own (built on first use), and what /proc says of the server meanwhile."""
import dataclasses, http.client, os, pathlib, resource, socket, subprocess, time

from support import ROOT, run

BUILT = ROOT / "build/bench"
LUA = """
local size, chunk, paths = {size}, {chunk}, {{{paths}}}
local fields = {{{fields}}}
local turn = 0
function setup(thread) started = (started or 0) + 1; thread:set("turn", started * 7) end
function init() math.randomseed(turn) end
request = function()
  turn = turn + 1
  if chunk > 0 then
    local at = math.random(0, size - chunk)
    fields["Range"] = "bytes=" .. at .. "-" .. (at + chunk - 1)
  end
  return wrk.format("GET", paths[turn % #paths + 1], fields)
end
done = function(summary)
  local e = summary.errors
  io.write(string.format("\\nsum %d %d %d %d\\n", summary.requests, summary.bytes, summary.duration, e.connect + e.read + e.write + e.status + e.timeout))
end
"""


@dataclasses.dataclass
class Request:
    """What wrk asks for, over and over: ranges of `chunk` bytes at random places of a file of `size` bytes, or (chunk 0) whole answers."""
    paths: list
    size: int = 0
    chunk: int = 0
    fields: dict = dataclasses.field(default_factory=lambda: {"User-Agent": "AntennaPod/3.4.0"})

    def script(self, file):
        fields = ", ".join(f"['{name}'] = '{value}'" for name, value in self.fields.items())
        file.write_text(LUA.format(size=self.size, chunk=self.chunk, paths=", ".join(f"'{path}'" for path in self.paths), fields=fields))
        return file


@dataclasses.dataclass
class Measured:
    requests: int
    bytes: int
    seconds: float
    cpu: float  # seconds of the server


def family(pid):
    return [pid, *map(int, subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split())]


def cpu_seconds(pid):
    """Of every thread, to the nanosecond; the usual figures of /proc/PID/stat come in steps of 10 ms."""
    return sum(int((task / "schedstat").read_text().split()[0]) for each in family(pid) for task in pathlib.Path(f"/proc/{each}/task").iterdir()) / 1e9


def anonymous_bytes(pid):
    def of(each):
        lines = pathlib.Path(f"/proc/{each}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("RssAnon")).split()[1]) * 1024
    return sum(map(of, family(pid)))


def wrk_command(base_url, request, connections, seconds, folder, threads=2):
    script = request.script(folder / f"{abs(hash((base_url, request.chunk, *request.paths)))}.lua")
    return ["wrk", "-t", threads, "-c", connections, "-d", f"{seconds}s", "--timeout", "30s", "-s", script, base_url + request.paths[0]]


def wrk(base_url, pid, request, connections, seconds, folder):
    before = cpu_seconds(pid)
    printed = run(*wrk_command(base_url, request, connections, seconds, folder)).stdout
    requests, size, microseconds, errors = map(int, printed.rsplit("sum", 1)[1].split())
    assert errors == 0 and requests > 0, printed
    return Measured(requests, size, microseconds / 1e6, cpu_seconds(pid) - before)


def fetch(port, path, fields=()):
    """(status, header fields, body) of one GET."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path, headers=dict(fields))
    answer = connection.getresponse()
    result = answer.status, answer.headers, answer.read()
    connection.close()
    return result


def program(name):
    source, binary = ROOT / f"tests/bench/{name}.cpp", BUILT / name
    if not binary.exists() or binary.stat().st_mtime < source.stat().st_mtime:
        BUILT.mkdir(parents=True, exist_ok=True)
        run("clang++-19", "-std=c++23", "-O2", "-Wall", "-Wextra", "-pthread", "-o", binary, source)
    return binary


def slow_listeners(port, pid, path, listeners, bytes_per_second, seconds):
    """CPU and bytes while the listeners' buffers are neither filling nor emptying: from the program's word "steady" to its end."""
    client = subprocess.Popen([program("slow_listeners"), str(port), path, str(listeners), str(bytes_per_second), str(seconds)], stdout=subprocess.PIPE, text=True)
    assert client.stdout.readline() == "steady\n"
    before, start = cpu_seconds(pid), time.monotonic()
    read = client.stdout.readline()
    used, passed = cpu_seconds(pid) - before, time.monotonic() - start
    assert client.wait() == 0 and int(read) > 0.97 * listeners * bytes_per_second * passed, f"the slow listeners got only {read} bytes"
    return Measured(listeners, int(read), passed, used)


def paced(port, path, size, connections, rate, seconds):
    """Seconds from when each request was due until its last byte, sorted: 64 KiB ranges, `rate` a second over all connections."""
    printed = run(program("paced"), port, path, size, connections, rate, seconds).stdout.split()
    return sorted(int(word) / 1e9 for word in printed)


def idle_connections(port, count, path, fields):
    """Keep-alive connections from many addresses, each of which had one answer."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    text = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{text}\r\n".encode()
    opened = []
    for number in range(count):
        client = socket.socket()
        client.bind((f"127.0.{1 + number // 200 % 50}.{1 + number % 200}", 0))
        client.settimeout(10)
        client.connect(("127.0.0.1", port))
        client.sendall(request)
        assert client.recv(4096).startswith(b"HTTP/1.1 206")
        opened.append(client)
    return opened
