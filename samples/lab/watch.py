"""A running `nats-collector watch`, and a way to wait for its next epoch."""

import contextlib
import os
import queue
import re
import subprocess
import threading
import time

from processes import LabError, end, spawn

EPOCH = re.compile(r"epoch \d+: ")


class Watch:
    """Records the servers until closed. The collector says on its standard error when an epoch is stored."""

    def __init__(self, collector, store, servers, every, log, *options):
        targets = [word for server in servers for word in ("--target", server.url)]
        command = [collector, "watch", "--store", store, "--every", every, *targets, *options]
        # The servers are on loopback: a proxy set for the outside world has no business here.
        environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
        self.process = spawn(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
        self.epochs = 0
        self.lines = queue.Queue()
        self.log = open(log, "w", encoding="utf-8")
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.process.stderr:
            self.log.write(line)
            self.log.flush()
            self.lines.put(line)
        self.lines.put(None)

    def _next(self, timeout):
        """One more line has come, or queue.Empty after the time."""
        line = self.lines.get(timeout=timeout) if timeout > 0 else self.lines.get_nowait()
        if line is None:
            raise LabError(f"the collector ended with exit code {self.process.wait()}: see {self.log.name}")
        self.epochs += bool(EPOCH.match(line))

    def wait_epochs(self, count=1, timeout=30):
        """Returns right after the last of `count` epochs that are still to come has been stored."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._next(0)
        wanted = self.epochs + count
        deadline = time.monotonic() + timeout
        while self.epochs < wanted:
            try:
                self._next(deadline - time.monotonic())
            except queue.Empty:
                raise LabError(f"the collector recorded no epoch within {timeout} s: see {self.log.name}") from None

    def close(self):
        end(self.process, timeout=10)
        self.reader.join()
        self.process.stderr.close()
        self.log.close()
