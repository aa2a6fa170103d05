"""Sound in every format, sample format and channel layout that is accepted, made by ffmpeg in one go: the same bytes each time."""
import subprocess

WAV = ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw"]
AIFF = ["pcm_s8", "pcm_s16be", "pcm_s24be", "pcm_s32be", "pcm_f32be", "pcm_f64be", "pcm_s16le", "pcm_alaw", "pcm_mulaw"]
SAME_BYTES = ["-fflags", "+bitexact", "-flags:a", "+bitexact"]  # no random serial numbers
W64 = ["pcm_u8", "pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_f64le", "pcm_alaw", "pcm_mulaw"]
CAF = ["pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be",
       "pcm_alaw", "pcm_mulaw", "alac", "libopus", "libmp3lame"]  # what ffmpeg makes of FLAC in CAF it cannot read itself
MOV = ["pcm_s8", "pcm_s16le", "pcm_s16be", "pcm_s24le", "pcm_s24be", "pcm_s32le", "pcm_s32be", "pcm_f32le", "pcm_f32be", "pcm_f64le", "pcm_f64be",
       "pcm_alaw", "pcm_mulaw", "aac", "alac", "libmp3lame"]
LAYOUTS = (1, 2, 6, 8)
RARE_LAYOUTS = (3, 4, 5, 7)
BRIEF = ["-t", "0.5"]  # where it is the form of the file that counts


def wanted():
    """(name, ffmpeg's words for it)"""
    def each(container, codecs, channels, *more):
        for codec in codecs:
            for count in channels:
                yield f"{codec}-{count}.{container}", ["-c:a", codec, "-ac", count, *more]

    yield from each("wav", WAV, LAYOUTS)
    yield from each("aiff", AIFF, (1, 2, 6))
    yield from each("w64", W64, (1, 2))
    yield from each("w64", ["pcm_s16le", "pcm_s24le", "pcm_f32le"], (6, 8), *BRIEF)
    yield from each("caf", CAF, (1, 2))
    yield from each("caf", ["pcm_s16be", "pcm_f32le", "alac"], (6, 8), *BRIEF)
    yield from each("mov", MOV, (1, 2))
    yield from each("mov", ["pcm_s16be", "pcm_s24le", "pcm_s16le", "pcm_f32le", "aac"], (6,), *BRIEF)
    for container, codecs in (("wav", ["pcm_s16le", "pcm_f32le"]), ("aiff", ["pcm_s16be"]), ("w64", ["pcm_s24le"]), ("caf", ["pcm_s16be"]), ("mov", ["pcm_s16be"]),
                              ("m4a", ["aac", "alac"]), ("ogg", ["libvorbis", "flac"]), ("flac", ["flac"]), ("aac", ["aac"])):
        yield from each(container, codecs, RARE_LAYOUTS, *BRIEF)
    yield from each("ogg", ["libopus"], (5, 7, 8), *BRIEF)
    yield from each("m4a", ["aac", "alac"], (8,), *BRIEF)
    yield from each("m4a", ["aac", "alac"], (1, 2, 6))
    yield from each("ogg", ["libvorbis", "libopus", "flac"], (1, 2, 6))
    yield from each("mp4", ["aac"], (2,), "-movflags", "+faststart+frag_keyframe+empty_moov")
    yield from each("aac", ["aac"], (1, 2, 6))
    for count in LAYOUTS:
        yield f"s16-{count}.flac", ["-c:a", "flac", "-sample_fmt", "s16", "-ac", count]
        yield f"s24-{count}.flac", ["-c:a", "flac", "-sample_fmt", "s32", "-ac", count]
    for count in (1, 2):
        for rate in (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000):
            yield f"{rate}-{count}.mp3", ["-c:a", "libmp3lame", "-ar", rate, "-ac", count]
        yield f"vbr-{count}.mp3", ["-c:a", "libmp3lame", "-q:a", 4, "-ac", count]
        yield f"mp2-{count}.mp3", ["-c:a", "mp2", "-f", "mp2", "-ac", count]
        yield f"rf64-{count}.wav", ["-c:a", "pcm_s24le", "-rf64", "always", "-ac", count]
    for rate in (8000, 96000, 192000):
        yield f"rate-{rate}.wav", ["-c:a", "pcm_s24le", "-ar", rate]


def chaptered(folder, source):
    """10,000 chapters and 2,000 tags, as ffmpeg writes them."""
    lines = [";FFMETADATA1", *(f"tag{i}=Words {i}" for i in range(2000))]
    for i in range(10_000):
        lines += ["[CHAPTER]", "TIMEBASE=1/10000", f"START={i}", f"END={i + 1}", f"title=Chapter {i}"]
    words = folder / "chapters.txt"
    words.write_text("\n".join(lines))
    command, names = ["ffmpeg", "-loglevel", "fatal", "-nostdin", "-y", "-f", "lavfi", "-i", source, "-i", str(words)], []
    for codec, container in (("aac", "m4a"), ("libvorbis", "ogg"), ("flac", "flac"), ("libmp3lame", "mp3"), ("pcm_s16le", "mov")):
        names.append(f"chapters-by-ffmpeg.{container}")
        command += ["-map", "0:a", "-map_metadata", "1", "-map_chapters", "1", *SAME_BYTES, "-c:a", codec, str(folder / names[-1])]
    subprocess.run(command, check=True)
    return names


def make(folder, only=None, seconds=1.3):
    """Name → bytes."""
    source = f"aevalsrc=0.3*sin(2*PI*220*t)*sin(7*t)|0.2*sin(2*PI*331*t):s=48000:d={seconds}"
    words, names = ["ffmpeg", "-loglevel", "fatal", "-nostdin", "-y", "-f", "lavfi", "-i", source], []
    for name, options in wanted():
        if only is None or name in only:
            words += ["-map", "0:a", *SAME_BYTES, *map(str, options), str(folder / name)]
            names.append(name)
    subprocess.run(words, check=True)
    if only is None:
        names += chaptered(folder, source)
    return {name: (folder / name).read_bytes() for name in names}
