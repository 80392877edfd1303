"""A server whose clock is 90 seconds ahead: every time that it tells is shifted. The source is a crash of that server."""

import re
from datetime import datetime, timedelta

from derived import derive

AHEAD = 90
SOURCE = "crash_and_restart"
TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


def later(match):
    return (datetime.fromisoformat(match[0].decode()) + timedelta(seconds=AHEAD)).isoformat().encode()


def make(capture, out):
    victim = capture.truth["parameters"]["victim"]

    def bodies(files):
        return {path: TIME.sub(later, content) if path.startswith(f"{victim}/") else content for path, content in files.items()}

    def truth(document):
        skew = {"what": "condition", "kind": "clock_skew", "cluster": "east", "server": victim, "severity": ["info"],
                "began": [document["recording"], document["faults"][0]["began"][1]], "ended": "any", "members": False}
        return document | {"must": [*document["must"], skew]}

    return derive(capture, out, "clock_off", f"every time that {victim} tells is {AHEAD} s later", bodies, truth)
