"""Over 300 files that are right, odd, cut off, damaged or hostile: each ends with a rendition or with a sentence, within the limits, and the parent
of the workers is untouched. `./dev soak media` goes on from here."""
import collections, pathlib, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import base, flip, odd, verdicts

# One of each container and kind of coding, to be cut and damaged.
CARRIERS = ["pcm_s24le-2.wav", "pcm_s16be-2.aiff", "pcm_f32le-2.w64", "pcm_s24le-2.caf", "s16-2.flac", "44100-2.mp3", "aac-2.m4a", "alac-2.m4a",
            "libvorbis-2.ogg", "libopus-2.ogg", "aac-2.mp4", "pcm_s16be-2.mov", "aac-2.aac"]


def cover_pictures(folder):
    made = {}
    for name, more in (("plain.jpg", []), ("picture.png", [])):
        file = folder / name
        subprocess.run(["ffmpeg", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc2=s=1400x1400", "-frames:v", "1", "-pix_fmt",
                        "yuvj420p" if name.endswith("jpg") else "rgb24", *more, str(file)], check=True)
        made[name] = file.read_bytes()
    return made


def corpus(folder):
    """(kind, name, bytes)"""
    sounds = base.make(folder)
    for name, data in sounds.items():
        yield "audio", name, data
    for family in (odd.wavs(), odd.aiffs(), odd.aifcs(), odd.cafs(sounds["alac-2.caf"]), odd.w64s(), odd.scripts(folder / "pcm_s16le-2.wav"), odd.mp4s(sounds["aac-2.m4a"]),
                   odd.chains(sounds["libvorbis-2.ogg"], sounds["libopus-2.ogg"]), odd.misdescribed(sounds["alac-2.m4a"], sounds["alac-2.caf"], sounds["s16-2.flac"]),
                   odd.tag_bombs(sounds["44100-2.mp3"], sounds["s16-2.flac"], odd.png(10_000, 10_000))):
        for name, data in family:
            yield "audio", name, data
    for name in CARRIERS:
        data, power = sounds[name], 1
        while power < len(data):
            yield "audio", f"cut-{power}-{name}", data[:power]
            power *= 2
        for seed, ratio in ((1, 0.00001), (2, 0.0001), (3, 0.001), (4, 0.004), (5, 0.05)):
            yield "audio", f"zzuf-{seed}-{name}", flip.zzuf(data, seed, ratio)
    covers = cover_pictures(folder)
    for name, data in odd.pictures(covers["plain.jpg"], covers["picture.png"]):
        yield "picture", name, data
    for name in ("plain.jpg", "picture.png"):
        for power in range(0, len(covers[name]).bit_length(), 3):
            yield "picture", f"cut-{power}-{name}", covers[name][:1 << power]
        for seed in (1, 2, 3):
            yield "picture", f"zzuf-{seed}-{name}", flip.zzuf(covers[name], seed, 0.0005)


# What must not be refused: every accepted format as it should be, and oddities that other programs read, too.
def must_be_taken(name):
    return name in {name for name, _ in base.wanted()} or name.startswith("chapters-by-ffmpeg") or name in {"list-first.wav", "junk-between.wav", "odd-padded.wav", "data-lies.wav", "chapters-10000.mp3", "chain.ogg",
                                                                   "cover-100-megapixels.mp3", "comments-5000.flac", "sound-first.aiff", "as-it-should-be.png", "36-megapixels-of-16-bits.png", "noise-of-73-ms.wav", "noise-of-8-ms.wav", "plain.caf", "everything-before.caf", "everything-behind.caf",
                                                                   "open-ended.caf", "alac-table-last.caf", "plain.w64", "junk-between.w64", "big-endian.aifc", "little-endian.aifc",
                                                                   "no-version.aifc", "everything-first.aifc", "everything-between.aifc", "everything-behind.aifc"}


def main():
    start, failures = time.monotonic(), []
    with tempfile.TemporaryDirectory(prefix="earshot-corpus-", dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        (folder / "files").mkdir()
        files = []
        for kind, name, data in corpus(folder):
            path = folder / "files" / f"{kind}-{name}"
            path.write_bytes(data)
            files.append((kind, path))
        made = time.monotonic() - start
        endings, mebibytes = verdicts.run(files, folder)
        for kind, path in files:
            ending = endings[str(path)]
            wrong = verdicts.complaint(ending)
            if wrong is None and must_be_taken(path.name.split("-", 1)[1]) and ending["outcome"] != "rendition":
                wrong = f"refused: {ending['words']}"
            if wrong:
                failures.append(f"{path.name}: {wrong}")
            if "-v" in sys.argv:
                print(f"{ending['seconds']:6.2f} s  {path.name}: {ending['outcome']}, {ending['words']}")
    counts = collections.Counter(ending["outcome"] for ending in endings.values())
    print(f"{len(files)} files: {dict(counts)}; at most {mebibytes:.0f} MiB a worker; {made:.0f} s to make, {time.monotonic() - start - made:.0f} s to run")
    if len(files) < 300:
        failures.append(f"only {len(files)} files")
    if mebibytes > verdicts.MOST_MEBIBYTES:
        failures.append(f"a worker took {mebibytes:.0f} MiB")
    print("\n".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
