"""What the end-to-end tests share: the built programs, the servers to run them against, a folder each."""

import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "samples/lab"), str(ROOT / "tests/scenarios/lab")]

BUILT = Path(os.environ.get("NATSREC_BUILT", ROOT / "build/ci")).resolve()
COLLECTOR = BUILT / "collector/nats-collector"
ANALYZER = BUILT / "analyzer/nats-analyzer"
CAPTURE = ROOT / "samples/captures/supercluster-2.9.10"
# The nats-servers to test against, as paths separated by colons; tests/run.sh says which.
SERVERS = os.environ.get("NATSREC_SERVERS", "nats-server").split(":")


class Result:
    def __init__(self, done):
        self.code, self.out = done.returncode, done.stdout
        self.err = done.stderr.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.out)


# Root may write everything, so that whoever may not has to be somebody else.
NOBODY = {"user": 65534, "group": 65534, "extra_groups": []} if os.geteuid() == 0 else {}


def run(program, *words, timeout=60, **options):
    """Runs a program to its end. Proxies are for the outside world, and the servers are on loopback."""
    environment = {name: value for name, value in options.pop("env", os.environ).items() if not name.lower().endswith("_proxy")}
    return Result(subprocess.run([program, *map(str, words)], capture_output=True, stdin=subprocess.DEVNULL,
                                 timeout=timeout, check=False, env=environment, **options))


def collector(*words, **options):
    return run(COLLECTOR, *words, **options)


def analyzer(*words, **options):
    return run(ANALYZER, *words, **options)


def with_each_server(test):
    """Repeats a test for every nats-server at hand, telling them apart by version."""
    test.each_server = True
    return test


class Case(unittest.TestCase):
    """A test with a folder of its own and with the assertions all of them need."""

    maxDiff = 4000

    def __init_subclass__(cls, **words):
        super().__init_subclass__(**words)
        for name, test in list(vars(cls).items()):
            if getattr(test, "each_server", False):
                delattr(cls, name)
                for server in SERVERS:
                    version = re.sub(r"\W", "_", server_version(server))
                    setattr(cls, f"{name}_{version}", lambda self, test=test, server=server: test(self, server))

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="nats-e2e-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.store = self.folder / "history.db"

    def done(self, result):
        """The program did its work."""
        self.assertEqual(result.code, 0, result.err)
        return result

    def refused(self, result, code, *words):
        """The program gave up with this exit code and one line on stderr that holds these words."""
        self.assertEqual(result.code, code, result.err)
        self.assertRegex(result.err, r"\A[^\n]+\n\Z", "one line on stderr")
        for word in words:
            self.assertIn(word, result.err)

    def analysis(self, *options):
        return self.done(analyzer("incidents", self.store, "--format", "json", *options)).json

    def above_info(self, analysis):
        return sorted((f["kind"], f.get("cluster", ""), f.get("server", ""), f.get("peer", "") or f.get("remote_cluster", ""))
                      for f in analysis["findings"] if f["severity"] != "info")


def server_version(path):
    text = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    return text.strip().rpartition(" ")[2].removeprefix("v")


def processes_naming(folder):
    """Processes whose command line names the folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            if str(folder).encode() in entry.read_bytes():
                found.append(int(entry.parent.name))
    return found
