"""The tables of the wire tests, asked of nginx: where it differs from what Earshot answers (the tests see to that), in docs/exactness.md."""
import collections, email.utils, os, pathlib, re, socket, subprocess, tempfile, time

from wire_table import ask, read_table

DOCUMENT = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "exactness.md"
DATE = "Tue, 24 Nov 2026 07:00:00 GMT"
NGINX = """
worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log; daemon off;
events {{ worker_connections 256; }}
http {{ sendfile on; access_log off; client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3; uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}/root; types {{ audio/mpeg mp3; }} }} }}
"""


def pattern(size):
    return bytes(number * number % 251 for number in range(size))


def make_files(root):
    root.mkdir()
    for name, size in (("tone.mp3", 10_000), ("long.mp3", 3_000_000), ("empty.mp3", 0), ("canary", 5)):
        (root / name).write_bytes(pattern(size))
        stamp = email.utils.parsedate_to_datetime(DATE).timestamp()
        os.utime(root / name, (stamp, stamp))


def file_of(request):
    name = re.search(r"(one|long|empty)\.mp3", request)  # the t may be percent-encoded
    return pattern({"one": 10_000, "long": 3_000_000, "empty": 0}[name.group(1)]) if name else b""


def slices(text, file):
    return [(f"{span}/{len(file)}", file[int(span.split("-")[0]):int(span.split("-")[1]) + 1]) for span in text.split(",")]


def difference(request, status, fields, body, answer):
    """What of an answer is not as the table says, in words; "" when nothing is."""
    if answer is None:
        return "no answer"
    if answer.status != int(status.split()[0]):
        size = f", {len(answer.body):,} bytes" if answer.status == 206 else ""
        return f"{answer.status}{size}"
    for name in ("Content-Range", "Allow"):
        wanted = dict(line.split(": ", 1) for line in fields.split("\r\n") if line).get(name)
        got = answer.field(name)
        if name == "Allow":
            got, wanted = got is not None, wanted is not None  # which methods there are is each server's own affair
        if got != wanted and not (name == "Allow" and answer.status != 405):
            return f"{answer.status}, {name} " + (f"`{got}`" if isinstance(got, str) else "missing")
    file = file_of(request)
    if body.startswith("parts "):
        got = answer.parts() if "multipart" in answer.field("Content-Type") else []
        return "" if got == slices(body[6:], file) else f"{answer.status}, {len(got)} parts"
    wanted = {"whole": file, "-": b"" if answer.status < 400 else answer.body, "text": answer.body}.get(body)
    if wanted is None:
        wanted = slices(body, file)[0][1]
    return "" if answer.body == wanted else f"{answer.status}, other bytes"


def permitted(found, also, answer):
    words = also.split()
    return bool(answer) and (str(answer.status) in words or ("parts" in words and answer.status == 206 and "other bytes" not in found))


def ranges(port):
    tags = {name: ask(port, f"HEAD /{name}.mp3 HTTP/1.1\r\nHost: test\r\n\r\n")[0].field("ETag") for name in ("tone", "long", "empty")}
    rows = []
    for section, request, status, fields, body, also, note in read_table("ranges.txt", {"etag": "\1"}):
        if "\r\n\r\n" not in request:
            request = "GET /tone.mp3 HTTP/1.1\r\nHost: test\r\n" + request + ("\r\n" if request else "") + "\r\n"
        name = re.search(r"(tone|long|empty)\.mp3", request)
        request = request.replace("\1", tags[name.group(1)] if name else '"x"')
        answers = [answer for answer in ask(port, request) if answer.status != 100]
        answer = answers[0] if answers else None
        found = difference(request, status, fields, body, answer)
        verdict = "same" if not found else "permitted" if permitted(found, also, answer) else "differs"
        shown = f" {body}" if body not in ("-", "text") and len(body) < 40 else ""
        rows.append((verdict, section, note, status.removesuffix(" close") + shown, found))
    return rows


def heads(port):
    """Malformed heads that are answered as if they were requests, and how many requests are seen in them."""
    passed = []
    for section, request, status, note in read_table("heads.txt", {"method": "GET", "path": "/tone.mp3"}):
        for body in ("", "0\r\n\r\n"):
            answers = [a.status for a in ask(port, request + body + "GET /canary HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")]
            if answers and answers[0] < 400:
                passed.append((section, note, status, " ".join(map(str, answers))))
                break
    return passed


def report(rows, passed, version):
    count = collections.Counter(row[0] for row in rows)
    lines = [f"{version}, as Debian ships it: of {len(rows)} rows {count['same']} are answered alike, {count['permitted']} otherwise but as the RFC permits, "
             f"{count['differs']} otherwise than it asks or advises.", "", "| Row | Earshot | nginx |", "| --- | --- | --- |"]
    lines += [f"| {section.split()[0]} {note} | {ours} | {found} |" for verdict, section, note, ours, found in rows if verdict == "differs"]
    lines += ["", "Permitted, and different:", "", "| Row | Earshot | nginx |", "| --- | --- | --- |"]
    lines += [f"| {section.split()[0]} {note} | {ours} | {found} |" for verdict, section, note, ours, found in rows if verdict == "permitted"]
    lines += ["", f"Malformed heads that it answers as requests ({len(passed)}); some of it, as bare LF, the RFC lets a server forgive:", "",
              "| Head | Earshot | nginx |", "| --- | --- | --- |"]
    lines += [f"| {section}: {note} | {status}, closed | {found} |" for section, note, status, found in passed]
    return "\n".join(lines)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        make_files(folder / "root")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port))
        nginx = subprocess.Popen(["nginx", "-c", folder / "nginx.conf"], stderr=subprocess.DEVNULL)
        try:
            time.sleep(0.5)
            version = subprocess.run(["nginx", "-v"], capture_output=True, text=True).stderr.split("version: ")[1].strip()
            text = report(ranges(port), heads(port), version)
        finally:
            nginx.terminate()
            nginx.wait()
    print(text)
    before, marker, rest = DOCUMENT.read_text().partition("<!-- nginx: written by ./dev bench wire -->\n")
    DOCUMENT.write_text(before + marker + "\n" + text + "\n")


main()
