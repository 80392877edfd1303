"""Members that the recorder knows by its configuration: a crash soon after the recording began, which is then proven at any
interval, since nobody has to be seen alive for a while first. The source is a crash after two minutes of health."""

from capture import time_of
from derived import derive

SOURCE = "crash_and_restart"
HEALTH = 40  # seconds of it that are left


def make(capture, out):
    fault = time_of(capture.truth["faults"][0]["began"][0])
    capture.epochs = [epoch for epoch in capture.epochs if epoch.started >= fault - HEALTH]

    def truth(document):
        return document | {"declared": True}

    def deployment(document):
        clusters = [{"name": name, "members": members, "retired": []} for name, members in capture.truth["clusters"].items()]
        return document | {"clusters": clusters}

    return derive(capture, out, "declared_member_crashes", f"without all but the last {HEALTH} s before the crash, and with "
                  "the members declared", lambda files: files, truth, deployment)
