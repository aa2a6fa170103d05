"""./dev soak delivery: hostile clients in full number, each for --seconds, with an honest listener's times before, during and after. Fails when its
median is more than twice what it is in quiet, when a byte is wrong, or when memory or descriptors stay above where they were. Then upgrades under load
(upgrade.py)."""
import argparse

from hostile import back_to, footprint, publish_noise, under
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
    14_000: (("slow heads", 400), ("slow readers", 300), ("slow posts", 200), ("idle", 9_500), ("resets", 400)),
    10_000: (("idle", 9_500), ("idle from one address", 9_500)),
}
MOST_TIMES, MOST_MEMORY = 2.0, 16


def hostile_clients(seconds):
    failures = []
    for connections, attacks in ATTACKS.items():
        with earshot(SETTINGS.format(connections=connections)) as server:
            listener = publish_noise(server, 600)
            listener.median(2)
            base = footprint(server)
            print(f"at most {connections} connections; memory {base[0]:.1f} MiB, {base[1]} descriptors", flush=True)
            print(f"{'attack':<28}{'range ms':>16}{'times':>7}{'feed ms':>16}{'times':>7}{'MiB':>15}{'descriptors':>15}   (quiet → attack)")
            for kind, count in attacks:
                quiet = listener.median(seconds / 4)
                with under(kind, server, count, listener.path):
                    attacked = listener.median(seconds)
                    during = footprint(server)
                after = back_to(base[1], server)
                again = listener.median(seconds / 4)
                calm = [(one + other) / 2 for one, other in zip(quiet, again)]
                times = [one / other for one, other in zip(attacked, calm)]
                print(f"{count:>6} {kind:<21}" + "".join(f"{calm[i]:>7.2f} → {attacked[i]:>6.2f}{times[i]:>7.2f}" for i in (0, 1)) +
                      f"{during[0]:>6.1f} → {after[0]:>6.1f}{during[1]:>6} → {after[1]:>6}", flush=True)
                if max(times) > MOST_TIMES:
                    failures.append(f"{count} {kind}: an honest listener waits {max(times):.2f} times as long")
                if after[0] > base[0] + MOST_MEMORY:
                    failures.append(f"{count} {kind}: {after[0]:.1f} MiB afterwards, {base[0]:.1f} before")
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
