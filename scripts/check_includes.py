#!/usr/bin/env python3
"""Who may include whom, and which room alone sees a foreign library: the house's plan, enforced. Exit 1 with one line a breach."""
import pathlib, re, sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = [  # most specific first: folder → room
    ("content/model", "model"), ("content/storage", "storage"), ("config", "config"), ("media", "media"), ("feeds", "feeds"),
    ("server/streaming", "streaming"), ("server/analytics", "analytics"), ("server/publishing", "publishing"), ("server/http", "http"),
    ("server/api", "api"), ("server/web", "web"), ("server", "app"),
]
EVERY = {room for _, room in ROOMS}
PARTS = {"http", "streaming", "publishing", "feeds", "storage", "analytics", "config", "model", "media"}
MAY = {
    "model": set(), "config": {"model"}, "storage": {"model"}, "media": {"model"}, "feeds": {"model"}, "streaming": {"model"},
    "analytics": {"storage", "model"}, "publishing": {"media", "storage", "config", "model"}, "http": {"streaming", "config", "model"},
    "api": PARTS, "web": PARTS, "app": EVERY,
}
ONLY = [  # header pattern → folders that may see it
    (r"libav|libsw", ["media/av", "tests/media"]), (r"^(taglib/|tag\.h|.*(id3v2|mp4|flac|xiph|opus)\w*\.h$|t(bytevector|list|string|iostream)\w*\.h)", ["media/tags"]),
    (r"^pugixml", ["feeds"]), (r"^soci|^sqlite3", ["content/storage", "server/analytics", "tests/storage"]),
    (r"^boost/(asio|beast)", ["server/http", "tests/fuzz"]), (r"^ctemplate", ["server/web"]), (r"^(md4c|libxml)", ["feeds"]), (r"^re2|^maxminddb", ["server/analytics"]),
    (r"^toml", ["config"]), (r"^curl/", ["server"]), (r"^seccomp|^linux/landlock", ["server/publishing"]), (r"^spdlog", ["server"]), (r"^lcms", ["media"]),
]

def room_of(path: str):
    for folder, room in ROOMS:
        if path.startswith(folder + "/"):
            return room
    return None

def main() -> int:
    breaches = []
    for file in sorted(p for folder in ("config", "content", "media", "feeds", "server", "tests") for p in (ROOT / folder).rglob("*.[ch]pp")):
        name = file.relative_to(ROOT).as_posix()
        room = room_of(name)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            found = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
            if not found:
                continue
            kind, header = found.groups()
            if kind == '"' and room:
                target = room_of(header)
                if target and target != room and target not in MAY[room]:
                    breaches.append(f"{name}:{number}: {room} may not include {header} ({target})")
            for pattern, folders in ONLY:
                if kind == "<" and re.search(pattern, header) and not any(name.startswith(f + "/") for f in folders):
                    breaches.append(f"{name}:{number}: <{header}> may be seen only in {', '.join(folders)}")
    print("\n".join(breaches) or "include rules: kept")
    return 1 if breaches else 0

sys.exit(main())
