"""Reads tests/http/tables/*.txt (see ranges.txt for the spelling) and asks a server what they say. The C++ reader is tests/http/table.cpp."""
import pathlib, re, socket

TABLES = pathlib.Path(__file__).resolve().parent.parent / "http" / "tables"
ESCAPES = {"r": "\r", "n": "\n", "t": "\t", "v": "\v", "0": "\0", "\\": "\\"}


def expand(text, values):
    out, at = [], 0
    while at < len(text):
        letter = text[at]
        if letter == "\\":
            code = text[at + 1]
            out.append(chr(int(text[at + 2:at + 4], 16)) if code == "x" else ESCAPES[code])
            at += 4 if code == "x" else 2
        elif letter != "{":
            out.append(letter)
            at += 1
        else:
            depth, end = 1, at + 1
            while depth:
                depth += {"{": 1, "}": -1}.get(text[end], 0)
                end += 1
            inner = text[at + 1:end - 1]
            count, star, piece = inner.partition("*")
            if star:
                out.append(int(count) * expand(piece, values))
            elif inner.startswith("ranges "):
                out.append(",".join(f"{n * 200}-{n * 200}" for n in range(int(inner[7:]))))
            else:
                out.append(values[inner])
            at = end
    return "".join(out)


def read_table(name, values):
    """Rows (section, cells…, note); cells are str, one character a byte."""
    values, section = dict(values), ""
    for line in (TABLES / name).read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        if line.startswith("== "):
            section = line[3:]
        elif line.startswith("let "):
            key, _, value = line[4:].partition(" = ")
            values[key] = expand(value, values)
        else:
            yield section, *(expand(cell.strip(" \t"), values) for cell in line.split("|"))


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def field(self, name):
        return self.fields.get(name.lower())

    def parts(self):
        """[(Content-Range, bytes)] of multipart/byteranges."""
        boundary = self.field("Content-Type").partition("boundary=")[2].encode()
        pieces = (b"\r\n" + self.body).split(b"\r\n--" + boundary)
        assert pieces[-1].startswith(b"--"), "an unfinished multipart body"
        found = []
        for piece in pieces[1:-1]:
            head, _, data = piece.partition(b"\r\n\r\n")
            found.append((re.search(rb"(?i)content-range: bytes (\S+)", head).group(1).decode(), data))
        return found


def ask(port, request):
    """Every answer that comes to these bytes until the server closes or says no more for a second."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
        client.sendall(request.encode("latin-1"))
        data, answers = b"", []
        while True:
            answer, data = take(data, request.startswith("HEAD"))
            if answer:
                answers.append(answer)
                if answer.status >= 200 and not data and request.count("HTTP/1.") <= 1:
                    return answers  # one request, one answer
                continue
            try:
                piece = client.recv(1 << 20)
            except (TimeoutError, ConnectionResetError):
                piece = b""
            if not piece:
                return answers
            data += piece


def take(data, head_only):
    head, end, rest = data.partition(b"\r\n\r\n")
    if not end or not head.startswith(b"HTTP/1."):
        return None, data
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    status = int(lines[0].split()[1])
    length = 0 if head_only or status in (204, 304) or status < 200 else int(fields.get("content-length", 0))
    if len(rest) < length:
        return None, data
    return Answer(status, fields, rest[:length]), rest[length:]
