"""./dev soak kill: kill -9 of a server that counts. --rounds N"""
import argparse

from kill_drill import drill

if __name__ == "__main__":
    options = argparse.ArgumentParser()
    options.add_argument("--rounds", type=int, default=200)
    drill(options.parse_args().rounds)
