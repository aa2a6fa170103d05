"""The stage programs that audit a figure, `earshot count` and `earshot classify`: the page's own examples, malformed lines, every listed agent, and a
script of requests counted a second time by an independent oracle."""
import json, random, subprocess, sys

from support import BINARY, ROOT, same, step

sys.path.insert(0, str(ROOT / "tests/counting"))
import programs, replay


def ask(command, text, *words):
    return subprocess.run([BINARY, command, *words], input=text, capture_output=True, text=True)


def documented_examples():
    """The shell sessions of docs/measurement.md that read what is typed: what comes out."""
    examples = 0
    for block in (ROOT / "docs/measurement.md").read_text(encoding="utf-8").split("```")[1::2]:
        if not block.startswith("\n$ earshot ") or "\nEND\n" not in block:
            continue
        typed, printed = block.split("\nEND\n")
        command, lines = typed.strip().split("\n", 1)
        same(command, ask(command.split()[2], lines + "\n").stdout, printed)
        examples += 1
    same("examples on the page", examples, 2)
    step("the page's examples print what the page says")


def malformed_lines():
    good = ('{"time":"2026-11-23T10:00:00Z","address":"192.0.2.1","agent":"AntennaPod/3.1.2","method":"GET","status":200,"range":"","acked":[[0,7200000]],'
            '"episode":"e1","file":{"size":7200000,"audio_start":4096,"bytes_for_60s":960000}}')
    same("a good line", json.loads(ask("count", good).stdout), {"downloads": {"e1": {"2026-11-23": 1}}, "not_counted": {}, "requests": 1})
    same("nothing at all", json.loads(ask("count", "").stdout), {"downloads": {}, "not_counted": {}, "requests": 0})
    for bad in ("{", "[]", good.replace('"GET"', "7"), good.replace("2026-11-23T", "2026-11-23 at "), good.replace("[[0,7200000]]", "[[5,2]]"),
                good.replace("[[0,7200000]]", "[[0]]"), good.replace("960000}", "-1}"), good.replace('"episode":"e1",', ""), good.replace("23T10", "21T10")):
        refused = ask("count", good + "\n" + bad + "\n")
        same(bad, (refused.returncode, refused.stdout, refused.stderr.startswith("line 2: ")), (1, "", True))
    refused = ask("classify", "x", "--config", "/nowhere.toml")
    same("a missing settings file", (refused.returncode, refused.stdout), (1, ""))
    step("malformed lines are refused by number")


def classified(agents):
    lines = [json.loads(line) for line in ask("classify", "".join(agent + "\n" for agent in agents)).stdout.splitlines()]
    same("agents", [line["agent"] for line in lines], agents)
    same("keys", {tuple(line) for line in lines}, {("agent", "kind", "name", "device")})
    return lines


def every_listed_agent():
    checked = 0
    for name, kind in (("bots", "bot"), ("apps", "app"), ("libraries", "library"), ("browsers", "browser")):
        entries = json.loads((ROOT / f"server/analytics/rules/{name}.json").read_text(encoding="utf-8"))["entries"]
        wanted = [(example, kind, entry["name"]) for entry in entries for example in entry["examples"]]
        same(name, [(line["agent"], line["kind"], line["name"]) for line in classified([example for example, _, _ in wanted])], wanted)
        checked += len(wanted)
    step(f"{checked} agents are what the lists say")
    people = programs.APPS + programs.PLAYERS + programs.BROWSERS + programs.UNLISTED
    same("people taken for bots", [line["agent"] for line in classified(people) if line["kind"] == "bot"], [])
    same("bots taken for people", [line["agent"] for line in classified(programs.BOTS + programs.WATCHES) if line["kind"] not in ("bot", "library")], [])
    step(f"{len(people)} people's programs are not bots, {len(programs.NOBODY)} machines are not people's")


def main():
    documented_examples()
    malformed_lines()
    every_listed_agent()
    replay.replay(60_000, 20261123)
    replay.replay(30_000, random.randrange(1 << 32))


main()
