"""./dev soak upgrade, and a part of ./dev soak delivery: 40 slow downloads across 3 upgrades under load. All byte-equal, no newcomer refused, none
waits longer than a second, every byte counted once."""
import re, subprocess

from support import step
from upgrade_drill import drill, end, publish, upgradable


def upgrades():
    with upgradable() as server:
        episode = publish(server, 300)
        load = subprocess.Popen(["wrk", "-t", "1", "-c", "64", "-d", "40s", server.base_url + "/shows/show/feed.xml"], stdout=subprocess.PIPE, text=True)
        serving = drill(server, episode, (40, 5, 5, 5), (True, False, True), 350_000, pause=5, longest_wait=1.0)
        load = load.communicate()[0]
        assert "Non-2xx" not in load, load
        # An idle connection that ends is a read error to wrk; a refused one would be a connect error.
        errors = re.search(r"connect (\d+)", load)
        assert errors is None or errors.group(1) == "0", load
        feeds = re.search(r"(\d+) requests in", load).group(1)
        step(f"beside them {feeds} feeds by wrk, no connection refused")
        end(server, serving)


if __name__ == "__main__":
    upgrades()
