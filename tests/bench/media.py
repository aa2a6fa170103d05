"""One master to MP3 128k and AAC 128k: `earshot transcode` (measuring, levelling, checking every rendition) beside the ffmpeg command of a careful
producer (two-pass loudnorm, both outputs in one command). Prints ours / theirs."""
import pathlib, resource, tempfile, time

from support import BINARY, run, speech_master

SECONDS, ROUNDS = 300, 3
TARGET = "loudnorm=I=-16:TP=-1:LRA=11"


def timed(*commands):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    for command in commands:
        run(*command)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.monotonic() - start, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        master = speech_master(folder / "m.wav", SECONDS)
        walls, cpus = [], []
        for number in range(ROUNDS):
            out = folder / f"out{number}"
            out.mkdir()
            ours = timed([BINARY, "transcode", master, out])
            base = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-i", master]
            theirs = timed([*base, "-af", TARGET + ":print_format=json", "-f", "null", "-"],
                           [*base, "-af", TARGET, "-ar", 44100, "-c:a", "libmp3lame", "-b:a", "128k", folder / "a.mp3", "-af", TARGET, "-ar", 44100, "-c:a", "aac",
                            "-b:a", "128k", "-movflags", "+faststart", folder / "a.m4a"])
            walls.append(ours[0] / theirs[0])
            cpus.append(ours[1] / theirs[1])
        print(f"transcode, {SECONDS} s of 48 kHz/24-bit stereo: wall {sorted(walls)[ROUNDS // 2]:.2f}, CPU {sorted(cpus)[ROUNDS // 2]:.2f}   "
              f"(ours / two-pass loudnorm, median of {ROUNDS})")


main()
