#!/usr/bin/env python3
"""Makes the demo show's masters, transcripts, chapters and cover from the scripts in config/demo, with espeak-ng, sox, ffmpeg and rsvg-convert.

usage: demo_masters.py OUTDIR
Each script becomes OUTDIR/<name>.wav (48 kHz, 24-bit, stereo, about -26 LUFS, with BWF and LIST metadata), .vtt and .chapters.txt whose times are
those of the recording. What exists already is kept.
"""
import pathlib, re, subprocess, sys, tempfile, tomllib

DEMO = pathlib.Path(__file__).resolve().parent.parent / "config" / "demo"
VOICES = {  # speaker's letter → name in the transcript, espeak-ng voice and manner, position in the stereo image
    "P": ("Presenter", ["-v", "en-gb", "-s", "152", "-p", "38", "-g", "3"], (0.82, 0.58)),
    "R": ("Reader", ["-v", "en-gb+f3", "-s", "146", "-p", "46", "-g", "3"], (0.58, 0.82)),
}
SPELLINGS = [  # how it is written where it is read, and spoken where it is heard
    ("gov dot U K slash act", "gov.uk/ACT"), ("oh eight hundred, seven eight nine, three two one", "0800 789321"),
    ("Oh eight hundred, seven eight nine, three two one", "0800 789321"), ("nine nine nine", "999"),
    ("Thirty nine in a hundred", "39 in a hundred"), ("Twenty nine in a hundred", "29 in a hundred"),
    ("twenty six in a hundred", "26 in a hundred"),
]
RATE = 48000


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr.strip()[-400:]}")
    return done


def written(text):
    for spoken, print_form in SPELLINGS:
        text = text.replace(spoken, print_form)
    return text[0].upper() + text[1:]


def seconds(file):
    return float(run("soxi", "-D", file).stdout)


def sound(name, file):
    """A short sound for a line in brackets."""
    if "music" in name:
        run("sox", "-n", "-r", RATE, "-c", 2, "-b", 24, file, "synth", 5, "pluck", "A2", "synth", 5, "pluck", "mix", "E3", "synth", 5, "pluck", "mix",
            "C4", "fade", "t", 0.01, 5, 2.5, "gain", -n_gain(name), "reverb", 60)
    elif "telephone" in name:
        run("sox", "-n", "-r", RATE, "-c", 2, "-b", 24, file, "synth", 0.8, "sine", 440, "synth", 0.8, "sine", "mix", 480, "gain", -26, "tremolo", 18, 70,
            "fade", 0.01, 0.8, 0.05, "pad", 0, 0.5, "repeat", 1)
    else:
        run("sox", "-n", "-r", RATE, "-c", 2, "-b", 24, file, "synth", 0.03, "noise", "bandpass", 2200, 600, "gain", -14, "fade", 0, 0.03, 0.02, "pad", 0.3,
            0.67, "repeat", 3)


def n_gain(name):
    return 20 if "softly" in name or "fades" in name else 14


def speak(letter, text, file, scratch):
    _, manner, (left, right) = VOICES[letter]
    raw = scratch / "raw.wav"
    run("espeak-ng", *manner, "-w", raw, text)
    run("sox", raw, "-r", RATE, "-b", 24, file, "gain", -7, "highpass", 70, "remix", f"1v{left}", f"1v{right}", "pad", 0.05, 0.42)


def clock(time):
    return f"{int(time // 3600):02d}:{int(time // 60 % 60):02d}:{time % 60:06.3f}"


def parse(script):
    for line in script.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("== "):
            yield "chapter", line[3:]
        elif line == "…":
            yield "pause", ""
        elif line.startswith("["):
            yield "sound", line.strip("[]")
        else:
            yield line[0], line[2:].strip()


def cues_of(text, start, end):
    """One turn as cues of at most two sentences, timed by their share of the letters."""
    sentences = re.findall(r"[^.?!]+[.?!]*\s*", text)
    pieces = ["".join(sentences[i:i + 2]).strip() for i in range(0, len(sentences), 2)]
    total, at = sum(map(len, pieces)), start
    for piece in pieces:
        until = at + (end - start) * len(piece) / total
        yield at, until, piece
        at = until


def make_episode(script, title, out):
    wav = out / (script.stem + ".wav")
    if wav.exists():
        return
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        parts, cues, chapters, at = [], [], [], 0.0
        for number, (kind, text) in enumerate(parse(script)):
            if kind == "chapter":
                chapters.append((at, text))
                continue
            part = scratch / f"{number:04d}.wav"
            if kind == "pause":
                run("sox", "-n", "-r", RATE, "-c", 2, "-b", 24, part, "trim", 0, 1.2)
            elif kind == "sound":
                sound(text, part)
                cues.append((at, at + seconds(part), "", f"[{text}]"))
            else:
                speak(kind, text, part, scratch)
                for start, end, piece in cues_of(text, at, at + seconds(part) - 0.4):
                    cues.append((start, end, VOICES[kind][0], written(piece)))
            parts.append(part)
            at += seconds(part)
        speech = scratch / "speech.wav"
        run("sox", *parts, speech)
        bed = scratch / "bed.wav"  # a low, slow music bed and the noise of a room
        run("sox", "-n", "-r", RATE, "-c", 2, "-b", 24, bed, "synth", at, "sine", 55, "synth", at, "sine", "mix", 82.4, "synth", at, "sine", "mix", 110.3,
            "tremolo", 0.11, 60, "gain", -34)
        room = scratch / "room.wav"
        run("sox", "-n", "-r", RATE, "-c", 2, "-b", 24, room, "synth", at, "pinknoise", "gain", -58)
        mixed = scratch / "mixed.wav"
        run("sox", "-m", "-v", 1, speech, "-v", 1, bed, "-v", 1, room, "-b", 32, mixed)
        level = run("ffmpeg", "-hide_banner", "-nostats", "-i", mixed, "-af", "ebur128", "-f", "null", "-").stderr
        loudness = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", level)[-1])
        finished = wav.with_suffix(".part.wav")
        run("ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-i", mixed, "-af", f"volume={-26.0 - loudness:.2f}dB", "-c:a", "pcm_s24le",
            "-write_bext", 1, "-metadata", f"description={title}", "-metadata", "originator=Earshot demo studio", "-metadata",
            "coding_history=A=PCM,F=48000,W=24,M=stereo,T=espeak-ng", "-metadata", f"title={title}", "-metadata", "artist=Synthetic voices",
            "-metadata", "comment=Made by scripts/demo_masters.py", finished)
    chapters_text = "".join(f"{clock(max(0.0, start))[:8]} {name}\n" for start, name in chapters)
    (out / (script.stem + ".chapters.txt")).write_text(chapters_text, encoding="utf-8")
    vtt = ["WEBVTT", ""]
    for start, end, speaker, text in cues:
        vtt += [f"{clock(start)} --> {clock(end)}", f"<v {speaker}>{text}" if speaker else text, ""]
    (out / (script.stem + ".vtt")).write_text("\n".join(vtt), encoding="utf-8")
    finished.rename(wav)


def main():
    out = pathlib.Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    show = tomllib.loads((DEMO / "show.toml").read_text(encoding="utf-8"))
    cover = out / "cover.png"
    if not cover.exists():
        run("rsvg-convert", "-w", 3000, "-h", 3000, "-b", "#060b1c", "-o", out / "cover.part.png", DEMO / show["artwork"])
        # without an alpha channel: covers are plain RGB
        run("ffmpeg", "-loglevel", "error", "-y", "-i", out / "cover.part.png", "-pix_fmt", "rgb24", cover)
        (out / "cover.part.png").unlink()
    for episode in show["episodes"]:
        print(f"  {episode['title']}", file=sys.stderr)
        make_episode(DEMO / episode["script"], episode["title"], out)


main()
