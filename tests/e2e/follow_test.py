"""`--follow` as a process: it tells what is new while the recording grows, and ends when it is told to."""

import select
import shutil
import signal
import subprocess
import tarfile

from support import ANALYZER, ROOT, Case, collector


class FollowTest(Case):
    def setUp(self):
        super().setUp()
        whole = self.folder / "whole"
        with tarfile.open(ROOT / "samples/captures/scenarios/one_link_cut-2.14.5.tar.xz") as archive:
            archive.extractall(whole)
        epochs = sorted(path for path in whole.rglob("*") if (path / "epoch.json").exists())
        self.parts = []
        for number, part in enumerate((epochs[:3], epochs[3:])):
            self.parts.append(self.folder / f"part{number}")
            self.parts[-1].mkdir()
            for epoch in part:
                shutil.move(epoch, self.parts[-1])
        self.done(collector("import", "--store", self.store, self.parts[0]))

    def read_until(self, process, word):
        """Whole lines; the file is one of the process's own, so that none is held back."""
        told = ""
        while word not in told:
            self.assertTrue(select.select([process.stdout], [], [], 60)[0], told)
            part = process.stdout.read1().decode()
            self.assertTrue(part, told)
            told += part
        return told

    def follow(self, verb, signal_, first, later):
        words = [ANALYZER, verb, self.store, "--follow", "--every", "20ms"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            try:
                self.read_until(process, first)
                self.done(collector("import", "--store", self.store, self.parts[1]))
                told = self.read_until(process, later)
                process.send_signal(signal_)
                rest, err = process.communicate(timeout=60)
            finally:
                process.kill()
        self.assertEqual(process.returncode, 0)
        self.assertEqual(err, b"")
        return told + rest.decode()

    def test_timeline(self):
        told = self.follow("timeline", signal.SIGINT, "history.db: ", "route down")
        self.assertNotIn("history.db: ", told)

    def test_incidents(self):
        told = self.follow("incidents", signal.SIGTERM, "No incidents", "a new incident")
        self.assertNotIn("No incidents", told)
