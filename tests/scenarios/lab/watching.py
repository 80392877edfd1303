"""What servers say over time, where a truth rests on when their answers began to show it."""

import json
import threading
import time

from capture import time_of
from faults import Moment


class Samples:
    """Answers of servers, each with its time. `spans` tells when something was so."""

    def __init__(self, servers):
        self.samples = {server: [] for server in servers}

    def spans(self, server, so):
        """Spans in which `so(status, body)` held: [began, ended], each a Moment; ended is None if it still did."""
        found, before = [], None
        for early, late, status, body in self.samples[server]:
            now = so(status, body)
            if now and not (before and before[1]):
                found.append([Moment(before[0] if before else early, late), None])
            elif before and before[1] and not now:
                found[-1][1] = Moment(before[0], late)
            before = (early, now)
        return found


class Watch(Samples):
    """Asks each server ten times a second, beside everything else."""

    def __init__(self, servers, path, parameters=""):
        super().__init__(servers)
        self.path, self.stopped = path + parameters, threading.Event()
        self.threads = [threading.Thread(target=self._watch, args=(server,), daemon=True) for server in servers]
        for thread in self.threads:
            thread.start()

    def _watch(self, server):
        while not self.stopped.wait(0.1):
            early = time.time()
            status, body = server.ask(self.path, 1)
            if status:
                self.samples[server].append((early, time.time(), status, body))

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()
        return self


class Recorded(Samples):
    """The answers in a capture directory: for what is so for milliseconds now and then, which an epoch meets or does not."""

    def __init__(self, servers, capture, endpoint):
        super().__init__(servers)
        for folder in sorted(path.parent for path in capture.glob("*/epoch.json")):
            asked = json.loads((folder / "epoch.json").read_text())["snapshots"]
            for server in servers:
                body = folder / server.name / f"{endpoint}.json"
                if body.is_file():
                    times = asked[f"{server.name}/{endpoint}"]
                    self.samples[server].append((time_of(times["asked"]), time_of(times["answered"]), 200,
                                                 json.loads(body.read_bytes())))


def overlap(one, other):
    """Spans in which both hold. None as an end is for ever."""
    both = []
    for a, b in ((a, b) for a in one for b in other):
        began = max(a[0], b[0], key=lambda moment: moment.late)
        ends = [end for end in (a[1], b[1]) if end]
        ended = min(ends, key=lambda moment: moment.early) if ends else None
        if ended is None or ended.early > began.late:
            both.append([began, ended])
    return both
