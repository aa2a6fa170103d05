"""A machine whose kernel lost a layer of the sandbox: told to go on without it, the server does and says so wherever its operators look; not told
so, it lets recordings wait until the machine is right again."""
import json, tempfile

from support import BINARY, Earshot, earshot, run, same, speech_master, step, until
from without_landlock import without_landlock


def hand_in(server, seconds=5):
    server.api("POST", "/shows", {"slug": "s", "title": "S", "description": "d"})
    episode = server.api("POST", "/shows/s/episodes", {"title": "One"})["id"]
    master = speech_master(server.folder / "master.wav", seconds)
    return server.api("PUT", f"/episodes/{episode}/master", {"upload": server.curl_upload(master)})["id"]


def checks(server):
    return json.loads(server.get("/readyz")[2])["checks"]


def goes_on_and_says_so(folder):
    server = Earshot(folder, '[publishing]\nsandbox = "degraded"\n')
    try:
        server.start(preexec_fn=without_landlock)
        same("readiness", checks(server)["sandbox"], "warning")
        problem = server.events("sandbox")[0]["problem"]
        assert "degraded" in problem and "landlock" in problem, problem
        same("job", server.finished(hand_in(server))["state"], "succeeded")
        report = json.loads(run(BINARY, "transcode", "--config", server.config, server.folder / "master.wav", server.folder / "out",
                                preexec_fn=without_landlock).stdout)
        same("warnings of transcode", report["warnings"], [problem])
        step("told to go on without landlock, it does, and says so in readiness, log and report")
    finally:
        server.cleanup()


def waits():
    with earshot("[publishing]\nworkers = 0\n") as server:
        job = hand_in(server)
        server.stop()
        server.config.write_text(server.config.read_text().replace("workers = 0", "workers = 1"))
        server.start(preexec_fn=without_landlock)
        same("readiness", checks(server)["sandbox"], "warning")
        until("the log to say why", lambda: [event for event in server.events("job") if "landlock" in event["what"]], 10)
        state = server.api("GET", f"/jobs/{job}")
        same("its state and tries", (state["state"], state["attempts"]), ("queued", 0))
        server.stop()
        server.start()
        same("job", server.finished(job)["state"], "succeeded")
        same("readiness", checks(server)["sandbox"], "ok")
        step("without a layer it needs, it takes no jobs and loses none; when the layer is back, it goes on")


def main():
    with tempfile.TemporaryDirectory(prefix="earshot-journey-") as folder:
        goes_on_and_says_so(folder)
    waits()


if __name__ == "__main__":
    main()
