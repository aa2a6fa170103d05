"""Earshot, counting every listen, beside nginx with the same files: interleaved rounds on this machine, medians, ratios. A full run writes the
figures into docs/performance.md. --case NAME (repeatable) runs a part; see docs/performance.md for what is measured and how."""
import argparse, os, pathlib, re, tempfile, time

import strain
import throughput
from figures import Section, printed, version_of, write_page
from stage import Stage
from support import earshot

SECTIONS = [
    ("Earshot beside nginx", "Earshot", "nginx", {
        "100b": throughput.ranges("100 B", 100, 64, 0.65, 1.6),
        "64k": throughput.ranges("64 KiB", 1 << 16, 64, 0.80, 1.3),
        "1m": throughput.ranges("1 MiB", 1 << 20, 32, 0.90, 1.9),
        "whole": throughput.whole,
        "slow": throughput.slow,
        "tls64k": throughput.tls_ranges("64 KiB", 1 << 16, 0.88, 1.15),
        "tls1m": throughput.tls_ranges("1 MiB", 1 << 20, 0.75, 1.25),
        "304": throughput.feed_unchanged,
        "gzip": throughput.feed_body,
        "memory": strain.memory,
        "cold": strain.cold,
    }),
    ("Earshot alone", "with", "without", {
        "transcode": strain.transcode,
        "counting": throughput.counting,
    }),
]


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench delivery", description=__doc__)
    names = [name for *_, cases in SECTIONS for name in cases]
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2, help="of one measurement; slow listeners and p99 take twice as long")
    parser.add_argument("--case", action="append", choices=names, help="only this one; writes no page")
    return parser.parse_args()


def lost(server):
    """Deliveries that the queue of counting had no room for since this process was started, as the page about the method tells staff."""
    text = server.get("/statistics/method", Authorization=f"Bearer {server.tokens['analyst']}")[2].decode()
    found = re.search(r"<b>([\d,]+) deliveries were lost</b>", text)
    assert found or "None was lost since this server was started" in text, "/statistics/method says nothing of lost deliveries"
    return int(found.group(1).replace(",", "")) if found else 0


def main():
    asked = arguments()
    plan = throughput.Plan(asked.rounds, asked.seconds)
    start, load, sections, uncounted = time.monotonic(), os.getloadavg()[0], [], 0
    with earshot() as server, tempfile.TemporaryDirectory(prefix="earshot-bench-") as folder:
        stage = Stage(server, pathlib.Path(folder))
        try:
            for title, ours, other, cases in SECTIONS:
                section = Section(title, ours, other, [])
                for name, case in cases.items():
                    if asked.case is None or name in asked.case:
                        before = (stage.pid, lost(server))
                        rows = case(stage, plan)
                        more = lost(server) - (before[1] if before[0] == stage.pid else 0)  # a process begins at 0
                        uncounted += more
                        print(f"[{time.monotonic() - start:3.0f} s] {name}: " + "; ".join(f"{row.figure} {row.ratio:.2f}" for row in rows) +
                              f"; {more} deliveries lost to counting", flush=True)
                        section.rows += rows
                if section.rows:
                    sections.append(section)
                    print("\n" + printed(section) + "\n", flush=True)
        finally:
            stage.nginx.stop()
    if asked.case is None:
        peers = f"nginx {version_of('nginx -v', 'nginx/(.*)').strip()}, wrk 4.1; {uncounted} deliveries lost to counting"
        write_page("delivery", sections, f"--rounds {asked.rounds} --seconds {asked.seconds}", peers, load)


main()
