#!/usr/bin/env python3
"""Counts the deliveries of `earshot count` a second time, written from the rules in docs/measurement.md and from nothing else: slow, short, and
with its own idea of who is a machine (programs.py). Deliveries as JSON lines on stdin, the same JSON as `earshot count` prints on stdout."""
import collections, datetime, ipaddress, json, re, sys

from programs import DATA_CENTRES, NOBODY, OPERA


def asked_for(header, size):
    """How many bytes a Range field asks for; None when it is malformed or absent."""
    if not re.fullmatch(r"bytes=.+", header.strip(), re.I):
        return None
    total = 0
    for member in header.strip()[6:].split(","):
        found = re.fullmatch(r"(\d*)-(\d*)", member.strip())
        if not found or found.groups() == ("", ""):
            return None
        first, last = found.groups()
        if first == "":
            total += min(int(last), size)
        elif last == "":
            total += max(0, size - int(first))
        elif int(last) < int(first):
            return None
        else:
            total += int(last) - int(first) + 1
    return total


def union(pieces):
    result = []
    for begin, end in sorted(pieces):
        if result and begin <= result[-1][1]:
            result[-1][1] = max(result[-1][1], end)
        else:
            result.append([begin, end])
    return result


def length(pieces):
    return sum(end - begin for begin, end in pieces)


def common(some, others):
    return sum(max(0, min(a[1], b[1]) - max(a[0], b[0])) for a in some for b in others)


def network(text):
    address = ipaddress.ip_address(text)
    if address.version == 6 and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address) if address.version == 4 else address.packed[:8]


def reason_by_request(d):
    """The reason that the request alone gives, or None."""
    if d.get("opted_out"):
        return "opted_out"
    if d.get("preview"):
        return "preview"
    if d["method"] == "HEAD":
        return "head"
    if d["status"] in (410, 451):
        return "withdrawn"
    if d["method"] != "GET" or d["status"] not in (200, 206):
        return "error"
    if d["status"] == 206 and asked_for(d["range"], d["file"]["size"]) in (1, 2):
        return "probe"
    machine = d["agent"] in NOBODY or network_is_data_centre(d["address"])
    unasked = d["agent"] == OPERA and not d["referrer"] or ("//podverse.fm/" in d["referrer"] and d["agent"].startswith("Mozilla/5.0 ("))
    return "bot" if machine or unasked else None


def network_is_data_centre(address):
    return address.removeprefix("::ffff:").startswith(DATA_CENTRES)


class Listen:
    """One listener, one episode, one UTC day."""

    def __init__(self):
        self.counted = False
        self.evening = False   # active in the day's last half hour
        self.uncounted = None  # the reason of the last request that did not count
        self.versions = {}     # (bytes of audio, of them 60 s) → Version


class Version:
    def __init__(self, before=(), counted_before=False):
        self.today, self.before, self.counted_before = [], list(before), counted_before

    def complete(self, enough):
        if self.counted_before:  # only what it had already, fetched anew
            return common(self.today, self.before) >= enough
        return length(union(self.today + self.before)) >= enough


def go_on(yesterday):
    """A listen that goes on after midnight."""
    listen = Listen()
    listen.uncounted = yesterday.uncounted
    for version, had in yesterday.versions.items():
        everything = union(had.today + had.before)
        counted = had.counted_before or (yesterday.counted and length(everything) >= version[1])
        flood = not yesterday.counted and length(everything) >= version[1]
        if counted or not (yesterday.counted or flood):
            listen.versions[version] = Version(everything, counted)
    return listen


class Oracle:
    def __init__(self):
        self.downloads = collections.defaultdict(collections.Counter)
        self.tally = collections.Counter()
        self.listens = {}
        self.at_address = collections.Counter()  # downloads of an episode and day by address

    def listen_of(self, key, time):
        day = time.date()
        if (key, day) not in self.listens:
            before = self.listens.get((key, day - datetime.timedelta(days=1)))
            grace = time - datetime.datetime.combine(day, datetime.time()) <= datetime.timedelta(minutes=10)
            self.listens[key, day] = go_on(before) if grace and before and before.evening else Listen()
        return self.listens[key, day]

    def add(self, d):
        first = d.get("first", True)
        reason = reason_by_request(d)
        if reason:
            self.tally[reason] += first
            return
        time = datetime.datetime.fromisoformat(d["time"].removesuffix("Z"))
        where = network(d["address"])
        listen = self.listen_of((where, d["agent"], d["episode"]), time)
        listen.evening |= time.hour == 23 and time.minute >= 30
        file = d["file"]
        audio = max(0, file["size"] - file["audio_start"])
        enough = file["bytes_for_60s"] if 0 < file["bytes_for_60s"] <= audio else audio
        version = listen.versions.setdefault((audio, enough), Version())
        for begin, end in d["acked"]:
            begin, end = max(begin, file["audio_start"]) - file["audio_start"], min(end, file["size"]) - file["audio_start"]
            if begin < end:
                version.today = union(version.today + [[begin, end]])
        if not listen.counted and enough > 0 and version.complete(enough):
            if self.at_address[where, d["episode"], time.date()] >= 500:
                if not first:
                    self.tally[listen.uncounted] -= 1
                listen.uncounted = "flood"
                self.tally["flood"] += 1
                return
            self.at_address[where, d["episode"], time.date()] += 1
            listen.counted = True
            self.downloads[d["episode"]][str(time.date())] += 1
            if not first and listen.uncounted:
                self.tally[listen.uncounted] -= 1
            listen.uncounted = None
        elif first:
            goes_on = any(version.counted_before for version in listen.versions.values())
            listen.uncounted = "repeat" if listen.counted or goes_on else "under_a_minute"
            self.tally[listen.uncounted] += 1

    def result(self):
        counted = sum(sum(days.values()) for days in self.downloads.values())
        not_counted = {reason: n for reason, n in self.tally.items() if n}
        return {"downloads": {episode: dict(days) for episode, days in self.downloads.items()}, "not_counted": not_counted,
                "requests": counted + sum(not_counted.values())}


def count(lines):
    oracle = Oracle()
    for line in lines:
        oracle.add(json.loads(line))
    return oracle.result()


if __name__ == "__main__":
    print(json.dumps(count(sys.stdin)))
