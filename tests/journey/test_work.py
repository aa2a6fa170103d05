"""Workers apart from the server: it only serves, `earshot work` beside it takes the jobs, hands them back and goes on with them."""
import signal, subprocess

from support import BINARY, Refused, earshot, same, speech_master, step, until


def work(server, *words):
    with open(server.folder / "work.log", "ab") as log:
        return subprocess.Popen([BINARY, "work", "--config", server.config, *words], stdout=log, stderr=log)


def main():
    with earshot("[publishing]\nworkers = 0\nqueue_per_producer = 2\n") as server:
        server.api("POST", "/shows", {"slug": "s", "title": "S", "description": "d"})
        master = speech_master(server.folder / "master.wav", 120)
        episodes = [server.api("POST", "/shows/s/episodes", {"title": title})["id"] for title in ("One", "Two", "Three")]
        upload = server.curl_upload(master)
        jobs = [server.api("PUT", f"/episodes/{episode}/master", {"upload": upload})["id"] for episode in episodes[:2]]
        try:
            server.api("PUT", f"/episodes/{episodes[2]}/master", {"upload": upload})
            raise AssertionError("a third master was taken")
        except Refused as refused:
            same("a third master", refused.status, 429)
        same("priority", server.api("PUT", f"/jobs/{jobs[1]}/priority", {"priority": "high"})["priority"], "high")
        same("the server's own workers", server.workers(), [])
        step("a server without workers keeps two masters waiting and refuses a third")

        worker = work(server)

        def job(number):
            return server.api("GET", f"/jobs/{jobs[number]}")

        seen = until("the preferred job to run", lambda: (now := job(1))["state"] == "running" and now["speed"] and now, 60, 0.05)
        assert seen["speed"] > 1 and seen["seconds_left"] is not None and seen["audio_seconds"] == 120, seen
        same("the other one", job(0)["state"], "queued")
        step(f"earshot work took the preferred one: {seen['speed']} times real time, {seen['seconds_left']} s left")
        worker.send_signal(signal.SIGTERM)
        same("exit status of earshot work", worker.wait(30), 0)
        same("its job", job(1)["state"], "queued")
        second = work(server, "--workers", "2")
        for number in (0, 1):
            same("job", server.finished(jobs[number])["state"], "succeeded")
        ended = server.api("GET", f"/episodes/{episodes[0]}")
        same("renditions", len(ended["renditions"]), 3)
        server.api("POST", f"/episodes/{episodes[0]}/publish", {})
        until("the feed to have it", lambda: b"<enclosure" in server.get("/shows/s/feed.xml")[2])
        second.send_signal(signal.SIGTERM)
        same("exit status of earshot work", second.wait(30), 0)
        step("another one went on with it; what it made is published")


if __name__ == "__main__":
    main()
