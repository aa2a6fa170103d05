"""Chapters and transcript of a public episode as programs that are not ours read them: chapters that a recording brought along, in every file by
ffprobe and mutagen, in the feed and as JSON; a transcript in its four forms, each of which may be handed in again."""
import html, json, re, struct, urllib.parse
import xml.etree.ElementTree as xml

from mutagen.flac import FLAC
from mutagen.id3 import ID3
from mutagen.mp4 import MP4
from mutagen.oggopus import OggOpus

from support import Refused, earshot, run, same, speech_master, step

SETTINGS = "".join(f'[[rendition]]\nname = "{codec}"\ncodec = "{codec}"\n' + (f"bit_rate = {rate}\n" if rate else "")
                   for codec, rate in (("mp3", 128000), ("aac", 128000), ("opus", 64000), ("flac", 0)))
CHAPTERS = [(0, "What this is"), (5.5, "Who may ring — and when"), (12.25, "What to do now")]  # seconds
SECONDS = 20
CUES = [(0.5, 4.0, "Nora", "Good evening."), (4.0, 8.25, "Dr Anna Ek", "Report it & go."), (8.25, 15.0, "Nora", "Thank you, good night.")]


def clock(seconds, mark="."):
    return f"{int(seconds // 3600):02}:{int(seconds // 60) % 60:02}:{int(seconds) % 60:02}{mark}{round(seconds * 1000) % 1000:03}"


def seconds(text):
    hours, minutes, rest = text.replace(",", ".").split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def vtt(cues):
    return "WEBVTT\n\n" + "".join(f"{clock(start)} --> {clock(end)}\n<v {who}>{html.escape(words, quote=False)}\n\n" for start, end, who, words in cues)


# --- chapters --------------------------------------------------------------------------------------------------------------------------------
def with_markers(file, marks):
    """The WAV file with a named marker for each."""
    chunk = lambda name, body: name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)
    points = b"".join(struct.pack("<II4sIII", number, 0, b"data", 0, 0, round(start * 48000)) for number, (start, _) in enumerate(marks, 1))
    names = b"".join(chunk(b"labl", struct.pack("<I", number) + name.encode() + b"\0") for number, (_, name) in enumerate(marks, 1))
    content = file.read_bytes() + chunk(b"cue ", struct.pack("<I", len(marks)) + points) + chunk(b"LIST", b"adtl" + names)
    file.write_bytes(content[:4] + struct.pack("<I", len(content) - 8) + content[8:])
    return file


def quicktime_titles(file):
    """Those of the text track, read as bare samples: a length in two bytes, then the words."""
    samples = run("ffmpeg", "-loglevel", "error", "-ignore_chapters", 1, "-i", file, "-map", "0:1", "-c", "copy", "-f", "data", "-", text=False).stdout
    titles, at = [], 0
    while at < len(samples):
        length = struct.unpack_from(">H", samples, at)[0]
        titles.append(samples[at + 2:at + 2 + length].decode())
        at += 2 + length
        if samples[at + 4:at + 8] == b"encd":  # says that it is UTF-8
            at += struct.unpack_from(">I", samples, at)[0]
    return titles


def chapters_in(file):
    """By the program that knows the format best."""
    if file.suffix == ".mp3":
        tag = ID3(file)
        contents, = tag.getall("CTOC")
        assert contents.flags == 3, "top level and ordered"
        marks = [tag[f"CHAP:{name}"] for name in contents.child_element_ids]
        same("ends of ID3 chapters", [mark.end_time for mark in marks][:-1], [mark.start_time for mark in marks][1:])
        return [(mark.start_time / 1000, str(mark.sub_frames["TIT2"])) for mark in marks]
    if file.suffix == ".m4a":
        same("titles of the QuickTime track", quicktime_titles(file), [title for _, title in CHAPTERS])
        read = MP4(file)  # which takes the movie's units, one sample each, for milliseconds
        return [(round(chapter.start * read.info.sample_rate / 1000, 3), chapter.title) for chapter in read.chapters]  # Nero's list
    tag = OggOpus(file) if file.suffix == ".opus" else FLAC(file)
    numbers = sorted(key for key in tag.keys() if re.fullmatch(r"chapter\d+", key))
    return [(seconds(tag[key][0]), tag[key + "name"][0]) for key in numbers]


def check_chapters(server, episode, page):
    for rendition in episode["renditions"]:
        file = server.folder / urllib.parse.urlparse(rendition["url"]).path.rsplit("/", 1)[1]
        file.write_bytes(server.get(urllib.parse.urlparse(rendition["url"]).path)[2])
        probe = json.loads(run("ffprobe", "-v", "error", "-of", "json", "-show_chapters", file).stdout)["chapters"]
        same(f"ffprobe on {file.name}", [(float(each["start_time"]), each["tags"]["title"]) for each in probe], CHAPTERS)
        same(f"the other reader on {file.name}", chapters_in(file), CHAPTERS)
    step("chapters in MP3 (ID3), M4A (Nero's list and QuickTime's track), Opus and FLAC as ffprobe and mutagen read them")
    written = json.loads(server.get(page + "/chapters.json")[2])
    same("JSON chapters", (written["version"], [(each["startTime"], each["title"]) for each in written["chapters"]]), ("1.2.0", CHAPTERS))
    item = xml.fromstring(server.get(page.rsplit("/", 1)[0] + "/feed.xml")[2]).find("channel/item")
    simple = item.find("{http://podlove.org/simple-chapters}chapters")
    same("Podlove Simple Chapters", [(seconds(each.get("start")), each.get("title")) for each in simple], CHAPTERS)
    assert item.find("{https://podcastindex.org/namespace/1.0}chapters").get("url").endswith(page + "/chapters.json")
    step("chapters as JSON and in the feed")


# --- transcripts -----------------------------------------------------------------------------------------------------------------------------
def cues_of_vtt(text):
    found = re.findall(r"(\S+) --> (\S+)\n<v ([^>]+)>(.+?)\n(?:\n|$)", text, re.S)
    return [(seconds(start), seconds(end), who, html.unescape(" ".join(lines.split()))) for start, end, who, lines in found]


def cues_of_srt(text):
    found = re.findall(r"(\S+) --> (\S+)\n([^:\n]+): (.+?)\n(?:\n|$)", text, re.S)
    return [(seconds(start), seconds(end), who, " ".join(lines.split())) for start, end, who, lines in found]


def cues_of_json(text):
    return [(each["startTime"], each["endTime"], each["speaker"], each["body"]) for each in json.loads(text)["segments"]]


def cues_of_html(text):
    found = re.findall(r'<cite>([^<:]+):</cite>\s*<time datetime="PT([\d.]+)S" data-end="PT([\d.]+)S">[^<]*</time>\s*<p>([^<]+)</p>', text)
    return [(float(start), float(end), who, html.unescape(words)) for who, start, end, words in found]


def check_transcript(server, episode, page):
    path = f"/episodes/{episode}/transcript"
    handed_in = vtt(CUES)
    for form in ("vtt", "srt", "json", "html"):
        server.api("PUT", path + "?language=en", handed_in.encode(), content_type="text/plain")
        served = {kind: server.get(f"{page}/transcript.{kind}")[2].decode() for kind in ("vtt", "srt", "json", "html")}
        same("WebVTT", cues_of_vtt(served["vtt"]), CUES)
        same("SubRip", cues_of_srt(served["srt"]), CUES)
        same("JSON", cues_of_json(served["json"]), CUES)
        same("HTML", cues_of_html(served["html"]), CUES)
        handed_in = served[form]
    server.api("PUT", path + "?language=en", handed_in.encode(), content_type="text/html")
    same("from HTML", cues_of_vtt(server.get(page + "/transcript.vtt")[2].decode()), CUES)
    step("a transcript in four forms, each handed in again, speakers kept")
    try:
        server.api("PUT", path + "?language=en", vtt([*CUES, (SECONDS + 5, SECONDS + 6, "Nora", "Of another recording.")]).encode(), content_type="text/vtt")
    except Refused as refused:
        same("words beyond the audio", refused.status, 422)
    else:
        raise AssertionError("words beyond the audio were taken")
    late = server.api("PUT", path + "?language=en", vtt([(0, 5, "Nora", "A"), (5, SECONDS + 3, "Nora", "B")]).encode(), content_type="text/vtt")
    assert any("end" in line and "audio" in line for line in late["advice"]), late["advice"]
    step("words that begin beyond the audio's end are refused, one that outlasts it is told of")


def main():
    with earshot(SETTINGS) as server:
        server.api("POST", "/shows", {"slug": "words", "title": "Words", "description": "Read by others.", "category": "News", "author": "A"})
        episode = server.api("POST", "/shows/words/episodes", {"title": "Words"})["id"]
        master = with_markers(speech_master(server.folder / "master.wav", SECONDS), CHAPTERS)
        job = server.finished(server.api("PUT", f"/episodes/{episode}/master", {"upload": server.curl_upload(master)})["id"])
        same("job", (job["state"], job["reason"]), ("succeeded", ""))
        server.api("POST", f"/episodes/{episode}/publish", {})
        public = server.api("GET", f"/episodes/{episode}")
        same("origin", public["chapters_origin"], "master")
        page = urllib.parse.urlparse(public["page_url"]).path
        check_chapters(server, public, page)
        check_transcript(server, episode, page)


main()
