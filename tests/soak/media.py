"""./dev soak media: damaged masters and covers without end through the sandboxed worker; each has to end with a rendition or a sentence, within its
limits. --files N --from M (first number) --seed S --seconds T (stop then, whatever is left) --processes P. The same seed and number make the same file
again. What fails is kept in build/soak-media."""
import argparse, collections, concurrent.futures, multiprocessing, os, pathlib, random, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/corpus"))
import base, flip, odd, test_corpus, verdicts

BATCH = 100
SLOW = {"36-megapixels-of-16-bits.png", "chapters-10000.flac"}  # take seconds, however they are damaged
KEEP = ROOT / "build/soak-media"


def originals(folder):
    """Short sounds: damage that matters hits heads and tables, and what is decoded after them costs most of the time."""
    sounds = base.make(folder, seconds=0.5)
    masters = list(sounds.items())
    bombs = odd.tag_bombs(sounds["44100-2.mp3"], sounds["s16-2.flac"], odd.png(10_000, 10_000, rows=2))
    for family in (odd.wavs(0.5), odd.aiffs(0.5), odd.aifcs(), odd.cafs(sounds["alac-2.caf"]), odd.w64s(), odd.mp4s(sounds["aac-2.m4a"]), bombs):
        masters += [(name, data) for name, data in family if 0 < len(data) < 1 << 20]
    covers = test_corpus.cover_pictures(folder)
    pictures = [(name, data) for name, data in odd.pictures(covers["plain.jpg"], covers["picture.png"]) if 0 < len(data) < 1 << 20]
    return {kind: [(name, data) for name, data in all_of_them if name not in SLOW] for kind, all_of_them in (("audio", masters), ("picture", pictures))}


def one(number, seed, sources):
    chance = random.Random(f"{seed}/{number}")
    kind = "picture" if chance.random() < 0.1 else "audio"
    name, data = chance.choice(sources[kind])
    return kind, f"{number}-{name}", flip.damaged(data, [data for _, data in sources[kind]], chance)


class Tally:
    """Of one batch, or of many added up."""
    def __init__(self):
        self.ways, self.slowest, self.largest, self.failures = collections.Counter(), (0.0, ""), (0.0, ""), []

    def add(self, other):
        self.ways += other.ways
        self.slowest, self.largest = max(self.slowest, other.slowest), max(self.largest, other.largest)
        self.failures += other.failures

    def take(self, path, ending):
        self.ways[verdicts.way_out(ending)] += 1
        self.slowest = max(self.slowest, (ending["seconds"], path.name))
        mebibytes = ending["peak_kibibytes"] / 1024
        if mebibytes > self.largest[0]:  # the first file after which that much had been in use
            self.largest = (mebibytes, path.name)
        return verdicts.complaint(ending) or (f"took {mebibytes:.0f} MiB" if mebibytes > verdicts.MOST_MEBIBYTES and self.largest[1] == path.name else None)

    def __str__(self):
        return (", ".join(f"{way} {count}" for way, count in sorted(self.ways.items())) + f"; slowest {self.slowest[0]:.1f} s ({self.slowest[1]})"
                f", largest {self.largest[0]:.0f} MiB ({self.largest[1]}); {len(self.failures)} failures")


def batch(numbers, seed, sources, folder):
    folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
    files, tally = [], Tally()
    for number in numbers:
        kind, name, data = one(number, seed, sources)
        path = folder / name
        path.write_bytes(data)
        files.append((kind, path))
    endings, _ = verdicts.run(files, folder, program="-")
    for _, path in files:
        if wrong := tally.take(path, endings[str(path)]):
            KEEP.mkdir(parents=True, exist_ok=True)
            (KEEP / f"{seed}-{path.name}").write_bytes(path.read_bytes())
            tally.failures.append(f"{seed}-{path.name}: {wrong}")
        path.unlink()
    (folder / "rendition").unlink(missing_ok=True)
    folder.rmdir()
    return tally


def run(asked, sources, folder):
    """(tally, number that comes next)"""
    start, total, running = time.monotonic(), Tally(), set()
    end, said = asked.first + asked.files, 0
    following = asked.first
    with concurrent.futures.ProcessPoolExecutor(asked.processes, multiprocessing.get_context("fork"), set_sources, (sources,)) as pool:
        while True:
            while following < end and len(running) < 2 * asked.processes and time.monotonic() - start < asked.seconds:
                numbers = range(following, min(following + BATCH, end))
                running.add(pool.submit(batch_of_sources, numbers, asked.seed, folder))
                following = numbers.stop
            if not running:
                return total, following
            done, running = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for tally in (future.result() for future in done):
                total.add(tally)
                for failure in tally.failures:
                    print(failure, flush=True)
            count, seconds = total.ways.total(), time.monotonic() - start
            if count // 2000 > said:
                said = count // 2000
                print(f"[{seconds:.0f} s, {count / seconds:.0f} a second] {total}", flush=True)


def set_sources(given):
    global sources_here
    sources_here = given


def batch_of_sources(numbers, seed, folder):
    return batch(numbers, seed, sources_here, folder)


def main():
    parser = argparse.ArgumentParser(prog="./dev soak media", description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--from", type=int, default=0, dest="first")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    asked = parser.parse_args()
    print(f"seed {asked.seed}", flush=True)
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="earshot-soak-", dir="/dev/shm") as name:
        folder = pathlib.Path(name)
        (folder / "base").mkdir()
        total, following = run(asked, originals(folder / "base"), folder)
    print(f"{total.ways.total()} files in {time.monotonic() - start:.0f} s: {total}"
          + (f", kept in {KEEP}" if total.failures else "") + f"\n--seed {asked.seed} --from {following} goes on from here")
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main())
