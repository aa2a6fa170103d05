"""Digests, received by a mail server and a webhook that first refuse: each comes once, whole, signed, and says what the page says."""
import base64, email, email.header, hashlib, hmac, http.server, json, re, socketserver, sqlite3, threading, time

from support import BINARY, earshot, run, same, step, until

SECRET = "a secret of this test"


class Sink:
    """What came; refuses as often as it is told to."""
    def __init__(self, refusals):
        self.lock, self.refusals, self.refused, self.got = threading.Lock(), refusals, 0, []

    def takes(self):
        with self.lock:
            if self.refused < self.refusals:
                self.refused += 1
                return False
            return True


class Mail(socketserver.StreamRequestHandler):
    def handle(self):
        say = lambda line: self.wfile.write(line.encode() + b"\r\n")
        say("220 sink")
        envelope = {}
        while line := self.rfile.readline().decode().rstrip("\r\n"):
            word = line.upper().split(":")[0].split(" ")[0]
            if word == "MAIL":
                envelope = {"from": line.split("<")[1].split(">")[0], "to": []}
            elif word == "RCPT":
                envelope["to"].append(line.split("<")[1].split(">")[0])
            elif word == "DATA":
                say("354 go on")
                content = b""
                while (piece := self.rfile.readline()) != b".\r\n":
                    content += piece[1:] if piece.startswith(b"..") else piece
                if self.server.sink.takes():
                    self.server.sink.got.append((envelope, email.message_from_bytes(content)))
                    say("250 taken")
                else:
                    say("451 try again later")
                continue
            elif word == "QUIT":
                return say("221 bye")
            say("250 fine")


class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/elsewhere":
            self.server.sink.got.append("followed a redirect")
        if not self.server.sink.takes():  # a redirect must not be followed
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
        else:
            self.server.sink.got.append((self.headers, body))
            self.send_response(204)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def serve(kind, handler, refusals):
    server = kind(("127.0.0.1", 0), handler)
    server.daemon_threads, server.sink = True, Sink(refusals)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def make_due(server):
    """As if the server had last been there some days ago."""
    catalogue = sqlite3.connect(server.data / "catalogue.db")
    with catalogue:
        rows = catalogue.execute("select name, channel, sent, attempts from digests").fetchall()
        same("digests when they are new", sorted(rows), sorted((name, channel, 1, 0) for name, channel, *_ in rows))
        catalogue.execute("update digests set last_day = '2026-01-01'")
        catalogue.execute("update episodes set state = 'withdrawn', first_public_at = created_at")  # what was never public is in no digest
    catalogue.close()
    return len(rows)


def timeless(text):
    """Without the minute in which it was made."""
    return re.sub(r"(?m)^Made on .*$", "Made on …", text)


def check_mail(got, text):
    for address in ("press@example.org", "minister@example.org"):
        found = [message for envelope, message in got if envelope == {"from": "earshot@example.org", "to": [address]}]
        same(f"letters for {address}", len(found), 1)
        message = found[0]
        same("recipient in the head", message["To"], address)
        same("type", message.get_content_type(), "text/plain")
        assert str(email.header.make_header(email.header.decode_header(message["Subject"]))) == text.splitlines()[0], message["Subject"]
        same("letter", timeless(message.get_payload(decode=True).decode()), timeless(text))
    same("Message-IDs", len({message["Message-ID"] for _, message in got}), 2)


def check_webhook(got, text):
    same("posted", len(got), 1)
    fields, body = got[0]
    signed = f"{fields['webhook-id']}.{fields['webhook-timestamp']}.".encode() + body
    same("signature", fields["webhook-signature"], "v1," + base64.b64encode(hmac.new(SECRET.encode(), signed, hashlib.sha256).digest()).decode())
    assert abs(int(fields["webhook-timestamp"]) - time.time()) < 600
    document = json.loads(body)
    same("members", sorted(document), ["digest", "from", "subject", "text", "to"])
    same("posted text", timeless(document["text"]), timeless(text))


def main():
    mail = serve(socketserver.ThreadingTCPServer, Mail, 1)
    hook = serve(http.server.ThreadingHTTPServer, Hook, 1)
    settings = (f'[mail]\nrelay = "smtp://127.0.0.1:{mail.server_address[1]}"\nfrom = "earshot@example.org"\nplain = true\n'
                '[[digest]]\nname = "daily"\nshow = "night-watch"\nevery = "daily"\nat = "00:00"\nsecret_file = "secret"\nformat = "json"\ninternal = true\n'
                f'email = ["press@example.org", "minister@example.org"]\nwebhook = "http://127.0.0.1:{hook.server_address[1]}/here"\n'
                f'[[digest]]\nname = "outside"\nwebhook = "https://127.0.0.1:{hook.server_address[1]}/"\nsecret_file = "secret"\n')
    with earshot(settings) as server:
        (server.folder / "secret").write_text(SECRET + "\n")
        server.api("POST", "/shows", {"slug": "night-watch", "title": "Nächtliche Wache", "description": "A test.",
                                      "actions": [{"label": "Call 999", "href": "tel:999", "emergency": True}]})
        server.api("POST", "/shows/night-watch/episodes", {"title": "One"})
        receivers = until("the digests to be known", lambda: len(run("sqlite3", server.data / "catalogue.db", "select 1 from digests").stdout.split()) == 4)
        assert receivers and not mail.sink.got and not hook.sink.got, "a new digest begins with the next period"
        server.stop()
        same("receivers", make_due(server), 4)
        server.start()
        until("both to refuse once", lambda: mail.sink.refused and hook.sink.refused, 30)
        server.kill()  # what was refused is not forgotten
        server.start()
        until("all to come", lambda: len(mail.sink.got) >= 2 and hook.sink.got, 60)
        text = run(BINARY, "digest", "daily", "--config", server.config).stdout
        assert text.startswith("Nächtliche Wache: ") and "Call 999: 0" in text, text
        check_mail(mail.sink.got, text)
        check_webhook(hook.sink.got, text)
        step("refused once, killed in between, then each receiver had the digest once, as `earshot digest` prints it")
        server.stop()
        server.start()
        time.sleep(6)  # one look at least
        same("letters after a restart", (len(mail.sink.got), len(hook.sink.got)), (2, 1))
        refused = [event["problem"] for event in server.events("digest") if event["name"] == "outside"]
        assert all("private network" in problem for problem in refused), refused
        assert "press@" not in (server.folder / "server.log").read_text(), "an address is in the log"
        sent = [entry["object"] for entry in server.api("GET", "/audit", role="admin")["entries"] if entry["what"] == "digest.send"]
        same("digests in the audit log", len(sent), 3)
        same("readiness", json.loads(server.get("/readyz")[2])["checks"]["digests"], "warning")
        step("a restart sends nothing twice; a webhook that leads inside is not called; the audit log has what was sent, no log an address")
        run(BINARY, "digest", "daily", "--send", "--config", server.config)
        same("letters after a trial", (len(mail.sink.got), len(hook.sink.got)), (4, 2))


main()
