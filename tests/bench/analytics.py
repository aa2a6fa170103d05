"""./dev bench analytics: how many deliveries a second one thread counts, from the queue to the journal and the database."""
import argparse, datetime, os, statistics

import figures
from support import ROOT, run

CASES = {
    "slow": ("10,000 listeners at the pace of listening, a fragment a second each", 1_000_000),
    "ranges": ("the same, each second a request of its own", 1_000_000),
    "fresh": ("whole downloads, every one by somebody new", 1_000_000),
    "bots": ("bots, every one from a new address", 1_000_000),
}


def arguments():
    parser = argparse.ArgumentParser(prog="./dev bench analytics", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--deliveries", type=int, default=2_000_000)
    parser.add_argument("--case", action="append", choices=list(CASES), help="only this one; writes no page")
    return parser.parse_args()


def measure(case, deliveries):
    counted, seconds, journal, memory = map(float, run(ROOT / "build/release/counting_bench", case, deliveries).stdout.split())
    return counted / seconds, journal / 1e6, memory / 1024


def main():
    asked, load = arguments(), os.getloadavg()[0]
    run("cmake", "--build", ROOT / "build/release", "--target", "counting_bench", cwd=ROOT)
    table = [["what is counted", "a second", "target", "", "journal at its end", "memory"]]
    for case, (title, target) in CASES.items():
        if asked.case is None or case in asked.case:
            rates, journals, memory = zip(*(measure(case, asked.deliveries) for _ in range(asked.rounds)))
            rate = statistics.median(rates)
            table.append([title, f"{rate:,.0f}", f"≥ {target:,}", "met" if rate >= target else "MISSED", f"{journals[-1]:.0f} MB", f"{max(memory):.0f} MiB"])
            print("; ".join(table[-1]), flush=True)
    if asked.case is None:
        rate, journal, memory = measure("fresh", 10_000_000)
        table.append(["10,000,000 listeners in a day", f"{rate:,.0f}", "≤ 1,024 MiB", "met" if memory <= 1024 else "MISSED", f"{journal:.0f} MB", f"{memory:.0f} MiB"])
        text, begin = figures.PAGE.read_text(), figures.BEGIN.format("analytics")
        start = text.index(begin) + len(begin)
        stop = text.index(figures.END, start)
        day = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        head = f"Run of {day}: `./dev bench analytics --rounds {asked.rounds} --deliveries {asked.deliveries}`. {figures.machine()}. Load before it: {load:.1f}."
        rows = "\n".join("| " + " | ".join(row) + " |" for row in [table[0], ["---", "---:", "---:", "---", "---:", "---:"], *table[1:]])
        figures.PAGE.write_text(f"{text[:start]}\n\n{head}\n\n{rows}\n\n{text[stop:]}")


if __name__ == "__main__":
    main()
