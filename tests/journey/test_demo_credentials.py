"""The demo's first start is interrupted between making an account or token and noting it; the next start works all the same."""
import json, sys

from support import BINARY, ROOT, Refused, earshot, same, step

sys.path.insert(0, str(ROOT / "scripts"))
import demo


class Interrupted(Exception):
    pass


class Started(demo.Server):
    """The demo's own server object around one that runs already; staff() breaks off after so many calls that made something."""

    def __init__(self, server, calls):
        self.binary, self.data, self.calls = BINARY, server.folder, calls

    def staff(self, *words):
        made = super().staff(*words)
        if words[:2] != ("account", "list"):
            self.calls -= 1
            if self.calls == 0:
                raise Interrupted
        return made


def main():
    with earshot() as server:
        (server.folder / "server").symlink_to(server.data)
        file = server.folder / "demo.json"
        for calls in range(1, 7):
            try:
                demo.credentials(Started(server, calls if calls < 3 else 2), file)
            except Interrupted:
                pass
        known = demo.credentials(Started(server, 99), file)
        same("roles", (sorted(known["tokens"]), sorted(known["sign_in"])), (sorted(demo.ROLES),) * 2)
        same("what was noted", json.loads(file.read_text()), known)
        for role, token in known["tokens"].items():
            server.tokens[role] = token
            same("role of the token", server.api("GET", "/me", role=role)["role"], role)
        same("a second start", demo.credentials(Started(server, 1), file), known)
        step("an interrupted first start of the demo can be started again")


main()
