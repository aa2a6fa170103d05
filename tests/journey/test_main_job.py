"""The main job, from upload to statistics, with everything going wrong on the way that goes wrong in life."""
import hashlib, json, os, pathlib, re, signal, time, urllib.parse

import feedparser
import podcastparser
from mutagen.id3 import ID3
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus

from support import ROOT, cover, earshot, run, same, slow_listen, speech_master, step, until

CHAPTERS = "00:00:00 What this is\n00:00:20 What to look for\n00:01:10 What to do now\n"
TRANSCRIPT = "WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n[theme music]\n\n00:00:04.000 --> 00:00:20.000\n<v Presenter>If something does not feel right, report it.\n"


def make_show(server):
    show = server.api("POST", "/shows", {
        "slug": "night-watch", "title": "Night Watch & Co", "description": "A test of everything.", "language": "en-GB", "author": "The testers",
        "category": "Society & Culture", "subcategory": "Documentary", "type": "serial", "notice": "Only a test.",
        "actions": [{"label": "Report it", "href": "https://www.gov.uk/ACT", "detail": "In confidence."},
                    {"label": "Call 999", "href": "tel:999", "emergency": True}]})
    server.api("PUT", "/shows/night-watch/artwork?alt=A%20lamp", cover(server.folder / "cover.png").read_bytes(), content_type="image/png")
    return show


def make_episode(server, title, number):
    episode = server.api("POST", "/shows/night-watch/episodes", {"title": title, "season": 1, "number": number, "notes": "Call [us](tel:0800789321).\n"})
    server.api("PUT", f"/episodes/{episode['id']}/chapters", CHAPTERS.encode(), content_type="text/plain")
    server.api("PUT", f"/episodes/{episode['id']}/transcript", TRANSCRIPT.encode(), content_type="text/vtt")
    server.api("PUT", f"/episodes/{episode['id']}/artwork?alt=A%20window", cover(server.folder / "window.jpg", "#7a2e00").read_bytes(), content_type="image/jpeg")
    return episode


def upload_with_a_cut(server, master):
    """tus-js-client loses its connection, the server is killed, and the upload goes on where it was."""
    client = ["node", ROOT / "tests/journey/tus_upload.mjs", server.base_url + "/api/v1/uploads", server.tokens["producer"], master]
    location = run(*client, "cut", 5 << 20, cwd=ROOT).stdout.strip()
    server.kill()
    server.start()
    stored = int(re.search(r"(?im)^upload-offset: (\d+)", run("curl", "-sSI", "-H", f"Authorization: Bearer {server.tokens['producer']}", "-H",
                                                              "Tus-Resumable: 1.0.0", location).stdout).group(1))
    assert 4 << 20 <= stored < master.stat().st_size, f"{stored} bytes survived the cut and kill -9"
    step(f"the upload was cut and the server killed; {stored} bytes were kept")
    same("location after resuming", run(*client, "resume", location, cwd=ROOT).stdout.strip(), location)
    return location.rsplit("/", 1)[1]


def transcode_through_kills(server, job):
    """kill -9 of the worker, then of the server, in the middle of the encode."""
    def encoding():
        state = server.api("GET", f"/jobs/{job}")
        assert state["state"] in ("queued", "running"), state
        return state["state"] == "running" and state["progress"] > 0.15 and server.workers()
    os.kill(until("the worker to encode", encoding, 180, 0.01)[0], signal.SIGKILL)
    until("the second try", lambda: server.api("GET", f"/jobs/{job}")["attempts"] == 1 and encoding(), 180, 0.01)
    server.kill()
    server.start()
    state = server.finished(job)
    same("job after kill -9 of worker and server", (state["state"], state["reason"]), ("succeeded", ""))
    step("the transcode survived kill -9 of its worker and of the server")


def check_feed(server, episodes):
    status, fields, xml = server.get("/shows/night-watch/feed.xml")
    same("feed", (status, fields["Content-Type"]), (200, "application/rss+xml; charset=utf-8"))
    same("feed again", server.get("/shows/night-watch/feed.xml", **{"If-None-Match": fields["ETag"]})[0], 304)
    file = server.folder / "feed.xml"
    file.write_bytes(xml)
    run("xmllint", "--noout", file)
    wanted = {}
    for episode in episodes:
        main = episode["renditions"][0]
        wanted[episode["guid"]] = (episode["title"], main["url"], main["byte_length"])
    gpodder = podcastparser.parse(server.base_url + "/shows/night-watch/feed.xml", open(file, "rb"))
    same("podcastparser", {e["guid"]: (e["title"], e["enclosures"][0]["url"], e["enclosures"][0]["file_size"]) for e in gpodder["episodes"]}, wanted)
    loose = feedparser.parse(str(file))
    same("feedparser", (loose.bozo, loose.feed.title), (False, "Night Watch & Co"))
    same("feedparser", {e.id: (e.title, e.enclosures[0].href, int(e.enclosures[0].length)) for e in loose.entries}, wanted)
    seen = json.loads(run("node", ROOT / "tests/journey/read_feed.mjs", file, cwd=ROOT).stdout)
    for parser in ("feedsmith", "partytime"):
        same(parser, {i["guid"]: (i["title"], i["enclosure"]["url"], int(i["enclosure"]["length"])) for i in seen[parser]["items"]}, wanted)
    same("podcast:guid in both", seen["feedsmith"]["guid"], seen["partytime"]["guid"])
    for item in seen["feedsmith"]["items"]:
        assert item["transcripts"] and item["chapters"] and item["alternates"], item
        for url in (item["transcripts"][0]["url"], item["chapters"]["url"]):
            same(url, server.get(urllib.parse.urlparse(url).path)[0], 200)
    step("podcastparser, feedparser, feedsmith and podcast-partytime read the same feed")


def check_audio(server, episode):
    """Three resumed pieces by curl equal the stored file; tags and loudness by other programs than ours."""
    for rendition in episode["renditions"]:
        url, size = rendition["url"], rendition["byte_length"]
        piece = server.folder / ("got" + pathlib.Path(url).suffix)
        third = size // 3
        run("curl", "-sSf", "-A", "JourneyCheck bot", "-r", f"0-{third - 1}", "-o", piece, url)
        with open(piece, "ab") as out:
            out.write(run("curl", "-sSf", "-A", "JourneyCheck bot", "-r", f"{third}-{2 * third - 1}", url, text=False).stdout)
        run("curl", "-sSf", "-A", "JourneyCheck bot", "-C", "-", "-o", piece, url)
        digest = hashlib.sha256(piece.read_bytes()).hexdigest()
        same("sha256 of the download", digest, rendition["sha256"])
        stored = [path for path in (server.data / "media").rglob(digest)]
        same("the stored file", stored[0].read_bytes(), piece.read_bytes())
        same("HEAD", int(run("curl", "-sSI", "-A", "JourneyCheck bot", "-o", "/dev/null", "-w", "%header{content-length}", url).stdout), size)
        check_tags(piece, episode)
        measured = run("ffmpeg", "-hide_banner", "-nostats", "-i", piece, "-af", "ebur128=peak=true", "-f", "null", "-").stderr
        loudness = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", measured)[-1])
        peak = float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", measured)[-1])
        assert abs(loudness + 16) <= 0.5 and peak <= -1.0, f"{rendition['profile']}: {loudness} LUFS, {peak} dBTP"
        assert b"SecretStudioName" not in piece.read_bytes() and b"SecretComment" not in piece.read_bytes()
        step(f"{rendition['profile']}: {size} bytes byte-equal, tagged, {loudness} LUFS, {peak} dBTP")


def check_tags(file, episode):
    probe = json.loads(run("ffprobe", "-v", "error", "-of", "json", "-show_format", "-show_streams", "-show_chapters", file).stdout)
    place = probe["streams"][0] if file.suffix == ".opus" else probe["format"]  # where ffprobe shows an Ogg file's tags
    tags = {key.lower(): value for key, value in place["tags"].items()}
    same("ffprobe title and album", (tags["title"], tags["album"]), (episode["title"], "Night Watch & Co"))
    same("ffprobe chapters", [(round(float(c["start_time"])), c["tags"]["title"]) for c in probe["chapters"]],
         [(0, "What this is"), (20, "What to look for"), (70, "What to do now")])
    if file.suffix == ".mp3":
        tag = ID3(file)
        same("ID3 GUID", str(tag.getall("TGID")[0].text[0] if tag.getall("TGID") else ""), episode["guid"])
        assert "report it" in tag.getall("USLT")[0].text, tag.getall("USLT")
        same("ID3 chapters", len(tag.getall("CHAP")), 3)
        assert tag.getall("APIC")[0].data.startswith(b"\xff\xd8")
    elif file.suffix == ".opus":
        tag = OggOpus(file)
        same("Opus GUID", tag["podcastid"], [episode["guid"]])
        assert "report it" in tag["lyrics"][0] and tag["metadata_block_picture"], list(tag)
        assert -2304 <= int(tag["r128_track_gain"][0]) <= -1280, tag["r128_track_gain"]  # from -16 ± 2 LUFS to -23
    else:
        tag = MP4(file)
        same("MP4 title", tag["\xa9nam"], [episode["title"]])
        assert "report it" in tag["\xa9lyr"][0] and tag["covr"], list(tag)


def wait_for_an_undivided_day():
    """A listener who comes back after midnight UTC counts again: not in the middle of this."""
    left = 86_400 - time.time() % 86_400
    if left < 180:
        step(f"waiting {left:.0f} s for midnight UTC")
        time.sleep(left + 1)


def check_counting(server, episode):
    """One real listen counts once; a HEAD, a probe, a bot and half a minute do not; restarts change nothing."""
    wait_for_an_undivided_day()
    main = episode["renditions"][0]
    path = urllib.parse.urlparse(main["url"]).path
    same("downloads before", server.downloads(episode["id"]), 0)
    run("curl", "-sSI", "-A", "Overcast/3.0", "-o", "/dev/null", main["url"])
    run("curl", "-sS", "-A", "Overcast/3.0", "-r", "0-1", "-o", "/dev/null", main["url"])
    run("curl", "-sS", "-A", "Googlebot/2.1 (+http://www.google.com/bot.html)", "-o", "/dev/null", main["url"])
    slow_listen(server.port, path, "PocketCasts/1.0", 480_000)
    third = main["byte_length"] // 3
    for first, last in ((0, third), (third + 1, 2 * third), (2 * third + 1, main["byte_length"] - 1), (0, third)):
        run("curl", "-sS", "-A", "AntennaPod/3.4.0", "-r", f"{first}-{last}", "-o", "/dev/null", main["url"])
    until("the download to be counted", lambda: server.downloads(episode["id"]) >= 1, 20)
    time.sleep(2.5)
    same("downloads", server.downloads(episode["id"]), 1)
    server.stop()
    server.start()
    same("downloads after a restart", server.downloads(episode["id"]), 1)
    run("curl", "-sS", "-A", "AntennaPod/3.4.0", "-o", "/dev/null", main["url"])
    time.sleep(2.5)
    server.kill()
    server.start()
    same("downloads after the same listener came back, and kill -9", server.downloads(episode["id"]), 1)
    run("curl", "-sS", "-A", "Overcast/3.0", "-o", "/dev/null", main["url"])
    until("a second listener", lambda: server.downloads(episode["id"]) == 2, 20)
    step("one listen counted once, also after restarts; HEAD, probe, bot and half a minute not at all")


def check_withdrawal(server, episode):
    path = urllib.parse.urlparse(episode["renditions"][0]["url"]).path
    server.api("POST", f"/episodes/{episode['id']}/withdraw", {})
    same("audio of a withdrawn episode", server.get(path)[0], 410)
    assert episode["guid"].encode() not in server.get("/shows/night-watch/feed.xml")[2]
    back = server.api("POST", f"/episodes/{episode['id']}/publish", {})
    same("GUID after coming back", back["guid"], episode["guid"])
    assert episode["guid"].encode() in server.get("/shows/night-watch/feed.xml")[2]
    step("withdrawn: out of the feed, 410 for its audio; back under the same GUID")


def check_backup(server, episode):
    backup = server.folder / "backup"
    server.command("backup", backup)
    feed = server.get("/shows/night-watch/feed.xml")[2]
    server.stop()
    server.data.rename(server.folder / "old-data")
    server.command("restore", backup)
    server.start()
    same("feed after restore", server.get("/shows/night-watch/feed.xml")[2], feed)
    same("audio after restore", hashlib.sha256(server.get(urllib.parse.urlparse(episode["renditions"][0]["url"]).path)[2]).hexdigest(),
         episode["renditions"][0]["sha256"])
    step("backup while running, restore into an empty folder: same feed, same audio")


def main():
    with earshot("[statistics]\nsuppress_below = 1\n") as server:
        make_show(server)
        first, second = make_episode(server, "Multiple Bombings", 1), make_episode(server, "Trust Your Instincts", 2)
        long_master = speech_master(server.folder / "one.wav", 240)
        upload = upload_with_a_cut(server, long_master)
        transcode_through_kills(server, server.api("PUT", f"/episodes/{first['id']}/master", {"upload": upload})["id"])
        other = server.curl_upload(speech_master(server.folder / "two.wav", 100))
        same("second job", server.finished(server.api("PUT", f"/episodes/{second['id']}/master", {"upload": other})["id"])["state"], "succeeded")
        step("the second master went up by curl and was transcoded")
        assert b"<item>" not in server.get("/shows/night-watch/feed.xml")[2], "a draft is in the feed"
        episodes = [server.api("POST", f"/episodes/{episode['id']}/publish", {}) for episode in (first, second)]
        same("states", [episode["state"] for episode in episodes], ["published"] * 2)
        check_feed(server, episodes)
        for episode in episodes:
            check_audio(server, episode)
        check_counting(server, episodes[0])
        check_withdrawal(server, episodes[1])
        check_backup(server, server.api("GET", f"/episodes/{first['id']}"))


main()
