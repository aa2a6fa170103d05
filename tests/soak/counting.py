"""./dev soak counting: 1,000,000 scripted requests through `earshot count` and the oracle, another script each time. --requests N --seed S"""
import argparse, pathlib, sys, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "counting"))
import replay

if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--requests", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=int(time.time()))
    chosen = options.parse_args()
    replay.replay(chosen.requests, chosen.seed)
