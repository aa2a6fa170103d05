#!/usr/bin/env python3
"""The main job on real audio, through the public interfaces only: starts the server, makes the demo show, uploads and publishes its masters with
`earshot publish`, prints the addresses and stays up until Ctrl-C. A second start keeps what is there. Called by `./dev demo`."""
import argparse, concurrent.futures, http.client, json, math, os, pathlib, random, signal, socket, subprocess, sys, time, tomllib, urllib.error, urllib.parse, urllib.request

HERE = pathlib.Path(__file__).resolve().parent
DEMO = HERE.parent / "config" / "demo"
ROLES = ("admin", "producer", "analyst")
APPS = [
    "AppleCoreMedia/1.0.0.21A329 (iPhone; U; CPU OS 17_0 like Mac OS X; en_gb)", "Overcast/3.0 (+http://overcast.fm/; iOS podcast app)",
    "Pocket Casts/7.50 (Linux;Android 13)", "AntennaPod/3.4.0", "Spotify/8.8.96 iOS/17.1 (iPhone14,5)", "gPodder/3.11.1 (http://gpodder.org/)",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "CastBox/11.2.0 (Linux;Android 13)",
]


def say(text=""):
    print(text, flush=True)


def stop_with(sentence):
    say(sentence)
    sys.exit(1)


def clock_back(data):
    """The library that sets a program's clock back."""
    library = data / "clock_back.so"
    if not library.exists():
        subprocess.run(["clang-19", "-O1", "-shared", "-fPIC", HERE / "clock_back.c", "-o", library], check=True)
    return library


class Server:
    """The real binary on a data folder, and its API with one role's token."""

    def __init__(self, binary, data, port, days_back=0):
        self.binary, self.data, self.port = binary, data, port
        self.base_url = f"http://127.0.0.1:{port}"
        self.log = open(data / "server.log", "ab")
        self.start(days_back)

    def start(self, days_back=0):
        """With its clock set back by so many days, when it is to live through days that are over."""
        command = [self.binary, "serve", "--data", self.data / "server", "--port", str(self.port)]
        clock = {"LD_PRELOAD": str(clock_back(self.data)), "DAYS_BACK": str(days_back)} if days_back else {}
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log, env=os.environ | clock)

    def wait(self):
        for _ in range(300):
            if self.process.poll() is not None:
                tail = (self.data / "server.log").read_text(errors="replace").strip().splitlines()[-1:]
                stop_with(f"The server did not start: {' '.join(tail)} (whole log: {self.data / 'server.log'})")
            try:
                urllib.request.urlopen(self.base_url + "/livez", timeout=2).read()
                return
            except OSError:
                time.sleep(0.1)
        stop_with("The server did not answer within 30 seconds.")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def command(self, *words, **options):
        return subprocess.run([self.binary, *map(str, words)], check=False, text=True, **options)

    def staff(self, *words):
        done = self.command(*words, "--data", self.data / "server", capture_output=True)
        if done.returncode != 0:
            stop_with(f"earshot {words[0]}: {done.stderr.strip()}")
        return done.stdout.strip()

    def api(self, token, method, path, body=None, content_type="application/json"):
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {token}"} | ({"Content-Type": content_type} if body is not None else {})
        request = urllib.request.Request(self.base_url + "/api/v1" + path, data=body, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            if error.code == 404 and method == "GET":
                return None
            stop_with(f"{method} {path}: {json.loads(error.read()).get('detail', error.reason)}")


def credentials(server, file):
    """Accounts and tokens, made once and kept in demo.json (0600). What an interrupted start made without noting it is made anew."""
    known = {"tokens": {}, "sign_in": {}} | (json.loads(file.read_text()) if file.exists() else {})
    for role in ROLES:
        if role not in known["tokens"]:
            server.command("token", "revoke", f"demo-{role}", "--data", server.data / "server", capture_output=True)
            known["tokens"][role] = server.staff("token", "create", f"demo-{role}", "--role", role).split()[-1]
            save(file, known)
        if role not in known["sign_in"]:
            there = role in [line.split()[0] for line in server.staff("account", "list").splitlines()]
            words = ("password", role) if there else ("add", role, "--role", role)
            known["sign_in"][role] = {"name": role, "password": server.staff("account", *words, "--generate").split()[-1]}
            save(file, known)
    return known


def save(file, known):
    fresh = file.with_suffix(".part")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        json.dump(known, out, indent=2)
    fresh.rename(file)


def make_show(server, token, masters, wanted):
    if server.api(token, "GET", f"/shows/{wanted['slug']}") is None:
        told = {key: value for key, value in wanted.items() if key not in ("episodes", "artwork", "artwork_alt")}
        server.api(token, "POST", "/shows", told)
        alt = urllib.request.quote(wanted["artwork_alt"])
        server.api(token, "PUT", f"/shows/{wanted['slug']}/artwork?alt={alt}", (masters / "cover.png").read_bytes(), "image/png")


def publish(server, token, slug, title, master, extra):
    listed = server.api(token, "GET", f"/shows/{slug}/episodes")["episodes"]
    for episode in listed:
        if episode["title"] == title and episode["state"] == "draft":  # an earlier start was interrupted
            server.api(token, "DELETE", f"/episodes/{episode['id']}")
        elif episode["title"] == title:
            return
    say(f"Publishing “{title}”")
    done = server.command("publish", master, "--server", server.base_url, "--show", slug, "--title", title, *extra,
                          env=os.environ | {"EARSHOT_TOKEN": token})
    if done.returncode != 0:
        sys.exit(done.returncode)


def ask(server, enclosure, address, agent, method="GET", share=1, referrer=None):
    """One request of one podcast app, at its own address, for (a share of) one episode."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, source_address=(address, 0), timeout=60)
    last = max(1, int(enclosure["length"] * share) - 1)
    fields = {"User-Agent": agent} | ({} if share >= 1 else {"Range": f"bytes=0-{last}"}) | ({"Referer": referrer} if referrer else {})
    connection.request(method, enclosure["path"], headers=fields)
    answer = connection.getresponse()
    while answer.read(1 << 18):
        pass
    connection.close()


def listen(server, enclosure, address, agent, habits):
    """As apps and people do: some look first, most take all of it, some stop on the way, some come back, a few are bots."""
    if habits[0] < 0.15:
        ask(server, enclosure, address, agent, "HEAD")
    if habits[0] > 0.8:
        ask(server, enclosure, address, agent, share=0)  # bytes=0-1
    share = 1 if habits[1] < 0.62 else 0.05 if habits[1] > 0.95 else 0.35 + 0.6 * habits[2]
    ask(server, enclosure, address, agent, share=share, referrer=server.base_url + "/" if "Firefox" in agent else None)
    if habits[2] < 0.2:
        ask(server, enclosure, address, agent)
    if habits[0] < 0.12:
        ask(server, enclosure, address, "ExampleBot/1.0 (+https://example.org/bot)", share=0.5)


def follow(server, slug, form):
    """A call to action is pressed on a page of ours, which tells so."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    connection.request("POST", f"/follows/{slug}", urllib.parse.urlencode(form), {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"})
    connection.getresponse().read()
    connection.close()


def send_listeners(server, token, slug, count, age=lambda episode: 0, seed=2611):
    """`count` simulated podcast apps, each on an address of its own in 127.0.0.0/8; fewer for an episode that has been out for `age` days."""
    choice = random.Random(seed)
    enclosures = []
    for episode in server.api(token, "GET", f"/shows/{slug}/episodes")["episodes"]:
        if episode["state"] == "published" and episode["renditions"]:
            url, share = episode["renditions"][0]["url"], 0.25 + 0.75 * math.exp(-age(episode) / 3)
            enclosures.append({"episode": episode["slug"], "path": "/" + url.split("/", 3)[3], "length": episode["renditions"][0]["byte_length"], "share": share})
    links = [action["href"] for action in server.api(token, "GET", f"/shows/{slug}")["actions"]]
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        tasks = []
        for number in range(count):
            address = f"127.{1 + number // 62500 % 200}.{number // 250 % 250}.{number % 250 + 1}"
            agent = choice.choices(APPS, weights=range(len(APPS), 0, -1))[0]  # some apps are more popular than others
            for enclosure in enclosures:
                habits = [choice.random() for _ in range(3)]
                if choice.random() < enclosure["share"]:
                    tasks.append(pool.submit(listen, server, enclosure, address, agent, habits))
                    if links and habits[2] > 0.75:  # most to the first link, from the band on every page
                        place = choice.choices(["band", "notes", "chapters"], weights=[6, 3, 1])[0]
                        link = choice.choices(links, weights=range(len(links), 0, -1))[0]
                        tasks.append(pool.submit(follow, server, slug, {"link": link, "place": place, "episode": enclosure["episode"]}))
        for task in concurrent.futures.as_completed(tasks):
            task.result()
    time.sleep(3)  # the last bytes are acknowledged and committed


def live_through(server, token, slug, days, count, publish_next):
    """Days that are over, really lived through: the server runs on a clock set back by so many days, one after the other, publishes an episode when
    it is due, and is asked by `count` apps a day. Nothing is written into its database by hand."""
    out = {}
    due = {days: 0, days // 2: 1}
    for back in range(days, 0, -1):
        if back != days:
            server.stop()
            server.start(back)
            server.wait()
        if back in due:
            publish_next(due[back])
        for episode in server.api(token, "GET", f"/shows/{slug}/episodes")["episodes"]:
            out.setdefault(episode["id"], back)
        say(f"{back} days ago: podcast apps are listening …")
        send_listeners(server, token, slug, count, lambda episode, now=back: out[episode["id"]] - now, seed=2611 + back)
    server.stop()
    server.start()
    server.wait()


def main():
    options = argparse.ArgumentParser(prog="./dev demo", description="Starts Earshot with the demo show and does the main job on real audio.")
    options.add_argument("--binary", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options.add_argument("--port", type=int, default=8080, help="port on 127.0.0.1 (8080)")
    options.add_argument("--data", type=pathlib.Path, default=pathlib.Path("demo-data"), help="folder for everything the demo makes (demo-data)")
    options.add_argument("--master", type=pathlib.Path, help="publish this recording as a third episode")
    options.add_argument("--listeners", type=int, default=0, metavar="N", help="simulate N podcast apps that download over loopback")
    options.add_argument("--days", type=int, default=0, metavar="D", help="let them listen on D days before today, too: a new demo lives through them on a "
                         "clock that is set back")
    options = options.parse_args()
    if options.days and (options.data / "demo.json").exists():
        stop_with("Days before today need a data folder of their own that no demo has used yet (--data).")
    if options.master and not options.master.is_file():
        stop_with(f"There is no file {options.master}.")
    for ending in (signal.SIGTERM, signal.SIGINT):  # a shell starts background programs deaf to the latter
        signal.signal(ending, signal.default_int_handler)
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", options.port)) == 0:
            stop_with(f"Somebody listens on port {options.port} already. Choose another with --port.")

    data = options.data.resolve()
    (data / "server").mkdir(parents=True, exist_ok=True)
    wanted = tomllib.loads((DEMO / "show.toml").read_text(encoding="utf-8"))
    masters = data / "masters"
    if not all((masters / pathlib.Path(episode["script"]).with_suffix(".wav")).exists() for episode in wanted["episodes"]):
        say("Recording the masters (speech synthesiser, music bed, room noise)")
        if subprocess.run([sys.executable, "-B", HERE / "demo_masters.py", masters], check=False).returncode != 0:
            sys.exit(1)

    server = Server(options.binary.resolve(), data, options.port, options.days)
    try:
        server.wait()
        known = credentials(server, data / "demo.json")
        producer, slug = known["tokens"]["producer"], wanted["slug"]
        known = {"base_url": server.base_url, "feed_url": f"{server.base_url}/shows/{slug}/feed.xml", "show_url": f"{server.base_url}/shows/{slug}"} | {
            "tokens": known["tokens"], "sign_in": known["sign_in"]}
        save(data / "demo.json", known)
        make_show(server, producer, masters, wanted)

        def publish_next(number):
            episode = wanted["episodes"][number]
            base = masters / pathlib.Path(episode["script"]).stem
            publish(server, producer, slug, episode["title"], base.with_suffix(".wav"), [
                "--summary", episode["summary"], "--notes", DEMO / episode["notes"], "--transcript", base.with_suffix(".vtt"),
                "--chapters", f"{base}.chapters.txt", "--season", episode["season"], "--number", episode["number"]])

        if options.days:
            live_through(server, producer, slug, options.days, options.listeners, publish_next)
        for number in range(len(wanted["episodes"])):
            publish_next(number)
        if options.master:
            publish(server, producer, slug, options.master.stem.replace("_", " ").replace("-", " ").strip().capitalize(), options.master.resolve(),
                    ["--season", 1, "--number", len(wanted["episodes"]) + 1])
        if options.listeners:
            say(f"{options.listeners} podcast apps are listening …")
            send_listeners(server, producer, slug, options.listeners, lambda episode: options.days / episode["number"])
        show_where(known, data)
        say("demo ready")
        server.process.wait()
        sys.exit("The server ended; see " + str(data / "server.log"))
    except KeyboardInterrupt:
        say("\nStopping; the data stays in " + str(data))
    finally:
        if server.process.poll() is None:
            server.stop()


def show_where(known, data):
    signs = known["sign_in"]
    say(f"""
  Feed        {known['feed_url']}
  Show page   {known['show_url']}
  Statistics  {known['base_url']}/statistics   sign in as {signs['analyst']['name']} / {signs['analyst']['password']}
  Studio      {known['base_url']}/studio       sign in as {signs['producer']['name']} / {signs['producer']['password']}
  API tokens  {data / 'demo.json'}
""")


if __name__ == "__main__":
    main()
