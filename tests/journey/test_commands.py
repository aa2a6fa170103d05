"""Commands as people type them, and what is left when they come to nothing: publish (refused at each stage, interrupted, then repeated), transcode interrupted, audit,
and what serve says of settings that name what is not there, and of being told to read its files again."""
import contextlib, os, pathlib, signal, sqlite3, subprocess

from support import BINARY, cover, earshot, run, same, speech_master, step, until

SECONDS = 20
GOOD = {"chapters.txt": "0:00 A\n0:09 B\n", "transcript.vtt": "WEBVTT\n\n00:01.000 --> 00:04.000\nGood evening.\n"}
LATE = {"chapters.txt": "0:00 A\n9:00 B\n", "transcript.vtt": "WEBVTT\n\n09:01.000 --> 09:04.000\nToo late.\n"}


def publish_words(server, master, **files):
    words = [BINARY, "publish", master, "--server", server.base_url, "--show", "night-watch", "--title", "Good Evening"]
    for option, file in files.items():
        words += [f"--{option}", file]
    return [str(word) for word in words]


def open_files(pid):
    return list(pathlib.Path(f"/proc/{pid}/fd").iterdir())


def with_token(server, role):
    return os.environ | {"EARSHOT_TOKEN": server.tokens[role]}


def drafts(server):
    return [episode["slug"] for episode in server.api("GET", "/shows/night-watch/episodes")["episodes"] if episode["state"] == "draft"]


def nothing_left(server):
    same("drafts that are left", drafts(server), [])
    with contextlib.closing(sqlite3.connect(f"file:{server.data}/catalogue.db?mode=ro", uri=True)) as database:
        same("uploads that are left", database.execute("SELECT count(*) FROM uploads").fetchone(), (0,))


def refused(server, master, sentence, **files):
    done = subprocess.run(publish_words(server, master, **files), env=with_token(server, "producer"), capture_output=True, text=True)
    last = (done.stderr.splitlines() or [""])[-1]
    assert done.returncode == 1 and sentence in last, (done.returncode, done.stderr)
    nothing_left(server)


def interrupted(server, master, stage, sign):
    """Ctrl-C once the progress bar says so, or SIGTERM."""
    process = subprocess.Popen(publish_words(server, master), env=with_token(server, "producer"), stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        if line.startswith(stage):
            break
    same("drafts meanwhile", len(drafts(server)), 1)
    process.send_signal(sign)
    _, rest = process.communicate(timeout=60)
    same("how it ended", (process.returncode, rest.splitlines()[-1]), (-sign, "Interrupted."))
    nothing_left(server)


def check_publish(server):
    folder = server.folder
    for name, text in (GOOD | {f"late-{name}": text for name, text in LATE.items()} | {"words.wav": "no audio"}).items():
        (folder / name).write_text(text)
    master, good = speech_master(folder / "master.wav", SECONDS), {"chapters": folder / "chapters.txt", "transcript": folder / "transcript.vtt"}
    refused(server, folder / "words.wav", "", **good)
    refused(server, master, "hapter", **good | {"chapters": folder / "late-chapters.txt"})
    refused(server, master, "does not fit the audio", **good | {"transcript": folder / "late-transcript.vtt"})
    step("no audio, chapters and a transcript that do not fit: refused, and neither draft nor upload is left")
    interrupted(server, speech_master(folder / "long.wav", 300), "uploading", signal.SIGINT)
    interrupted(server, folder / "long.wav", "transcoding", signal.SIGTERM)
    step("interrupted while uploading and while transcoding: neither draft nor upload is left")
    done = run(*publish_words(server, master, **good), env=with_token(server, "producer"))
    assert f"{server.base_url}/shows/night-watch/good-evening\n" in done.stdout, done.stdout
    step("the same command repeated publishes at the address it should have")


def check_transcode(server):
    master, made = server.folder / "long.wav", server.folder / "made"
    for stays in (False, True):
        if stays:
            made.mkdir()
        process = subprocess.Popen([str(word) for word in (BINARY, "transcode", master, made)], stderr=subprocess.PIPE, text=True)
        until("the files to be open", lambda: any(str(made) in os.readlink(file) for file in open_files(process.pid)), 30)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        same("how it ended", (process.returncode, said), (-signal.SIGINT, "Interrupted.\n"))
        same("the folder is left", made.exists() and not list(made.iterdir()), stays)
    step("transcode, interrupted, takes back the folder it made and leaves one that was there")


def check_audit(server):
    words = [BINARY, "audit", "--server", server.base_url]
    done = subprocess.run(words, env={key: value for key, value in os.environ.items() if key != "EARSHOT_TOKEN"}, capture_output=True, text=True)
    same("without a token", done.returncode, 2)
    assert "--token-file F, or EARSHOT_TOKEN" in done.stderr, done.stderr
    run(*words, env=with_token(server, "analyst"))
    step("audit says where it looks for a token, and works with one")


def check_reading_again(server):
    server.process.send_signal(signal.SIGHUP)
    until("the lists to be read again", lambda: server.events("counting lists read again"), 20)
    same("of a certificate that is none", server.events("certificate") + server.events("certificate read again"), [])
    step("told to read again, it says what it has read")


def main():
    with earshot('[transcribe]\ncommand = ["/nope"]\n') as server:
        problem = server.events("settings")[0]["problem"]
        assert problem.startswith(f"{server.config}:") and problem.endswith("transcribe.command: /nope cannot be run: No such file or directory."), problem
        server.api("POST", "/shows", {"slug": "night-watch", "title": "Night Watch", "description": "A test.", "language": "en", "author": "The testers",
                                      "category": "Technology"})
        server.api("PUT", "/shows/night-watch/artwork?alt=A%20lamp", cover(server.folder / "cover.png").read_bytes(), content_type="image/png")
        check_publish(server)
        check_transcode(server)
        check_audit(server)
        check_reading_again(server)


main()
