"""./dev bench questions: what staff ask of five years of 300 episodes in 50 shows with 100 million downloads: how large the sums are, how long pages and API
take over HTTP, how long the export of everything takes, and the same questions by GROUP BY over raw rows in SQLite and PostgreSQL 15.
--rounds N --rows N (of the raw tables; 0: leave these out)"""
import argparse, contextlib, datetime, http.client, json, os, pathlib, re, shutil, sqlite3, statistics, subprocess, tempfile, time, urllib.parse, urllib.request

import figures
from support import earshot, run, step

DAY = 86_400_000
YEARS, EPISODES, SHOWS, DOWNLOADS = 5, 300, 50, 100_000_000
TODAY = int(time.time() * 1000) // DAY  # UTC
FIRST = TODAY - YEARS * 365
POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")

# Shares of one day's downloads.
APPS = ["Apple Podcasts", "Spotify", "Overcast", "Pocket Casts", "AntennaPod", "Castro", "Podcast Addict", "Chrome", "Safari", "Firefox", "BBC Sounds", "Castbox",
        "Google Podcasts", "Amazon Music", "Deezer", "Podbean", "TuneIn", "iHeartRadio", "Player FM", "gPodder"]
VALUES = ([("app", name, 0.36 * 0.68 ** place) for place, name in enumerate(APPS)] + [("kind", name, share) for name, share in (("app", 0.9), ("browser", 0.08), ("library", 0.02))]
          + [("device", name, share) for name, share in (("mobile", 0.7), ("computer", 0.18), ("smart_speaker", 0.07), ("unknown", 0.05))]
          + [("country", name, 0.6 * 0.5 ** place) for place, name in enumerate(["GB", "US", "IE", "DE", "FR", "NL", "SE", "PL", "ES", "IT"])]
          + [("site", name, share) for name, share in (("none", 0.93), ("own site", 0.05), ("other", 0.02))] + [("profile", name, share) for name, share in (("mp3", 0.97), ("opus", 0.03))])
HOURS = [(1 + (7 <= hour <= 22) * 2) / 56 for hour in range(24)]
HOURS_KEPT = 92  # days, as shipped
REASONS = [("counted", 1.0), ("under_a_minute", 0.35), ("repeat", 0.3), ("bot", 0.12), ("probe", 0.1), ("head", 0.04)]


def name(episode):
    return f"01jd5x3q8v7k2m9n4p6r0{episode:05d}"


def fill_catalogue(file):
    with sqlite3.connect(file) as db:
        def insert(table, **given):
            values = {column: given.get(column, 0 if kind != "text" else "") for _, column, kind, needed, default, _ in db.execute(f"pragma table_info({table})")
                      if column in given or (needed and default is None)}
            db.execute(f"insert into {table} ({', '.join(values)}) values ({', '.join('?' * len(values))})", list(values.values()))
        for show in range(SHOWS):
            insert("shows", id=f"show{show}", slug=f"show-{show}", podcast_guid=f"guid{show}", title=f"Show {show}", language="en", type="episodic", people="[]", actions="[]", artwork="")
        for episode in range(EPISODES):
            at = (FIRST + episode * YEARS * 365 // EPISODES) * DAY
            insert("episodes", id=name(episode), show_id=f"show{episode % SHOWS}", guid=name(episode), slug=f"episode-{episode}", title=f"Episode {episode}", type="full",
                   state="published", publish_at=at, first_public_at=at, people="[]", chapters="[]", artwork="")


def packed(counts):
    return json.dumps(counts, separators=(",", ":"))


def day_of(n, names):
    """A day's sums as the server packs them, and what became of requests in each of its hours."""
    hours = {hour: max(1, int(n * share)) for hour, share in enumerate(HOURS) if n * share >= 0.5}
    by_hour = {hour: {names["reason", reason]: max(1, int(n * share * rate)) for reason, rate in REASONS if n * share * rate >= 0.5} for hour, share in enumerate(HOURS)}
    requests = {}
    for counts in by_hour.values():
        for reason, count in counts.items():
            requests[reason] = requests.get(reason, 0) + count
    parts = {names[dimension, value]: int(n * share) for dimension, value, share in VALUES if n * share >= 1}
    return sum(hours.values()), hours, parts, requests, by_hour


def fill_statistics(db):
    """As the server would have: the more the younger an episode is, and never nobody."""
    weights = [1 / (age + 1) ** 1.1 for age in range(YEARS * 365)]
    starts = {episode: FIRST + episode * YEARS * 365 // EPISODES for episode in range(EPISODES)}
    whole = sum(sum(weights[:TODAY - start]) for start in starts.values())
    names = {key: number for number, key in enumerate([(dimension, value) for dimension, value, _ in VALUES] + [("reason", reason) for reason, _ in REASONS], 1)}
    db.executemany("insert into names values (?, ?, ?)", ((number, *key) for key, number in names.items()))
    db.executemany("insert into episodes values (?, ?)", ((episode + 1, name(episode)) for episode in range(EPISODES)))
    begun, downloads = time.monotonic(), 0
    for day in range(FIRST, TODAY):  # in the order of time, as they come: an episode's rows end up between those of others
        days, hours = [], []
        for episode, start in starts.items():
            if day < start:
                continue
            total, by_hour, parts, requests, requests_by_hour = day_of(max(1, int(DOWNLOADS * weights[day - start] / whole)), names)
            downloads += total
            days.append((episode + 1, day, total, total * 20_000_000, packed(by_hour), packed(parts), packed(requests)))
            if day >= TODAY - HOURS_KEPT:
                hours += [(episode + 1, day * 24 + hour, total * 20_000_000 // 24, packed(counts)) for hour, counts in requests_by_hour.items() if counts]
        db.executemany("insert into days (episode, day, downloads, bytes, hours, parts, requests) values (?, ?, ?, ?, ?, ?, ?)", days)
        db.executemany("insert into hours (episode, hour, bytes, requests) values (?, ?, ?, ?)", hours)
    for episode in range(EPISODES):  # three renditions each
        db.executemany("insert into reach (episode, audio_bytes, listens, parts) values (?, ?, ?, ?)",
                       ((episode + 1, size, 100_000, packed({part: 100_000 - part * 200 for part in range(240)})) for size in (5_000_000, 7_000_000, 9_000_000)))
    db.commit()
    rows = {table: db.execute(f"select count(*) from {table}").fetchone()[0] for table in ("days", "hours", "reach")}
    step(f"sums of {downloads:,} downloads written in {time.monotonic() - begun:.0f} s: {rows}")


def signed_in(server):
    password = server.command("account", "add", "ann", "--role", "analyst", "--generate").stdout.split()[-1]
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", "/sign-in", urllib.parse.urlencode({"name": "ann", "password": password}), {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.base_url})
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303, answer.status
    return answer.headers["Set-Cookie"].split(";")[0]


def day(ago):
    return datetime.datetime.fromtimestamp((TODAY - ago) * DAY / 1000, datetime.timezone.utc).date().isoformat()


def pages():
    newest = name(EPISODES - 1)
    month, year, by_app = f"from={day(28)}&to={day(1)}", f"from={day(365)}&to={day(1)}", "by=app:Overcast"
    return {"overview: all shows, 28 days": f"/statistics?{month}", "overview: one show, 28 days": f"/statistics?show=show-49&{month}", "overview: one show, a year": f"/statistics?show=show-49&{year}",
            "page of one episode": f"/statistics/shows/show-49/episode-{EPISODES - 1}?{month}", "printed report, 28 days": f"/statistics/report?show=show-49&{month}",
            "API: one episode, 28 days": f"/api/v1/statistics?episode={newest}&{month}", "API: one show, a year": f"/api/v1/statistics?show=show-49&{year}",
            "API: all shows, one day": f"/api/v1/statistics?from={day(1)}&to={day(1)}", "CSV: one show, a year": f"/api/v1/statistics.csv?show=show-49&{year}",
            "overview: all shows, a year": f"/statistics?{year}", "overview: all shows, 28 days, one app": f"/statistics?{month}&{by_app}",
            "overview: all shows, a year, one app": f"/statistics?{year}&{by_app}", "all figures: all shows, 28 days": "/statistics/figures",
            "all figures: all shows, a year": f"/statistics/figures?{year}", "API: all shows, 28 days": "/api/v1/statistics"}


def asked(server, path, cookie, rounds):
    """Milliseconds, on a connection that stays."""
    fields = {"Authorization": f"Bearer {server.tokens['analyst']}"} if path.startswith("/api") else {"Cookie": cookie}
    connection, times = None, []
    for _ in range(rounds):
        connection = connection or http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        begun = time.perf_counter()
        connection.request("GET", path, headers=fields)
        answer = connection.getresponse()
        size = len(answer.read())
        times.append((time.perf_counter() - begun) * 1000)
        assert answer.status == 200, f"{path}: {answer.status}"
        if answer.headers.get("Connection") == "close":
            connection = connection.close()
    return sorted(times), size


def whole_export(server):
    """Everything as one table: seconds, bytes, lines, and how much memory the server took for it at most (MB)."""
    def memory(field):
        return int(re.search(rf"{field}:\s+(\d+) kB", pathlib.Path(f"/proc/{server.process.pid}/status").read_text())[1]) / 1000
    pathlib.Path(f"/proc/{server.process.pid}/clear_refs").write_text("5")
    before, begun, length, lines = memory("VmRSS"), time.monotonic(), 0, 0
    asking = urllib.request.Request(server.base_url + "/api/v1/statistics/everything.csv", headers={"Authorization": f"Bearer {server.tokens['analyst']}"})
    with urllib.request.urlopen(asking, timeout=600) as answer:
        while piece := answer.read(1 << 20):
            length, lines = length + len(piece), lines + piece.count(b"\n")
    return time.monotonic() - begun, length, lines, memory("VmHWM") - before


QUESTIONS = {  # of raw rows; what answers it here
    "downloads a day of one episode, 28 days": ("select at / 86400000, count(*) from raw where episode = '{newest}' and at >= {month} group by 1", "API: one episode, 28 days"),
    "apps of one show, a year": ("select app, count(*) from raw where episode in ({show}) and at >= {year} group by 1", "API: one show, a year"),
    "downloads of every episode on one day": ("select episode, count(*) from raw where at >= {yesterday} and at < {yesterday} + 86400000 group by 1", "API: all shows, one day"),
}


def sql_of(question):
    show = ", ".join(f"'{name(episode)}'" for episode in range(49, EPISODES, SHOWS))
    return QUESTIONS[question][0].format(newest=name(EPISODES - 1), show=show, month=(TODAY - 28) * DAY, year=(TODAY - 365) * DAY, yesterday=(TODAY - 1) * DAY)


RAW = "create table raw (at bigint not null, episode text not null, listener bigint not null, app text not null, device text not null, country text not null, site text not null)"


def raw_rows(statistics_db, rows):
    """The same downloads one by one, thinned evenly to so many."""
    with sqlite3.connect(statistics_db) as db:
        left, keep = 0.0, rows / DOWNLOADS
        for number, (episode, hour, n) in enumerate(db.execute("select episode, hour, downloads from downloads where dimension = 'all' order by 1, 2")):
            left += n * keep
            while left >= 1:
                left -= 1
                yield hour + number * 7919 % 3_600_000, episode, number * 2654435761 % 2 ** 31, APPS[number % 7 * (number % 3) % 20], "mobile", "GB", "none"


def in_sqlite(folder, rows, rounds):
    db = sqlite3.connect(folder / "raw.db")
    db.execute(RAW)
    db.executemany("insert into raw values (?, ?, ?, ?, ?, ?, ?)", rows)
    db.executescript("create index by_episode on raw (episode, at); create index by_time on raw (at); analyze;")
    db.commit()
    result = {}
    for question in QUESTIONS:
        times = []
        for _ in range(rounds):
            begun = time.perf_counter()
            db.execute(sql_of(question)).fetchall()
            times.append((time.perf_counter() - begun) * 1000)
        result[question] = statistics.median(times)
    return result


@contextlib.contextmanager
def postgres(folder):
    """A cluster of its own, reachable by a socket in its folder alone."""
    home, words = folder / "pg", []
    home.mkdir()
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
        os.chmod(folder, 0o755)
        words = ["runuser", "-u", "postgres", "--"]
    run(*words, POSTGRES / "initdb", "-D", home / "data", "-A", "trust", "--no-sync", cwd=home)
    run(*words, POSTGRES / "pg_ctl", "-D", home / "data", "-w", "-l", home / "log", "-o", f"-c listen_addresses='' -c unix_socket_directories={home} -c shared_buffers=1GB", "start", cwd=home, stdin=subprocess.DEVNULL)
    try:
        yield [*words, "psql", "-h", home, "-d", "postgres", "-qAt", "-v", "ON_ERROR_STOP=1"], home
    finally:
        run(*words, POSTGRES / "pg_ctl", "-D", home / "data", "-m", "immediate", "stop", cwd=home)


def in_postgres(folder, rows, rounds):
    with postgres(folder) as (psql, home):
        run(*psql, "-c", RAW, cwd=home)
        subprocess.run([*map(str, psql), "-c", "copy raw from stdin"], input="".join("\t".join(map(str, row)) + "\n" for row in rows), text=True, check=True, cwd=home)
        run(*psql, "-c", "create index by_episode on raw (episode, at); create index by_time on raw (at)", "-c", "vacuum analyze raw", cwd=home)
        result = {}
        for question in QUESTIONS:
            words = [word for _ in range(rounds) for word in ("-c", sql_of(question))]
            told = run(*psql, "-o", "/dev/null", "-c", "\\timing on", *words, cwd=home).stdout
            result[question] = statistics.median(float(found) for found in re.findall(r"Time: ([0-9.]+) ms", told))
        return result


def main():
    options = argparse.ArgumentParser(prog="./dev bench questions", description=__doc__)
    options.add_argument("--rounds", type=int, default=200)
    options.add_argument("--rows", type=int, default=1_000_000)
    chosen = options.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder, earshot() as server:
        server.stop()
        fill_catalogue(server.data / "catalogue.db")
        with sqlite3.connect(server.data / "statistics.db") as db:
            db.execute("pragma journal_mode = off")
            fill_statistics(db)
        db.close()
        size = (server.data / "statistics.db").stat().st_size / 1e6
        server.start()
        table = [["what is asked", "first", "median", "p99", "target", "", "answer"], ["statistics.db", "", "", "", "≤ 300 MB", "met" if size <= 300 else "MISSED", f"{size:,.0f} MB"]]
        cookie, ours = signed_in(server), {}
        for what, path in pages().items():
            (first, *_), _ = asked(server, path, cookie, 1)
            asked(server, path, cookie, 2)
            times, length = asked(server, path, cookie, chosen.rounds)
            ours[what], late = statistics.median(times), times[int(len(times) * 0.99)]
            table.append([what, f"{first:.1f} ms", f"{ours[what]:.1f} ms", f"{late:.1f} ms", "≤ 25 ms", "met" if late <= 25 else "MISSED", f"{length / 1000:,.0f} kB"])
            print("; ".join(table[-1]), flush=True)
        seconds, length, lines, memory = whole_export(server)
        table.append(["everything as one table (CSV)", f"{seconds:.0f} s", "", "", "", "", f"{length / 1e6:,.0f} MB, {lines:,} lines, {memory:.0f} MB more memory"])
        print("; ".join(table[-1]), flush=True)
        if not chosen.rows:
            return
        rows = list(raw_rows(server.data / "statistics.db", chosen.rows))
        beside = [["the same question", "Earshot, whole answer over HTTP", "SQLite, GROUP BY", "ratio", "PostgreSQL 15, GROUP BY", "ratio"]]
        lite, large = in_sqlite(pathlib.Path(folder), rows, 20), in_postgres(pathlib.Path(folder), rows, 20)
        for question, (_, answered_by) in QUESTIONS.items():
            beside.append([question, f"{ours[answered_by]:.1f} ms", f"{lite[question]:.1f} ms", f"{ours[answered_by] / lite[question]:.2f}", f"{large[question]:.1f} ms",
                           f"{ours[answered_by] / large[question]:.2f}"])
            print("; ".join(beside[-1]), flush=True)
    head = (f"Run of {day(0)}: `./dev bench questions --rounds {chosen.rounds} --rows {chosen.rows}`. {figures.machine()}. Load before it: {load:.1f}. Earshot has the sums of "
            f"{DOWNLOADS:,} downloads behind it, the raw tables have {len(rows):,} rows: a hundredth.".replace("a hundredth", f"1 in {DOWNLOADS // max(1, len(rows))}"))
    text, begin = figures.PAGE.read_text(), figures.BEGIN.format("questions")
    start = text.index(begin) + len(begin)
    stop = text.index(figures.END, start)
    as_table = lambda lines: "\n".join("| " + " | ".join(line) + " |" for line in [lines[0], ["---"] + ["---:"] * (len(lines[0]) - 1), *lines[1:]])
    figures.PAGE.write_text(f"{text[:start]}\n\n{head}\n\n{as_table(table)}\n\n{as_table(beside)}\n\n{text[stop:]}")


if __name__ == "__main__":
    main()
