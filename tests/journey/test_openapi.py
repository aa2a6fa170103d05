"""Every operation of docs/openapi.json is asked of a real server; what it answers must be as the document says, with no member more."""
import contextlib, copy, datetime, http.client, json, pathlib, re, tempfile, urllib.parse, warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import jsonschema

from support import ROOT, cover, earshot, run, same, slow_listen, speech_master, step, until

DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text())
UNSEEN = {  # members that only other circumstances bring
    "Me.csrf_token",  # of a session
    "SelfAudit.differences.case", "SelfAudit.differences.expected", "SelfAudit.differences.counted",  # of a server that counts wrongly
    *(f"Statistics.{table}.fewer_than" for table in ("apps", "devices", "countries", "sites")),  # of days that are over
    *(f"EpisodeStatistics.{member}" for member in ("ages.days", "ages.downloads", "ages.fewer_than", "ages.is_partial", "reach.listens", "reach.parts")),  # likewise
    *(f"Notes.notes.{member}" for member in ("day", "words", "who", "of_all_shows")),  # they are written on a page
    *(f"Acting.follows.{table}.fewer_than" for table in ("episodes", "places")),
}
formats = jsonschema.FormatChecker(("date",))


@formats.checks("date-time", raises=ValueError)
def is_time(text):
    return not isinstance(text, str) or (text.endswith("Z") and bool(datetime.datetime.fromisoformat(text[:-1])))


def closed(schema):
    """The same schema, but members it does not know are faults."""
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    result = {name: closed(part) for name, part in schema.items()}
    if isinstance(schema.get("properties"), dict) and schema.get("type") == "object":
        result.setdefault("additionalProperties", False)
    return result


SCHEMAS = closed(DOCUMENT["components"])


def resolved(part):
    while "$ref" in part:
        target = DOCUMENT
        for name in part["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        part = target
    return part


class Seen:
    """Which members of which schemas have come."""
    def __init__(self):
        self.members = set()

    def note(self, schema, value, name):
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
        schema = resolved(schema)
        for choice in schema.get("anyOf", ()):
            if value is not None and choice != {"type": "null"}:
                self.note(choice, value, name)
        if isinstance(value, dict):
            for member, part in schema.get("properties", {}).items():
                if member in value:
                    self.members.add(f"{name}.{member}")
                    self.note(part, value[member], f"{name}.{member}")
            if isinstance(schema.get("additionalProperties"), dict):
                for each in value.values():
                    self.note(schema["additionalProperties"], each, name)
        for each in value if isinstance(value, list) else ():
            self.note(schema["items"], each, name)


def members_of(schema, name, found):
    if "$ref" in schema:
        return
    for choice in schema.get("anyOf", ()):
        members_of(choice, name, found)
    for member, part in schema.get("properties", {}).items():
        found.add(f"{name}.{member}")
        members_of(part, f"{name}.{member}", found)
    if "items" in schema:
        members_of(schema["items"], name, found)


def known_members():
    """Of all schemas of answers."""
    found = set()
    for name, schema in DOCUMENT["components"]["schemas"].items():
        if not name.startswith("New") and not name.endswith("Edit"):
            members_of(schema, name, found)
    return found


class Asker:
    def __init__(self, server):
        self.server, self.asked, self.seen = server, set(), Seen()
        self.operations = {operation["operationId"]: (method.upper(), path, operation)
                           for path, methods in DOCUMENT["paths"].items() for method, operation in methods.items()}

    def __call__(self, operation_id, body=None, kind="application/json", wanted=None, fields=(), query="", **names):
        """The answer's (fields, content); it must be one that the document names: `wanted`, or the first 2xx."""
        method, path, operation = self.operations[operation_id]
        self.asked.add(operation_id)
        target = "/api/v1" + re.sub(r"{(\w+)}", lambda name: urllib.parse.quote(names[name[1]]), path) + query
        role = {"anyone": None, "staff": "admin"}.get(operation["x-role"], operation["x-role"])
        if isinstance(body, (dict, list)):
            schema = operation["requestBody"]["content"][kind]["schema"]
            self.check(f"body of {operation_id}", schema, body)
            body = json.dumps(body).encode()
        head = dict(fields) | ({"Authorization": f"Bearer {self.server.tokens[role]}"} if role else {}) | ({"Content-Type": kind} if body is not None else {})
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        connection.request(method, target, body=body, headers=head)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        status = str(wanted or min(status for status in operation["responses"] if status.startswith("2")))
        same(f"status of {operation_id}, which said {content[:300]}", str(answer.status), status)
        named = resolved(operation["responses"].get(status, operation["responses"]["default"]))
        for name in named.get("headers", {}):
            assert answer.headers[name] is not None or operation_id == "createShow", f"{operation_id} has no {name}"
        if "content" not in named:
            same(f"content of {operation_id}", content, b"")
            return answer.headers, content
        kind = answer.headers.get_content_type()
        assert kind in named["content"], f"{operation_id} answers {kind}"
        schema = named["content"][kind].get("schema", {})
        if "json" not in kind:
            return answer.headers, content
        content = json.loads(content)
        self.check(f"answer to {operation_id}", schema, content)
        self.seen.note(schema, content, operation_id)
        return answer.headers, content

    def check(self, what, schema, value):
        validator = jsonschema.Draft202012Validator({**closed(schema), "components": SCHEMAS}, format_checker=formats)
        for fault in validator.iter_errors(value):
            raise AssertionError(f"{what}: {fault.json_path}: {fault.message[:500]}")


def make_things(ask, server):
    ask("createShow", {"slug": "night-watch", "title": "Night Watch", "description": "A test.", "language": "en-GB", "author": "The testers",
                       "category": "Society & Culture", "subcategory": "Documentary", "type": "serial", "people": [{"name": "Ann Example", "role": "host"}],
                       "actions": [{"label": "Report it", "href": "https://www.gov.uk/ACT"}, {"label": "Call 999", "href": "tel:999", "emergency": True}]})
    ask("putShowArtwork", cover(server.folder / "cover.png").read_bytes(), "image/png", query="?alt=A%20lamp", show="night-watch")
    ask("editShow", {"notice": "Only a test.", "time_zone": "Europe/London"}, show="night-watch")
    ask("listShows"), ask("getShow", show="night-watch"), ask("getShow", show="nothing", wanted=404), ask("getMe"), ask("getOpenApi")
    episode = ask("createEpisode", {"title": "Part one", "season": 1, "number": 1, "notes": "Call [us](tel:0800789321)."}, show="night-watch")[1]["id"]
    ask("editEpisode", {"summary": "The first.", "people": [{"name": "Ann Example"}], "season": None}, episode=episode)
    ask("editEpisode", {"title": ""}, episode=episode, wanted=400)
    ask("putChapters", b"00:00:00 What this is\n00:00:05 What to do now\n", "text/plain", episode=episode)
    ask("putTranscript", b"WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nIf something does not feel right, report it.\n", "text/vtt", episode=episode)
    for form in ("vtt", "srt", "json", "html"):
        ask("getTranscript", episode=episode, query=f"?format={form}")
    ask("putEpisodeArtwork", cover(server.folder / "window.jpg", "#7a2e00").read_bytes(), "image/jpeg", query="?alt=A%20window", episode=episode)
    spare = ask("createEpisode", {"title": "Part two"}, show="night-watch")[1]["id"]
    ask("putTranscript", b"1\n00:00:01,000 --> 00:00:02,000\nHello.\n", "application/x-subrip", episode=spare)
    ask("deleteTranscript", episode=spare), ask("deleteChapters", episode=spare)
    ask("deleteEpisode", episode=spare)
    return episode


def upload(ask, file):
    tus, octets = {"Tus-Resumable": "1.0.0"}, "application/offset+octet-stream"
    ask("describeUploads")
    quiet = file.with_name("quiet.wav")  # it begins with a pause
    run("ffmpeg", "-loglevel", "error", "-i", file, "-af", "adelay=4s:all=1", "-c:a", "pcm_s24le", "-map_metadata", 0, quiet)
    content = quiet.read_bytes()
    begin = lambda: ask("createUpload", content[:1000], octets, fields=tus | {"Upload-Length": str(len(content))})[0]["Location"].rsplit("/", 1)[1]
    id = begin()
    ask("describeUpload", upload=id)
    same("offset", ask("getUploadOffset", fields=tus, upload=id)[0]["Upload-Offset"], "1000")
    half = len(content) // 2
    ask("continueUpload", content[1000:half], octets, fields=tus | {"Upload-Offset": "1000"}, upload=id)
    ask("continueUploadByPost", content[half:], octets, fields=tus | {"Upload-Offset": str(half), "X-HTTP-Method-Override": "PATCH"}, upload=id, wanted=204)
    ask("endUpload", fields=tus, upload=begin())
    return id


def transcriber(folder):
    """Settings with a program for drafts."""
    program = folder / "transcribe"
    program.write_text("#!/bin/sh\nprintf 'WEBVTT\\n\\n00:01.000 --> 00:03.000\\nHeard by a program.\\n'\n")
    program.chmod(0o700)
    return f'[transcribe]\ncommand = ["{program}"]\n'


def write_drafts(ask, server, episode):
    for after in ("deleteTranscriptDraft", "acceptTranscriptDraft"):
        same("draft", server.finished(ask("draftTranscript", {}, episode=episode)[1]["id"])["state"], "succeeded")
        ask("getEpisode", episode=episode), ask("getTranscriptDraft", episode=episode, query="?format=srt")
        ask(after, {} if after.startswith("accept") else None, episode=episode)


def publish(ask, server, episode):
    job = ask("putMaster", {"upload": upload(ask, speech_master(server.folder / "one.wav", 75))}, episode=episode)[1]["id"]
    assert b"event: job" in ask("watchJob", job=job)[1]
    same("job", ask("getJob", job=job)[1]["state"], "succeeded")
    ask("retryJob", {}, job=job, wanted=409), ask("cancelJob", {}, job=job, wanted=409), ask("putJobPriority", {"priority": "low"}, job=job, wanted=409)
    ask("publishEpisode", {"at": "2099-01-01T00:00:00Z"}, episode=episode)
    ask("unscheduleEpisode", {}, episode=episode)
    ask("publishEpisode", {}, episode=episode)
    write_drafts(ask, server, episode)
    ask("getSound", episode=episode)
    for file in ("100.dat", "1.json"):
        ask("getWaveform", episode=episode, file=file), ask("getMasterWaveform", episode=episode, file=file)
    job = ask("putRedactions", {"ranges": [{"start": 30.5, "end": "0:31.5", "kind": "mute"}]}, episode=episode)[1]["id"]
    same("redaction", server.finished(job)["state"], "succeeded")
    ask("getRedactions", episode=episode), ask("listJobs"), ask("listEpisodes", show="night-watch")
    return ask("getEpisode", episode=episode)[1]


def end_jobs(ask, server, episode):
    """Of a server that works on nothing."""
    content = (server.folder / "one.wav").read_bytes()
    tus = {"Tus-Resumable": "1.0.0", "Upload-Length": str(len(content))}
    id = ask("createUpload", content, "application/offset+octet-stream", fields=tus)[0]["Location"].rsplit("/", 1)[1]
    job = ask("putMaster", {"upload": id}, episode=episode)[1]["id"]
    ask("putJobPriority", {"priority": "high"}, job=job)
    ask("cancelJob", {}, job=job), ask("retryJob", {}, job=job), ask("cancelJob", {}, job=job)


def listen(ask, server, episode):
    path = urllib.parse.urlparse(episode["renditions"][0]["url"]).path
    for listener in range(1, 13):
        slow_listen(server.port, path, "AntennaPod/3.4.0", episode["renditions"][0]["byte_length"] - 1, f"127.0.0.{listener}")
    form = urllib.parse.urlencode({"link": "tel:999", "place": "band", "episode": episode["slug"]}).encode()
    for _ in range(12):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("POST", "/follows/night-watch", form, {"Content-Type": "application/x-www-form-urlencoded", "Origin": server.base_url})
        same("follow", connection.getresponse().status, 204)
    until("the listeners to be counted", lambda: (server.downloads(episode["id"]) or 0) >= 10, 30)


def ask_figures(ask, today, episode):
    ask("getEpisodeStatistics", episode=episode)
    ask("getStatistics", query="?show=night-watch"), ask("getStatistics", query=f"?from={today}&to={today}")
    for table in ("getStatisticsCsv", "getEverythingCsv"):
        assert b"night-watch" in ask(table)[1]
    ask("getActing", show="night-watch"), ask("getActingCsv", show="night-watch")
    ask("getToday"), ask("getStatisticsNotes", show="night-watch")


def main():
    same("version of OpenAPI", run("node", ROOT / "tests/journey/check_openapi.mjs", ROOT / "docs/openapi.json", cwd=ROOT).stdout.strip(), "3.1")
    step("docs/openapi.json is valid OpenAPI 3.1")
    with tempfile.TemporaryDirectory() as folder, earshot(transcriber(pathlib.Path(folder))) as server:
        ask = Asker(server)
        same("the document that is served", ask("getOpenApi")[1], DOCUMENT)
        episode = publish(ask, server, make_things(ask, server))
        today = datetime.datetime.now(datetime.timezone.utc).date().isoformat()
        ask_figures(ask, today, episode["id"])  # too few to be shown
        listen(ask, server, episode)
        ask("putTotals", f"day,calls\n{today},41\n".encode(), "text/csv", show="night-watch")
        ask("getSelfAudit", wanted=404), ask("runSelfAudit", {}), ask("getSelfAudit")
        ask_figures(ask, today, episode["id"])
        server.stop()
        server.config.write_text(server.config.read_text() + "[publishing]\nworkers = 0\n[statistics]\nsuppress_below = 1\n")
        server.start()
        ask_figures(ask, today, episode["id"])  # broken down, too
        end_jobs(ask, server, episode["id"])
        ask("withdrawEpisode", {}, episode=episode["id"]), ask("getAuditTrail")
        same("operations nobody asked for", set(ask.operations) - ask.asked, set())
        same("members that never came", known_members() - ask.seen.members - UNSEEN, set())
        step(f"{len(ask.asked)} operations answer as the document says; {len(ask.seen.members)} members of it have come")


main()
