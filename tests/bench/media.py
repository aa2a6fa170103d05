"""Earshot making the renditions of a master beside what ffmpeg does for (a) a careful and (b) an expert user, taking turns on this machine; medians,
ratios. A full run writes the figures into docs/performance.md. --case NAME (repeatable) runs a part; see docs/performance.md for what is measured."""
import argparse, concurrent.futures, json, os, pathlib, re, resource, subprocess, tempfile, time

from figures import Row, Section, compare, printed, version_of, write_page
from studio import podcast_master
from support import BINARY, cover, earshot, run, until

SECONDS = 600
CEILING = -1
# What both make, at the shipped profiles' rates: the profile's name, and how ffmpeg is asked for the same.
RENDITIONS = {
    "mp3": ("out.mp3", ["-ar", 44100, "-c:a", "libmp3lame", "-b:a", "128k"]),
    "aac": ("out.m4a", ["-ar", 44100, "-c:a", "aac", "-b:a", "128k", "-movflags", "+faststart"]),
    "opus": ("out.opus", ["-ar", 48000, "-c:a", "libopus", "-vbr", "constrained", "-b:a", "64k"]),
}
MEBIBYTE = 1 << 20


def command(*words):
    return [str(word) for word in words]


def ffmpeg(*words):
    return command("ffmpeg", "-hide_banner", "-nostats", "-nostdin", "-y", *words)


class Turn:
    """Wall and CPU seconds of everything run in its block, and the most memory that one process had."""

    def __enter__(self):
        self.before, self.start, self.memory = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), 0
        return self

    def __exit__(self, *_):
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.wall = time.monotonic() - self.start
        self.cpu = after.ru_utime + after.ru_stime - self.before.ru_utime - self.before.ru_stime

    def run(self, words):
        with tempfile.TemporaryFile("w+") as said:
            process = subprocess.Popen(words, stdout=said, stderr=said)
            _, status, usage = os.wait4(process.pid, 0)  # what it waited for itself, the worker, is in this
            process.returncode = os.waitstatus_to_exitcode(status)
            said.seek(0)
            text = said.read()
        assert process.returncode == 0, f"{' '.join(words)}: exit {process.returncode}\n{text}"
        self.memory = max(self.memory, usage.ru_maxrss * 1024)
        return text


def ours(folder, master):
    """Measuring, levelling, encoding, and our own check of every rendition by decoding it."""
    with Turn() as turn:
        report = json.loads(turn.run(command(BINARY, "transcode", master, folder / "ours", *(word for name in RENDITIONS for word in ("--profile", name)))))
    for rendition in report["renditions"]:
        level = rendition["loudness"]
        assert abs(level["integrated_lufs"] + 16) <= 0.5 and level["true_peak_dbtp"] <= CEILING, rendition
    return turn


def careful(folder, master):
    """(a) Two-pass loudnorm, all renditions from the second command."""
    target = f"loudnorm=I=-16:TP={CEILING}:LRA=11"
    with Turn() as turn:
        said = turn.run(ffmpeg("-i", master, "-af", target + ":print_format=json", "-f", "null", "-"))
        found = json.loads(said[said.rindex("{"):said.rindex("}") + 1])
        measured = ":".join(f"measured_{key}={found[of]}" for key, of in (("I", "input_i"), ("TP", "input_tp"), ("LRA", "input_lra"), ("thresh", "input_thresh")))
        pads = "".join(f"[{name}]" for name in RENDITIONS)
        outputs = [word for name, (file, options) in RENDITIONS.items() for word in ("-map", f"[{name}]", *options, folder / file)]
        graph = f"[0:a]{target}:{measured}:offset={found['target_offset']},aresample=48000,aformat=channel_layouts=stereo,asplit={len(RENDITIONS)}{pads}"
        turn.run(ffmpeg("-loglevel", "error", "-i", master, "-filter_complex", graph, *outputs))
    return turn


def expert(folder, master, aac_coder="twoloop"):
    """(b) Measure, then a gain and a limiter, one ffmpeg a rendition, two at a time; with ffmpeg's own choice of AAC coder, or with ours."""
    with Turn() as turn:
        said = turn.run(ffmpeg("-i", master, "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"))
        gain = -16 - float(re.search(r"I:\s+(-[\d.]+) LUFS", said[said.rindex("Summary"):]).group(1))
        level = f"volume={gain}dB,alimiter=limit={10 ** ((CEILING - 0.3) / 20):.4f}:level=false"
        with concurrent.futures.ThreadPoolExecutor(2) as pair:
            list(pair.map(turn.run, [ffmpeg("-loglevel", "error", "-i", master, "-af", level, *options, *(["-aac_coder", aac_coder] if name == "aac" else []), folder / file)
                                     for name, (file, options) in RENDITIONS.items()]))
    return turn


def publishing(kind):
    def case(stage, rounds):
        master, label = stage.master(kind), f"{kind.upper()} to {len(RENDITIONS)} renditions"
        stage.warm(master)
        turns = [(ours(stage.folder, master), careful(stage.folder, master), expert(stage.folder, master), expert(stage.folder, master, "fast")) for _ in range(rounds)]
        a, b, c = f"{label}, two-pass loudnorm", f"{label}, gain and limiter", f"{label}, the same with our AAC coder"
        return [
            compare(a, "wall", "s", [(u.wall, c.wall) for u, c, _, _ in turns], most=0.25),
            compare(a, "CPU", "s", [(u.cpu, c.cpu) for u, c, _, _ in turns], most=0.48),
            compare(b, "wall", "s", [(u.wall, e.wall) for u, _, e, _ in turns], most=0.75),
            compare(b, "CPU", "s", [(u.cpu, e.cpu) for u, _, e, _ in turns], most=0.95),
            compare(b, "memory", "MiB", [(u.memory / MEBIBYTE, e.memory / MEBIBYTE) for u, _, e, _ in turns], most=256, of_ours=True),
            compare(c, "wall", "s", [(u.wall, e.wall) for u, _, _, e in turns]),
            compare(c, "CPU", "s", [(u.cpu, e.cpu) for u, _, _, e in turns]),
        ]
    return case


def measuring(stage, rounds):
    """Loudness, true peak and all else that is learned from reading a master, beside the filter that measures two of them."""
    rows = []
    for kind in ("wav", "flac"):
        master, pairs = stage.master(kind), []
        stage.warm(master)
        for _ in range(2 * rounds):
            with Turn() as us:
                us.run(command(BINARY, "probe", master))
            with Turn() as them:
                them.run(ffmpeg("-i", master, "-af", "ebur128=peak=true:framelog=verbose", "-f", "null", "-"))
            pairs.append((us, them))
        case = f"measuring {kind.upper()}, ebur128=peak=true"
        target = {"most": 0.18} if kind == "wav" else {}
        rows += [compare(case, "wall", "s", [(u.wall, t.wall) for u, t in pairs], **target),
                 compare(case, "CPU", "s", [(u.cpu, t.cpu) for u, t in pairs], **target)]
    return rows


def length(stage, _):
    """Does memory grow with the length?"""
    short, long = ours(stage.folder, stage.master("flac")), ours(stage.folder, stage.long_master())
    return [Row(f"{stage.hours:g} h beside {SECONDS // 60} min", "memory", long.memory / MEBIBYTE, short.memory / MEBIBYTE, long.memory / short.memory, "MiB",
                most=256, of_ours=True)]


def publish_long(server, stage):
    """An episode of the long master, with a cover; its id."""
    server.api("POST", "/shows", {"slug": "hour", "title": "Hour", "description": "d", "category": "News", "author": "A"})
    server.api("PUT", "/shows/hour/artwork?alt=x", cover(server.folder / "cover.png").read_bytes(), content_type="image/png")
    episode = server.api("POST", "/shows/hour/episodes", {"title": "First"})["id"]
    upload = server.curl_upload(stage.long_master(), 64 << 20)
    job = server.finished(server.api("PUT", f"/episodes/{episode}/master", {"upload": upload})["id"], 3600)
    assert job["state"] == "succeeded", job
    server.api("POST", f"/episodes/{episode}/publish", {})
    return episode


def correct(server, episode, title):
    """Seconds from asking for another title until every file and the feed have it; and the files."""
    def renditions():
        return server.api("GET", f"/episodes/{episode}")["renditions"]
    old, begin = {rendition["sha256"] for rendition in renditions()}, time.monotonic()
    server.api("PATCH", f"/episodes/{episode}", {"title": title})
    now = until("the new files", lambda: (found := renditions()) and not old & {rendition["sha256"] for rendition in found} and found, 60, 0.005)
    assert str(now[0]["byte_length"]).encode() in server.get("/shows/hour/feed.xml")[2]
    return time.monotonic() - begin, [next((server.data / "media").rglob(rendition["sha256"])) for rendition in now]


def copied(folder, files, title):
    """The same by ffmpeg: packets copied into new files; nobody checks or publishes them."""
    with Turn() as turn:
        for file, (name, _) in zip(files, RENDITIONS.values()):
            faststart = ["-movflags", "+faststart"] if name.endswith(".m4a") else []
            turn.run(ffmpeg("-loglevel", "error", "-i", file, "-c", "copy", "-map_metadata", 0, "-metadata", f"title={title}", *faststart, folder / name))
    return turn.wall


def corrections(server, episode, stage, rounds):
    pairs = []
    for number in range(2 * rounds):
        us, files = correct(server, episode, f"Correction {number}")
        pairs.append((us, copied(stage.folder, files, f"Correction {number}")))
    return [compare(f"another title in all files of {stage.hours:g} h, -c copy", "wall", "s", pairs, most=1, of_ours=True)]


def retagging(stage, rounds):
    with earshot() as server:
        return corrections(server, publish_long(server, stage), stage, rounds)


class Masters:
    def __init__(self, folder, hours):
        self.folder, self.hours = folder, hours

    def master(self, kind):
        file = self.folder / f"master.{kind}"
        if not file.exists():
            wav = self.folder / "master.wav"
            if not wav.exists():
                podcast_master(wav, SECONDS)
            if kind == "flac":
                run("ffmpeg", "-loglevel", "error", "-i", wav, "-c:a", "flac", file)
        return file

    def long_master(self):
        file, times = self.folder / "long.flac", round(self.hours * 3600 / SECONDS)
        if not file.exists():
            run("ffmpeg", "-loglevel", "error", "-stream_loop", times - 1, "-i", self.master("flac"), "-c:a", "copy", file)
        return file

    def warm(self, master):
        with open(master, "rb") as file:
            while file.read(1 << 22):
                pass


CASES = {"wav": publishing("wav"), "flac": publishing("flac"), "measuring": measuring, "length": length, "retag": retagging}


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench media", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hours", type=float, default=1, help="of the long master; 12 are the longest accepted")
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this one; writes no page")
    return parser.parse_args()


def main():
    asked = arguments()
    start, load = time.monotonic(), os.getloadavg()[0]
    section = Section("Earshot beside ffmpeg", "Earshot", "ffmpeg", [])
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        stage = Masters(pathlib.Path(folder), asked.hours)
        for name, case in CASES.items():
            if asked.case is None or name in asked.case:
                rows = case(stage, asked.rounds)
                print(f"[{time.monotonic() - start:3.0f} s] {name}: " + "; ".join(f"{row.figure} {row.ratio:.2f}" for row in rows), flush=True)
                section.rows += rows
    print("\n" + printed(section) + "\n", flush=True)
    if asked.case is None:
        peer = "ffmpeg " + version_of("ffmpeg -version", r"ffmpeg version ([\d.]+)")
        write_page("media", [section], f"--rounds {asked.rounds} --hours {asked.hours:g}", peer, load)


if __name__ == "__main__":
    main()
