"""A seeded script of requests, as listeners and machines make them over three days: whole downloads and broken ones, ranges of every pattern,
resumptions after hours, midnights, corrected tags, new edits, shared addresses, watches, bots. In time order, lines for `earshot count`."""
import json, random

from programs import APPS, BOTS, BROWSERS, CHROME, OPERA, PLAYERS, UNLISTED, WATCHES

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
FILES = {
    "plain": (7_200_000, 4_096, 960_000), "retagged": (7_245_904, 50_000, 960_000), "edited": (5_000_000, 4_096, 960_000),
    "art": (7_353_600, 153_600, 960_000), "big_art": (8_200_000, 1_048_576, 960_000), "slow": (7_200_000, 4_096, 480_000),
    "vbr": (6_000_000, 4_096, 1_234_567), "short": (484_096, 4_096, 480_000), "unmeasured": (1_204_096, 4_096, 0), "empty": (4_096, 4_096, 0),
}
# An episode's file, what it becomes when its tags are corrected, and what after a new edit.
EPISODES = {"e1": ("plain", "retagged", "edited"), "e2": ("slow", "slow", "plain"), "e3": ("vbr", "vbr", "short"), "e4": ("art", "plain", "big_art"),
            "e5": ("short", "short", "unmeasured"), "e6": ("big_art", "big_art", "vbr"), "e7": ("unmeasured", "unmeasured", "empty")}
REFERRERS = ["", "", "https://pod.example.org/shows/x", "https://www.bbc.co.uk/news", "https://podverse.fm/episode/1", "https://blog.example/"]


class Person:
    """Somebody at an address with a program: makes the requests of one sitting."""

    def __init__(self, random, emit):
        self.random, self.emit = random, emit
        pick = random.random()
        self.address = self.some_address(pick)
        self.agent = self.some_agent(random.random())
        self.referrer = random.choice(REFERRERS) if self.agent.startswith("Mozilla/5.0 (") else ""
        self.flags = {}
        if random.random() < 0.02:
            self.flags = {random.choice(["opted_out", "preview"]): True}

    def some_address(self, pick):
        r = self.random
        if pick < 0.3:  # behind one of few addresses: schools, offices, carriers
            return f"203.0.113.{r.randrange(40)}"
        if pick < 0.35:
            return f"::ffff:203.0.113.{r.randrange(40)}"
        if pick < 0.5:  # a home; its devices change their addresses
            return f"2001:db8:{r.randrange(200):x}:{r.randrange(4)}::"
        if pick < 0.52:
            return r.choice([f"54.72.{r.randrange(256)}.{r.randrange(256)}", f"2a01:4f8:{r.randrange(4096):x}::1", f"::ffff:54.72.1.{r.randrange(256)}"])
        return f"81.{r.randrange(2, 20)}.{r.randrange(256)}.{r.randrange(256)}"

    def some_agent(self, pick):
        r = self.random
        for share, agents in ((0.62, APPS), (0.72, PLAYERS), (0.80, BROWSERS), (0.82, [OPERA, CHROME]), (0.85, UNLISTED), (0.88, WATCHES)):
            if pick < share:
                return r.choice(agents)
        return r.choice(BOTS)

    def ask(self, time, episode, file, acked, status=206, range="", method="GET", first=True):
        size, audio_start, bytes_for_60s = FILES[file]
        address = f"{self.address}{self.random.randrange(1, 65535):x}" if self.address.startswith("2001:db8:") else self.address
        line = {"time": time, "address": address, "agent": self.agent, "referrer": self.referrer, "method": method, "status": status, "range": range,
                "acked": acked, "episode": episode, "file": {"size": size, "audio_start": audio_start, "bytes_for_60s": bytes_for_60s}} | self.flags
        if not first:
            line["first"] = False
        self.emit(time, line)

    # What a sitting can be. Each takes the time it begins and returns nothing.
    def sit(self, time):
        episode = self.random.choice(list(EPISODES))
        self.files = EPISODES[episode]
        habit = self.random.choices([self.whole, self.streamed, self.broken_off, self.ranges, self.same_range, self.probe_first, self.look_at_end, self.skipping,
                                     self.resumed, self.edited_meanwhile, self.oddities, self.around_midnight, self.several_at_once,
                                     self.edited_at_midnight],
                                    [8, 10, 6, 6, 2, 6, 3, 5, 6, 4, 8, 10, 3, 3])[0]
        habit(time, episode, self.files[0])

    def whole(self, time, episode, file):
        self.ask(time, episode, file, [[0, FILES[file][0]]], 200)
        if self.random.random() < 0.3:  # once more, later that day or the next
            self.ask(time + self.random.randrange(30 * HOUR), episode, file, [[0, FILES[file][0]]], 200)

    def streamed(self, time, episode, file, begin=0, until=1.0, range=""):
        """One response, reported while it runs."""
        end = int(FILES[file][0] * until)
        first, pace = True, self.random.choice([MINUTE, 5 * MINUTE, 15_000])
        while begin < end:
            step = self.random.randrange(50_000, 900_000)
            self.ask(time, episode, file, [[begin, min(begin + step, end)]], 206 if range else 200, range, first=first)
            begin, time, first = begin + step, time + self.random.randrange(1, pace), False

    def broken_off(self, time, episode, file):
        need = FILES[file][1] + FILES[file][2]
        end = self.random.choice([need, need - 1, need + 1, self.random.randrange(FILES[file][0] + 1), 0])
        self.ask(time, episode, file, [[0, end]] if end else [], 200)

    def ranges(self, time, episode, file):
        size, step = FILES[file][0], self.random.choice([65_536, 180_000, 500_000, 1_000_000])
        for begin in range(0, size, step):
            end = min(begin + step, size)
            self.ask(time, episode, file, [[begin, end]], 206, f"bytes={begin}-{end - 1}")
            time += self.random.randrange(1, 20_000)
            if self.random.random() < 0.05:
                break

    def same_range(self, time, episode, file):
        begin = self.random.randrange(0, FILES[file][0], 65_536)
        end = min(begin + 65_536, FILES[file][0])
        for _ in range(self.random.randrange(2, 25)):
            self.ask(time, episode, file, [[begin, end]], 206, f"bytes={begin}-{end - 1}")
            time += self.random.randrange(1, MINUTE)

    def probe_first(self, time, episode, file):
        size = FILES[file][0]
        self.ask(time, episode, file, [[0, 2]], 206, self.random.choice(["bytes=0-1", "Bytes=0-1", "bytes=0-0", "bytes=-2", f"bytes={size - 1}-", "bytes=0-0, 5-5"]))
        if self.random.random() < 0.8:
            self.ask(time + 300, episode, file, [[0, self.random.choice([size, size // 2, 300_000])]], 206, f"bytes=0-{size - 1}")

    def look_at_end(self, time, episode, file):
        size = FILES[file][0]
        self.ask(time, episode, file, [[size - 65_536, size + self.random.choice([0, 0, 1000])]], 206, f"bytes={size - 65_536}-")

    def skipping(self, time, episode, file):
        size = FILES[file][0]
        for _ in range(self.random.randrange(1, 12)):
            begin = self.random.randrange(size)
            end = min(size, begin + self.random.randrange(1, 400_000))
            pieces = [[begin, end]]
            asked = f"bytes={begin}-"
            if self.random.random() < 0.1:  # two ranges in one answer
                other = self.random.randrange(size)
                pieces.append([other, min(size, other + 100_000)])
                asked += f",{other}-{other + 99_999}"
            self.ask(time, episode, file, pieces, 206, asked)
            time += self.random.randrange(1, 10 * MINUTE)

    def resumed(self, time, episode, file):
        size = FILES[file][0]
        at = self.random.randrange(1, size)
        self.ask(time, episode, file, [[0, at]], 200)
        time += self.random.randrange(10 * MINUTE, 20 * HOUR)
        if self.random.random() < 0.4:
            file, shift = self.files[1], FILES[self.files[1]][1] - FILES[file][1]
            at, size = max(0, at + shift), FILES[file][0]
        self.ask(time, episode, file, [[min(at, size), size]], 206, f"bytes={at}-")

    def edited_meanwhile(self, time, episode, file):
        self.broken_off(time, episode, file)
        self.broken_off(time + self.random.randrange(HOUR), episode, self.files[2])
        self.broken_off(time + self.random.randrange(HOUR, 2 * HOUR), episode, self.files[self.random.randrange(3)])

    def oddities(self, time, episode, file):
        size = FILES[file][0]
        what = self.random.randrange(8)
        if what == 0:
            self.ask(time, episode, file, [], 200, method="HEAD")
        elif what == 1:
            self.ask(time, episode, file, [], self.random.choice([301, 304, 404, 416, 500, 410, 451]), "bytes=99999999-")
        elif what == 2:
            self.ask(time, episode, file, [], 405, method="POST")
        elif what == 3:  # a malformed or foreign range is no range
            self.ask(time, episode, file, [[0, size]], 200, self.random.choice(["bytes=1-0", "items=0-1", "bytes=a-b", "bytes=", "bytes=0-1"]))
        elif what == 4:
            self.ask(time, episode, file, [[0, 3]], 206, "bytes=0-2")
        elif what == 5:  # tags only, over and over
            for again in range(10):
                self.ask(time + again, episode, file, [[0, FILES[file][1]]], 206, f"bytes=0-{max(2, FILES[file][1] - 1)}")
        elif what == 6:
            self.ask(time, episode, file, [], 200)
        else:
            self.ask(time, episode, file, [[0, size], [0, size], [5, 4 + size]], 200)

    def around_midnight(self, time, episode, file):
        midnight = (time // DAY + 1) * DAY
        size = FILES[file][0]
        before = midnight - self.random.choice([self.random.randrange(1, 30 * MINUTE), 30 * MINUTE, 30 * MINUTE + 1, self.random.randrange(2 * HOUR), 1])
        after = midnight + self.random.choice([0, self.random.randrange(10 * MINUTE), 10 * MINUTE, 10 * MINUTE + 1, self.random.randrange(HOUR)])
        at = self.random.choice([size // 2, self.random.randrange(1, size), size, 500_000])
        at = min(at, size)
        self.ask(before, episode, file, [[0, at]], 200)
        going_on = self.random.random()
        if going_on < 0.4:
            self.ask(after, episode, file, [[at, size]], 206, f"bytes={at}-")
        elif going_on < 0.6:
            self.ask(after, episode, file, [[at, size]], 200, first=False)
        elif going_on < 0.8:
            back = max(0, at - self.random.randrange(2_000_000))
            self.ask(after, episode, file, [[back, size]], 206, f"bytes={back}-")
        else:
            self.ask(after, episode, self.random.choice(self.files), [[0, FILES[file][0]]], 200)
        if self.random.random() < 0.3:
            self.whole(after + self.random.randrange(MINUTE, 3 * HOUR), episode, file)

    def edited_at_midnight(self, time, episode, file):
        """A part of one version and a part of another in the evening, the rest of either after it."""
        midnight = (time // DAY + 1) * DAY
        for version in (file, self.files[2]):
            size = FILES[version][0]
            self.ask(midnight - self.random.randrange(1, 20 * MINUTE), episode, version, [[0, self.random.choice([size, size // 20, size // 10])]], 200)
        for version in (self.files[2], file):
            size = FILES[version][0]
            self.ask(midnight + self.random.randrange(9 * MINUTE), episode, version, [[size // 20, self.random.choice([size, size // 5])]], 206, f"bytes={size // 20}-")

    def several_at_once(self, time, episode, file):
        size = FILES[file][0]
        for connection in range(self.random.randrange(2, 5)):
            begin = size * connection // 5
            self.streamed(time + self.random.randrange(2_000), episode, file, begin, min(1.0, (connection + 1) / 5), f"bytes={begin}-")


def flood(chance, emit):
    """One machine that calls itself by very many names."""
    person = Person(chance, emit)
    person.address, person.flags, person.referrer = f"198.51.100.{chance.randrange(9)}", {}, ""
    time = chance.randrange(3 * DAY)
    for name in range(chance.randrange(400, 1200)):
        person.agent = f"Podcasts/{name} CFNetwork/1333.0.4 Darwin/21.5.0"
        chance.choice([person.whole, person.streamed])(time + chance.randrange(3 * HOUR), "e1", "plain")


def rfc3339(milliseconds):
    days, rest = divmod(milliseconds, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, MINUTE)
    return f"2026-11-{23 + days:02}T{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}Z"


def script(requests, seed):
    """At least so many requests, as lines; a request that is reported in fragments has several."""
    chance = random.Random(seed)
    lines = []

    begun = 0

    def emit(time, line):
        nonlocal begun
        begun += line.get("first", True)
        lines.append((time, len(lines), line))

    while begun < requests:
        if chance.random() < 0.0001 or not lines:
            flood(chance, emit)
        person = Person(chance, emit)
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            person.sit(chance.randrange(3 * DAY))
    lines.sort(key=lambda entry: entry[:2])
    for time, _, line in lines:
        line["time"] = rfc3339(time)
        yield json.dumps(line, separators=(",", ":"))
