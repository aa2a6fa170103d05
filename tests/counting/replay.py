"""Replays a script of requests through `earshot count` and through the oracle: what they count must be the same, to the last request."""
import json, os, pathlib, subprocess, sys, tempfile, time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import oracle, script

BINARY = os.environ.get("EARSHOT_BINARY", str(pathlib.Path(__file__).resolve().parents[2] / "build/release/earshot"))


def replay(requests, seed):
    with tempfile.NamedTemporaryFile("w+", suffix=".jsonl") as file:
        total = 0
        for line in script.script(requests, seed):
            file.write(line + "\n")
            total += 1
        file.flush()
        begun = time.monotonic()
        with open(file.name) as stdin:
            ours = subprocess.run([BINARY, "count"], stdin=stdin, capture_output=True, text=True)
        assert ours.returncode == 0, ours.stderr
        took = time.monotonic() - begun
        counted = json.loads(ours.stdout)
        with open(file.name) as lines:
            wanted = oracle.count(lines)
        assert counted == wanted, f"seed {seed}:\nearshot {json.dumps(counted, sort_keys=True)}\noracle  {json.dumps(wanted, sort_keys=True)}"
    downloads = sum(sum(days.values()) for days in wanted["downloads"].values())
    print(f"seed {seed}: {total} deliveries, {wanted['requests']} requests, {downloads} downloads, difference 0 ({took:.1f} s of earshot count)", flush=True)
    return wanted

