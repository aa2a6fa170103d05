"""Nobody can learn who listened: marked addresses, agents, referrers and tokens go through every public door; afterwards no file under the data,
log, runtime or backup folders holds any of them, raw, in hex or in base64."""
import base64, ipaddress, pathlib, time, urllib.parse

from support import cover, earshot, http, same, speech_master, step

ADDRESSES = [f"127.113.{third}.{fourth}" for third in (17, 201) for fourth in (33, 77, 141)]
MARK = "Canary7f3a91"


def publish_one(server):
    server.api("POST", "/shows", {"slug": "canary", "title": "Canary", "description": "d", "category": "News", "author": "A"})
    server.api("PUT", "/shows/canary/artwork?alt=x", cover(server.folder / "c.png").read_bytes(), content_type="image/png")
    episode = server.api("POST", "/shows/canary/episodes", {"title": "Song"})
    job = server.api("PUT", f"/episodes/{episode['id']}/master", {"upload": server.curl_upload(speech_master(server.folder / "m.wav", 70))})
    same("job", server.finished(job["id"])["state"], "succeeded")
    return server.api("POST", f"/episodes/{episode['id']}/publish", {})


def request(server, address, method, path, number, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, source_address=(address, 0), timeout=30)
    connection.request(method, path, body=body, headers={
        "User-Agent": f"{MARK}Agent/{number}", "Referer": f"https://{MARK.lower()}.example/{number}", "X-Forwarded-For": f"203.0.113.{number % 250}",
        "Authorization": f"Bearer ear_{MARK}Token{number}", "Cookie": f"earshot={MARK}Cookie{number}"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


def traces():
    words = {MARK.encode(), MARK.lower().encode(), b"203.0.113."}
    for address in ADDRESSES:
        words.add(address.encode())
    packed = [ipaddress.ip_address(address).packed for address in ADDRESSES]
    forms = set(words)
    for word in words:
        forms.add(word.hex().encode())
        for shift in range(3):  # base64 of the word at any position in its triple
            forms.add(base64.b64encode(b"\0" * shift + word)[4 if shift else 0:-4])
    # As a hash table or journal would keep an address: four bytes, or behind a letter for its family. Four bytes alone occur by chance in
    # megabytes of audio, so they are looked for only where addresses could be written.
    return {form for form in forms if len(form) >= 8} | {b"4" + p for p in packed}, {p.hex().encode() for p in packed} | set(packed)


def main():
    with earshot('[log]\nlevel = "debug"\n') as server:
        episode = publish_one(server)
        audio = urllib.parse.urlparse(episode["renditions"][0]["url"]).path
        doors = ["/", "/shows/canary", f"/shows/canary/{episode['slug']}", "/shows/canary/feed.xml", audio, "/privacy", "/sign-in", "/statistics", "/studio",
                 f"/nowhere/{MARK}", f"/shows/canary?token={MARK}", f"/api/v1/me?{MARK}"]
        sent = 0
        for round_number in range(4):
            for address in ADDRESSES:
                for path in doors:
                    request(server, address, "GET", path, sent)
                    sent += 1
                request(server, address, "POST", "/sign-in", sent, f"name={MARK}&password={MARK}Password")
        step(f"{sent} marked requests sent")
        forbids_core_dumps(server.process.pid)
        time.sleep(2)
        places = {"data": server.data, "log": server.folder / "server.log", "runtime": server.runtime}
        backup = server.folder / "backup"
        server.command("backup", backup)
        places["backup"] = backup
        found = search(places)
        assert not found, found
        server.stop()
        found = search(places)
        assert not found, found
        step("no trace in data, log, runtime and backup folders, running and stopped")


def forbids_core_dumps(pid):
    proc = pathlib.Path(f"/proc/{pid}")
    limit = next(line for line in (proc / "limits").read_text().splitlines() if line.startswith("Max core file size"))
    same("core file size", limit.split()[4:6], ["0", "0"])
    # What may not be dumped belongs to root, whoever runs it.
    same("owner of the environment", (proc / "environ").stat().st_uid, 0)
    step("a crash would leave no core dump")


def search(places):
    forms, packed = traces()
    found, files = [], 0
    for name, place in places.items():
        for file in [place] if place.is_file() else [path for path in pathlib.Path(place).rglob("*") if path.is_file()]:
            content = file.read_bytes()
            files += 1
            found += [f"{name}: {file.name} holds {form!r}" for form in forms if form in content]
            if "media" not in file.parts:  # recordings and pictures, by their hash
                found += [f"{name}: {file.name} holds the address {form!r}" for form in packed if form in content]
    assert files > 5, "nothing was searched"
    return found


main()
