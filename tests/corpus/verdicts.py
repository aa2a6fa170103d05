"""Hands files to the sandboxed worker and judges what became of them: a rendition, or a sentence for a producer; nothing else, within the limits."""
import json, os, pathlib, re, subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARY = os.environ.get("EARSHOT_BINARY", str(ROOT / "build/release/earshot"))
RUNNER = os.environ.get("EARSHOT_CORPUS_RUNNER", str(pathlib.Path(BINARY).parent / "corpus_runner"))
MOST_MEBIBYTES = 512
# What a programmer would say, not somebody who helps.
MACHINE_WORDS = re.compile(r"(?i)libav|averror|ffmpeg|std::|exception|errno|signal|worker|invalid data|0x[0-9a-f]{4}|\bnull\b|cancelled")


def is_sentence(words):
    return len(words) >= 20 and words[0].isupper() and words[-1] == "." and "\n" not in words and not MACHINE_WORDS.search(words)


def complaint(ending):
    """What is wrong with how a file ended, or nothing."""
    if ending["outcome"] == "died":
        return f"died: {ending['words']}"
    if ending["outcome"] == "sentence" and not is_sentence(ending["words"]):
        return f"no sentence: {ending['words']}"
    return None


def way_out(ending):
    """How it ended, for counting: two of the sentences say that a limit was reached."""
    words = ending["words"]
    if ending["outcome"] == "died":
        return "over its deadline" if "in time" in words else "crash"
    if ending["outcome"] == "sentence" and "far too long to read" in words:
        return "sentence at the time limit"
    return "sentence at the memory limit" if ending["outcome"] == "sentence" and "more memory than" in words else ending["outcome"]


def run(files, scratch, threads=2, program=BINARY):
    """(kind, path) of each file → its ending by path, and the words about all of them. Raises when the parent itself came to harm.
    program="-": workers that are copies of their parent instead of programs of their own, three times as fast."""
    lines = "".join(f"{kind} {path}\n" for kind, path in files)
    done = subprocess.run([RUNNER, program, str(scratch), str(threads)], input=lines, capture_output=True, text=True)
    assert done.returncode == 0, f"the parent of the workers ended with {done.returncode}: {done.stderr[-2000:]}"
    *endings, summary = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(endings) == len(files), f"{len(files)} files, {len(endings)} endings"
    assert summary["childless"], "a worker was left behind"
    assert summary["descriptors_left"] == 0, f"{summary['descriptors_left']} descriptors were left open"
    mebibytes = summary["peak_kibibytes"] / 1024
    return {ending["file"]: ending for ending in endings}, mebibytes
