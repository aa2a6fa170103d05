"""./dev soak delivery: hostile clients in full number, quiet and attack by turns, each attack for --seconds in all. Fails when an honest listener waits
more than twice as long as in quiet, when a byte is wrong, or when memory or descriptors stay above where they were. Then upgrades under load
(upgrade.py)."""
import argparse, statistics

from hostile import back_to, footprint, publish_noise, tls_section, under
from support import earshot
from upgrade import upgrades

SETTINGS = """
[limits]
max_connections = {connections}
[[rendition]]
name = "mp3"
codec = "mp3"
bit_rate = 128_000
"""
ATTACKS = {  # by the most connections the server takes: as many as it likes, and where the attack fills it up
    14_000: (("slow heads", 400), ("half handshakes", 400), ("slow readers", 300), ("slow posts", 200), ("idle", 9_500), ("resets", 400)),
    10_000: (("idle", 9_500), ("idle from one address", 9_500)),
}
MOST_TIMES, TURNS = 2.0, 3


def by_turns(server, listener, kind, count, seconds, base):
    """An attack's medians in ms and their ratios, each of a range and of a feed, as (quiet, attacked, times); its footprint at the height and after."""
    rounds, height = [], (0, 0)
    for _ in range(TURNS):
        quiet = listener.median(seconds / TURNS)
        with under(kind, server, count, listener.path):
            attacked = listener.median(seconds / TURNS)
            height = max(height, footprint(server))
        after = back_to(base, server)
        rounds.append([(one, other, other / one) for one, other in zip(quiet, attacked)])
    return [[statistics.median(of_round[what][i] for of_round in rounds) for i in range(3)] for what in (0, 1)], height, after


def hostile_clients(seconds):
    failures = []
    for connections, attacks in ATTACKS.items():
        with tls_section() as (tls, port), earshot(SETTINGS.format(connections=connections) + tls) as server:
            server.tls_port = port
            listener = publish_noise(server, 600)
            listener.median(2)
            base = footprint(server)
            print(f"at most {connections} connections, quiet → attack, then at its height → afterwards; memory {base[0]:.1f} MiB, {base[1]} descriptors", flush=True)
            print(f"{'attack':<28}{'range ms':>16}{'times':>7}{'feed ms':>16}{'times':>7}{'MiB':>15}{'descriptors':>15}")
            for kind, count in attacks:
                medians, height, after = by_turns(server, listener, kind, count, seconds, base)
                print(f"{count:>6} {kind:<21}" + "".join("{:>7.2f} → {:>6.2f}{:>7.2f}".format(*figures) for figures in medians) +
                      f"{height[0]:>6.1f} → {after[0]:>6.1f}{height[1]:>6} → {after[1]:>6}", flush=True)
                if (worst := max(times for _, _, times in medians)) > MOST_TIMES:
                    failures.append(f"{count} {kind}: an honest listener waits {worst:.2f} times as long")
    return failures


def main():
    parser = argparse.ArgumentParser(prog="./dev soak delivery")
    parser.add_argument("--seconds", type=float, default=60, help="of each attack")
    options = parser.parse_args()
    failures = hostile_clients(options.seconds)
    upgrades()
    print("\n".join(failures) or "delivery: every honest answer right, in time, and nothing left of the attacks")
    raise SystemExit(bool(failures))


main()
