"""./dev soak media: damaged masters and covers without end through the sandboxed worker; each has to end with a rendition or a sentence, within its
limits. --files N --seed S --seconds T (stop then, whatever is left). What fails is kept in build/soak-media, with the seed to make it again."""
import argparse, collections, pathlib, random, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/corpus"))
import base, flip, odd, test_corpus, verdicts

BATCH = 100


def originals(folder):
    sounds = base.make(folder)
    masters = list(sounds.items())
    for family in (odd.wavs(), odd.aiffs(), odd.mp4s(sounds["aac-2.m4a"]), odd.tag_bombs(sounds["44100-2.mp3"], sounds["s16-2.flac"], odd.png(10_000, 10_000, rows=2))):
        masters += [(name, data) for name, data in family if 0 < len(data) < 1 << 20]
    covers = test_corpus.cover_pictures(folder)
    pictures = [(name, data) for name, data in odd.pictures(covers["plain.jpg"], covers["picture.png"]) if 0 < len(data) < 1 << 20]
    return {"audio": masters, "picture": pictures}


def one(number, seed, sources):
    """The same number and seed make the same file again."""
    chance = random.Random(f"{seed}/{number}")
    kind = "picture" if chance.random() < 0.1 else "audio"
    name, data = chance.choice(sources[kind])
    return kind, f"{number}-{name}", flip.damaged(data, [data for _, data in sources[kind]], chance)


def main():
    parser = argparse.ArgumentParser(prog="./dev soak media", description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--threads", type=int, default=2)
    asked = parser.parse_args()
    keep = ROOT / "build/soak-media"
    print(f"seed {asked.seed}", flush=True)
    start, counts, most, failures = time.monotonic(), collections.Counter(), 0.0, 0
    with tempfile.TemporaryDirectory(prefix="earshot-soak-", dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        (folder / "base").mkdir()
        (folder / "files").mkdir()
        sources, done = originals(folder / "base"), 0
        while done < asked.files and time.monotonic() - start < asked.seconds:
            files = []
            for number in range(done, min(done + BATCH, asked.files)):
                kind, name, data = one(number, asked.seed, sources)
                path = folder / "files" / name
                path.write_bytes(data)
                files.append((kind, path))
            endings, mebibytes = verdicts.run(files, folder, asked.threads)
            most = max(most, mebibytes)
            for _, path in files:
                ending = endings[str(path)]
                counts[ending["outcome"]] += 1
                if wrong := verdicts.complaint(ending):
                    failures += 1
                    keep.mkdir(parents=True, exist_ok=True)
                    path.rename(keep / f"{asked.seed}-{path.name}")
                    print(f"{asked.seed}-{path.name}: {wrong}", flush=True)
                else:
                    path.unlink()
            done += len(files)
            if done % 2000 == 0:
                print(f"[{time.monotonic() - start:.0f} s] {done}: {dict(counts)}, at most {most:.0f} MiB", flush=True)
    print(f"{done} files in {time.monotonic() - start:.0f} s, seed {asked.seed}: {dict(counts)}; at most {most:.0f} MiB a worker; {failures} failures"
          + (f", kept in {keep}" if failures else ""))
    if most > verdicts.MOST_MEBIBYTES:
        print(f"a worker took {most:.0f} MiB")
    return 1 if failures or most > verdicts.MOST_MEBIBYTES else 0


if __name__ == "__main__":
    sys.exit(main())
