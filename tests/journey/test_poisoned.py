"""Nothing that a master or a cover gives away gets out: files of every container with a word of its own in every place that could hold one. The
producer is told each of them; not one stands in any byte that the public can fetch, as it is, in 16 bits a character, in hex or in base64."""
import base64, html.parser, json, pathlib, re, struct, urllib.parse

import poison
from support import BINARY, earshot, run, same, step

SETTINGS = """
[[rendition]]
name = "mp3"
codec = "mp3"
bit_rate = 128000

[[rendition]]
name = "aac"
codec = "aac"
bit_rate = 128000

[[rendition]]
name = "opus"
codec = "opus"
bit_rate = 64000

[[rendition]]
name = "flac"
codec = "flac"
"""


def told(items, words, what):
    """Every word is in some item, with the place it was found and what that means."""
    for item in items:
        assert item["what"] and item["value"] and item["where"], item
    values = " ".join(f"{item['value']} {item['where']}" for item in items)
    missing = [place for place, word in words.items() if word not in values and not place.startswith("unseen")]
    assert not missing, f"{what}: the producer is not told of {missing}\n{json.dumps(items, indent=1)}"


def marks():
    """What every word has in it, in each form it might take."""
    raw = poison.MARK.encode()
    return {raw.lower(), raw.hex().encode(), raw.decode().encode("utf-16-le").lower(), raw.decode().encode("utf-16-be").lower()}, {
        base64.b64encode(b"\0" * shift + raw)[4 if shift else 0:-4] for shift in range(3)}  # at any position in its triple


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if value and (name in ("href", "src") or (name == "content" and value.startswith("http"))):
                self.found.add(value)
            elif name == "srcset" and value:
                self.found |= {candidate.split()[0] for candidate in value.split(",")}


def everything_public(server, starts):
    """Follows every address of this server in pages, feeds and JSON; path → bytes, the answer's head included."""
    seen, waiting = {}, list(starts)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        status, fields, body = server.get(path)
        assert status == 200, f"{path}: {status}"
        seen[path] = str(fields).encode() + body
        kind = fields["Content-Type"].split(";")[0]
        links = set(re.findall(re.escape(server.base_url).encode() + rb"/[^\s\"'<>&]*", body)) if not kind.startswith(("audio/", "image/")) else set()
        links = {link.decode() for link in links}
        if kind == "text/html":
            parser = Links()
            parser.feed(body.decode())
            links |= parser.found
        for link in links:
            parts = urllib.parse.urlsplit(urllib.parse.urljoin(server.base_url + path, link))
            local = parts.scheme == "http" and f"{parts.scheme}://{parts.netloc}" == server.base_url
            if local and not parts.path.startswith(("/studio", "/statistics", "/sign-in", "/api")):
                waiting.append(parts.path)
    return seen


def publish(server, kind, file, words):
    episode = server.api("POST", "/shows/poisoned/episodes", {"title": f"Out of {kind}"})
    named = words("file name")
    master = file.with_name(f"{named}.{kind}")
    file.rename(master)
    job = server.finished(server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": server.curl_upload(master)})["id"])
    same(f"{kind}: job", (job["state"], job["reason"]), ("succeeded", ""))
    before = server.api("GET", f"/episodes/{episode['id']}")
    same(f"{kind}: state when the producer is told", before["state"], "draft")
    told(before["master"]["info"]["embedded"], {place: word for place, word in words.items() if place != "file name"}, kind)
    assert any("None of it is published" in line for line in before["advice"]), before["advice"]
    # Chapters are the one thing taken over, where a producer types none: in full view before anything is public.
    if before["chapters_origin"] == "master":
        assert any("The chapters were taken from your recording" in line for line in before["advice"]), before["advice"]
        server.api("PUT", f"/episodes/{episode['id']}/chapters", b"00:00 Typed", content_type="text/plain")
    return server.api("POST", f"/episodes/{episode['id']}/publish", {})


def hostile(folder, report):
    """What is said is bounded, whatever a file holds."""
    big = folder / "big.wav"
    plain = poison.sound(folder / "small.wav", "-bitexact")
    size = 100 << 20
    with open(big, "wb") as file:
        file.write(b"RIFF" + struct.pack("<I", len(plain) - 8 + size + 8) + b"WAVE" + b"iXML" + struct.pack("<I", size) + b"<NOTE>first</NOTE>")
        file.seek(20 + size)
        file.write(plain[12:])
    assert any(item["value"] == "first" for item in report(big)), "the beginning of a chunk of 100 MiB"
    word = poison.Words()
    frames = b"".join(b"TXXX" + struct.pack(">IH", 12, 0) + b"\3n%05d\0word" % number for number in range(10_000))
    last = b"TENC" + struct.pack(">IH", 1 + len(word("ID3 TENC")), 0) + b"\3" + word["ID3 TENC"].encode()
    tag = frames + last
    many = folder / "many.mp3"
    poison.sound(many, "-b:a", "128k", "-bitexact", "-write_id3v1", 0, "-id3v2_version", 0)
    many.write_bytes(b"ID3\3\0\0" + bytes(len(tag) >> shift & 0x7F for shift in (21, 14, 7, 0)) + tag + many.read_bytes())
    items = report(many)
    told(items, word, "behind 10,000 others")
    assert len(items) < 600 and {"what": "Other words", "value": "and 9970 more like these", "where": "ID3 TXXX"} in items, items[-3:]
    step("a chunk of 100 MiB and 10,000 tags are listed within bounds")


def main():
    with earshot(SETTINGS) as server:
        folder, every = server.folder, {}
        picture, other = poison.Words(), poison.Words()
        server.api("POST", "/shows", {"slug": "poisoned", "title": "Poisoned", "description": "Nothing gets out.", "category": "News", "author": "A"})
        show = server.api("PUT", "/shows/poisoned/artwork?alt=Bars", poison.jpeg(folder, 1500, picture), content_type="image/jpeg")
        told(show["artwork"]["embedded"], picture, "cover")
        every |= {f"cover {place}": word for place, word in picture.items()}
        for kind, make in poison.MASTERS.items():
            words, file = poison.Words(), folder / f"poisoned.{kind}"
            file.write_bytes(make(folder, words))
            episode = publish(server, kind, file, words)
            every |= {f"{kind} {place}": word for place, word in words.items()}
        step(f"{len(poison.MASTERS)} masters and a cover: all {len(every)} words were told before publishing")
        episode = server.api("PUT", f"/episodes/{episode['id']}/artwork?alt=Bars", poison.png(folder, 1400, other), content_type="image/png")
        told(episode["artwork"]["embedded"], other, "PNG")
        every |= {f"PNG {place}": word for place, word in other.items()}

        public = everything_public(server, ["/", "/privacy"])
        kinds = {name: sum(1 for path in public if path.endswith(name)) for name in (".mp3", ".m4a", ".opus", ".flac", ".jpg", ".webp", "/feed.xml")}
        assert kinds[".flac"] == len(poison.MASTERS) and kinds[".mp3"] == len(poison.MASTERS) and kinds[".webp"] >= 5, kinds
        small, exact = marks()
        for path, body in public.items():
            lowered = body.lower()
            found = [shape for shape in small if shape in lowered] + [shape for shape in exact if shape in body]
            assert not found, f"{found} in {path}: {[place for place, word in every.items() if word.encode() in body]}"
        step(f"not one of them in the {sum(map(len, public.values()))} bytes of {len(public)} public addresses: {kinds}")

        def report(file):
            return json.loads(run(BINARY, "transcode", file, folder / "out", "--profile", "opus").stdout)["master"]["embedded"]
        words = poison.Words()
        (folder / "again.wav").write_bytes(poison.wav(folder, words))
        told(report(folder / "again.wav"), words, "earshot transcode")
        hostile(folder, report)


main()
