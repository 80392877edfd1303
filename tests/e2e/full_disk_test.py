"""A disk that is really full: a small one in memory, in a mount namespace of its own."""

import json
import os
import subprocess
import time
import unittest
from pathlib import Path

from stub import Answer, Stub
from support import ANALYZER, COLLECTOR, Case, run

PAGE = 4096


class SmallDisk:
    """Programs inside see it at `path`; from here its files are below `seen`."""

    def __init__(self, path, size):
        self.path = path
        # Whoever is not root becomes it where nothing else can be seen.
        words = ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])
        self.holder = subprocess.Popen([*words, "sh", "-c", f"mount -t tmpfs -o size={size} tmpfs '{path}' && echo ready && exec cat"],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.holder.stdout.readline() == b"ready\n", "a tmpfs cannot be mounted: run this as root"
        self.seen = Path(f"/proc/{self.holder.pid}/root{path}")

    def close(self):
        self.holder.stdin.close()
        self.holder.wait()
        self.holder.stdout.close()

    def run(self, program, *words):
        enter = ["nsenter", "--mount", "--root", f"--target={self.holder.pid}"] + ([] if os.geteuid() == 0 else ["--user", "--preserve-credentials"])
        return run(enter[0], *enter[1:], program, *words)

    def fill(self, left):
        """Leaves room for so many bytes."""
        room = os.statvfs(self.seen)
        (self.seen / "filler").write_bytes(bytes(max(0, room.f_bavail * room.f_frsize - left)))

    def make_room(self):
        (self.seen / "filler").unlink()


class FullDiskTest(Case):
    def setUp(self):
        super().setUp()
        # Nothing of these can be saved by compressing it.
        self.stub = Stub({name: Answer(json.dumps({"noise": os.urandom(9000).hex()}).encode()) for name in ("varz", "routez", "gatewayz", "healthz")})
        self.addCleanup(self.stub.close)
        self.disk = SmallDisk(self.folder, "4m")
        self.addCleanup(self.disk.close)

    def collect(self):
        return self.disk.run(COLLECTOR, "collect", "--store", self.store, "--target", self.stub.url, "--interval", "100ms")

    def collector(self, verb):
        return self.done(self.disk.run(COLLECTOR, verb, "--store", self.store, *(["--format", "json"] if verb == "status" else [])))

    def analysis(self, *options):
        return self.done(self.disk.run(ANALYZER, "incidents", self.store, "--format", "json", *options)).json

    def test_what_a_full_disk_cost_is_told_by_the_next_run(self):
        self.done(self.collect())
        # From no room at all, to so much that it is found late; now and then an epoch just fits.
        lost, recorded = 0, 1
        for left in (0, 1, 4, 8, 12, 16, 24, 32):
            with self.subTest(pages_left=left):
                self.disk.fill(left * PAGE)
                # As long as makes a gap, on a machine however quick.
                until = time.monotonic() + 0.3
                tries = []
                while len(tries) < 2 or time.monotonic() < until:
                    tries.append(self.collect())
                for result in tries:
                    if result.code != 0:
                        self.refused(result, 3, "history.db cannot be written: the disk is full", "make room")
                failed = sum(result.code != 0 for result in tries)
                lost, recorded = lost + failed, recorded + len(tries) - failed
                self.collector("verify")
                self.assertEqual(self.analysis()["recording"]["epochs"], recorded)
                self.disk.make_room()
                self.done(self.collect())
                recorded += 1
        self.assertGreaterEqual(lost, 8)
        self.collector("verify")
        told = self.collector("status").json
        self.assertEqual(told["epochs"], recorded)
        self.assertEqual(sum(loss["epochs"] for loss in told["lost"]), lost)
        self.assertEqual({loss["cause"] for loss in told["lost"]}, {"disk_full"})
        recording = self.analysis()
        # Other gaps there may be: a busy machine does not keep to a tenth of a second.
        gaps, told_gaps = ([gap for gap in each["gaps"] if gap["reason"] == "disk_full"] for each in (recording["recording"], told))
        self.assertTrue(gaps)
        self.assertEqual([gap["by"] for gap in gaps], [gap["by"] for gap in told_gaps])
        self.assertTrue(any(finding["text"].endswith("the disk was full") for finding in recording["findings"]))

    def test_a_watch_goes_on_when_there_is_room_again(self):
        self.done(self.collect())
        self.disk.fill(0)
        self.refused(self.collect(), 3)
        self.disk.make_room()
        self.done(self.disk.run(COLLECTOR, "watch", "--store", self.store, "--target", self.stub.url, "--every", "100ms", "--epochs", "2", "--quiet"))
        # A busy machine does not keep to a tenth of a second: slots that were skipped are told as well.
        causes = [loss["cause"] for loss in self.collector("status").json["lost"]]
        self.assertEqual(causes.count("disk_full"), 1)
        self.assertLessEqual(set(causes), {"disk_full", "epoch_overran", "clock_jumped"})

    def test_a_copy_for_which_there_is_no_room_leaves_nothing_behind(self):
        for _ in range(5):
            self.done(self.collect())
        self.disk.fill(8 * PAGE)
        copy = self.folder / "copy.db"
        self.refused(self.disk.run(COLLECTOR, "backup", "--store", self.store, copy), 3, "the disk is full")
        self.assertEqual(sorted(path.name for path in self.disk.seen.iterdir()), ["filler", "history.db", "history.db.lock"])


if __name__ == "__main__":
    unittest.main()
