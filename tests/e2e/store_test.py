"""The recording as a file: older versions, damage, copies and slices, and what happens around one that is in use."""

import contextlib
import lzma
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import unittest

from support import ANALYZER, CAPTURE, COLLECTOR, NOBODY, ROOT, Case, analyzer, collector, run

sys.path.insert(0, str(ROOT / "tests/bench"))

import kill9


class VersionTest(Case):
    """A sample recording of each older version, all imported from one capture: tests/stores/README.md."""

    CAPTURE = ROOT / "samples/captures/scenarios/restart_between_requests-2.14.5.tar.xz"

    def setUp(self):
        super().setUp()
        self.store = self.folder / "version-1.db"
        self.store.write_bytes(lzma.decompress((ROOT / "tests/stores/version-1.db.xz").read_bytes()))

    def version(self):
        with sqlite3.connect(self.store) as database:
            return database.execute("PRAGMA user_version").fetchone()[0]

    def said(self, store):
        """The analysis, but for the name and the id of the recording: the same bytes for the same bodies."""
        text = self.done(analyzer("incidents", store, "--format", "json")).out.decode()
        return re.sub(r'"(id|name)": "([0-9a-f]{32}|[\w-]+\.db)"', r'"\1": ""', text)

    def said_of_the_capture(self):
        with tarfile.open(self.CAPTURE) as archive:
            archive.extractall(self.folder / "capture")
        fresh = self.folder / "fresh.db"
        collector("import", "--store", fresh, self.folder / "capture")
        return self.said(fresh)

    def test_an_older_recording_is_read_without_being_changed(self):
        before = self.store.read_bytes()
        self.assertEqual(self.said(self.store), self.said_of_the_capture())
        self.assertEqual(self.store.read_bytes(), before)

    def test_a_migrated_recording_is_whole_and_analysed_to_the_same_bytes(self):
        self.done(collector("prune", "--store", self.store, "--max-age", "9999d"))
        self.assertEqual(self.version(), 2)
        self.done(collector("verify", "--store", self.store))
        self.assertEqual(self.said(self.store), self.said_of_the_capture())

    def test_migrating_changes_no_byte_of_the_analysis(self):
        words = ["incidents", self.store, "--format", "json"]
        before = self.done(analyzer(*words)).out
        self.done(collector("prune", "--store", self.store, "--max-age", "9999d"))
        self.assertEqual(self.done(analyzer(*words)).out, before)

    def test_a_damaged_one_is_recovered(self):
        self.done(collector("export", "--store", self.store, self.folder / "before"))
        bytes_ = bytearray(self.store.read_bytes())
        bytes_[100:108] = bytes(8)  # the schema cannot be read any more
        self.store.write_bytes(bytes_)
        good = self.folder / "good.db"
        self.done(collector("recover", "--store", self.store, "-o", good))
        self.done(collector("verify", "--store", good))
        self.done(collector("export", "--store", good, self.folder / "after"))
        self.assertEqual(subprocess.run(["diff", "-r", self.folder / "before", self.folder / "after"], check=False).returncode, 0)

    def test_it_exports_what_it_exported_before(self):
        self.done(collector("export", "--store", self.store, self.folder / "unmigrated"))
        self.done(collector("prune", "--store", self.store, "--max-age", "9999d"))
        self.done(collector("export", "--store", self.store, self.folder / "migrated"))
        self.assertEqual(subprocess.run(["diff", "-r", self.folder / "unmigrated", self.folder / "migrated"], check=False).returncode, 0)


class StoreTest(Case):
    def imported(self):
        collector("import", "--store", self.store, CAPTURE)

    def test_a_flipped_byte_is_named(self):
        self.imported()
        self.done(collector("verify", "--store", self.store))
        bytes_ = bytearray(self.store.read_bytes())
        at = bytes_.rfind(b"\x28\xb5\x2f\xfd") + 40
        bytes_[at] ^= 1
        self.store.write_bytes(bytes_)
        found = collector("verify", "--store", self.store)
        self.assertEqual(found.code, 1)
        self.assertRegex(found.out.decode(), r"epoch \d+, \w+/\w+: ")
        saved = collector("recover", "--store", self.store, "-o", self.folder / "good.db")
        self.assertEqual(saved.code, 1)
        self.done(collector("verify", "--store", self.folder / "good.db"))

    def test_a_backup_is_analysed_to_the_same_bytes(self):
        self.imported()
        (self.folder / "copy").mkdir()
        copy = self.folder / "copy/history.db"
        self.done(collector("backup", "--store", self.store, copy))
        here, there = (analyzer("incidents", path, "--format", "json").out for path in (self.store, copy))
        self.assertEqual(here, there)

    def test_a_slice_reports_of_any_window_what_the_whole_reports_of_it(self):
        """The lead-in is longer than the recording: nothing that findings rest on is missing."""
        with tarfile.open(ROOT / "samples/captures/scenarios/crash_and_restart-2.14.5.tar.xz") as archive:
            archive.extractall(self.folder / "capture")
        collector("import", "--store", self.store, self.folder / "capture")
        with contextlib.closing(sqlite3.connect(self.store)) as database:
            times = [at for at, in database.execute(
                "SELECT strftime('%Y-%m-%dT%H:%M:%f', started_us / 1e6, 'unixepoch') || 'Z' FROM epoch ORDER BY number")]
        chance = random.Random(1)
        for number in range(5):
            since, until = sorted(chance.sample(times, 2))
            with self.subTest(since=since, until=until):
                piece = self.folder / f"slice{number}.db"
                self.done(collector("cut", "--store", self.store, "--since", since, "--until", until, "-o", piece))
                self.done(collector("verify", "--store", piece))
                told = self.done(analyzer("incidents", piece, "--format", "json")).json
                asked = self.analysis("--since", since, "--until", until)
                self.assertEqual(told["incidents"], asked["incidents"])
                self.assertEqual(told["findings"], asked["findings"])

    def test_prune_needs_to_be_told_how_much_to_keep(self):
        self.imported()
        self.refused(collector("prune", "--store", self.store), 2, "--max-age")

    def test_status_tells_what_retention_would_do(self):
        self.imported()
        told = self.done(collector("status", "--store", self.store, "--max-age", "1000d", "--format", "json")).json
        self.assertGreater(told["epochs"], 0)
        self.assertNotIn("retention_next", told)


    def test_a_damaged_recording_is_analysed_as_far_as_it_goes(self):
        self.imported()
        whole = self.store.read_bytes()
        chance = random.Random(1)
        counted = 0
        for _ in range(30):
            bytes_ = bytearray(whole)
            at = chance.randrange(len(bytes_))
            bytes_[at] ^= 1 << chance.randrange(8)
            self.store.write_bytes(bytes_)
            told = analyzer("incidents", self.store, "--no-facts", "--format", "json")
            if told.code == 0:
                counted += told.json["recording"]["damage"] > 0
            else:
                self.refused(told, 3, "history.db")
        self.assertGreater(counted, 0)


class AdversityTest(Case):
    """What happens around a store that is in use."""

    def collect(self, program=COLLECTOR, **options):
        return run(program, "collect", "--store", self.store, "--target", "http://127.0.0.1:9", **options)

    def epochs(self):
        return kill9.epochs(self.store)

    def test_a_reader_in_an_open_transaction_costs_no_epoch_and_sees_none_of_them(self):
        self.done(self.collect())
        with contextlib.closing(sqlite3.connect(self.store, isolation_level=None)) as reader:
            reader.execute("BEGIN")
            count = "SELECT count(*) FROM epoch"
            self.assertEqual(reader.execute(count).fetchone()[0], 1)
            for _ in range(3):
                self.done(self.collect())
            self.assertEqual(reader.execute(count).fetchone()[0], 1)
            self.assertEqual(self.analysis()["recording"]["epochs"], 4)
        self.done(collector("verify", "--store", self.store))

    def test_analyses_while_a_collector_writes_see_whole_epochs_only(self):
        self.done(self.collect())
        words = [COLLECTOR, "watch", "--store", self.store, "--target", "http://127.0.0.1:9", "--every", "100ms", "--epochs", "20", "--quiet"]
        with contextlib.closing(sqlite3.connect(self.store, isolation_level=None)) as reader, subprocess.Popen(words) as watch:
            reader.execute("BEGIN")
            count = "SELECT count(*) FROM epoch"
            opened = reader.execute(count).fetchone()[0]
            seen = [opened]
            while watch.poll() is None:
                recording = self.analysis()["recording"]
                self.assertEqual(recording["damage"], 0)
                seen.append(recording["epochs"])
            self.assertEqual(watch.returncode, 0)
            self.assertEqual(reader.execute(count).fetchone()[0], opened)
        self.assertEqual(seen, sorted(seen))
        self.assertEqual(self.epochs(), list(range(1, 22)))
        self.done(collector("verify", "--store", self.store))

    def test_where_no_more_can_be_written_the_epoch_is_lost_and_nothing_else(self):
        self.done(self.collect())

        def no_room():
            # Enough for SQLite's index of the -wal, and for two pages in it: less than an epoch.
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (33_000, 33_000))

        for _ in range(3):
            self.refused(self.collect(preexec_fn=no_room), 3, "history.db")
        self.assertEqual(self.epochs(), [1])
        self.done(collector("verify", "--store", self.store))
        self.done(self.collect())
        self.assertEqual(self.epochs(), [1, 2])
        self.done(collector("verify", "--store", self.store))

    def test_a_store_of_somebody_else_is_read_and_the_collector_says_why_it_cannot_write(self):
        self.done(self.collect())
        # Where root has cloned the project into its home, nobody else gets at the programs.
        own_collector, own_analyzer = (shutil.copy(program, self.folder) for program in (COLLECTOR, ANALYZER))
        self.folder.chmod(0o755)
        before = sorted(path.name for path in self.folder.iterdir())
        if not NOBODY:
            self.store.chmod(0o444)
            self.folder.chmod(0o555)
        self.done(run(own_analyzer, "incidents", self.store, "--format", "json", **NOBODY))
        self.done(run(own_collector, "verify", "--store", self.store, **NOBODY))
        self.refused(self.collect(own_collector, **NOBODY), 3, "history.db")
        self.folder.chmod(0o755)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), before)


if __name__ == "__main__":
    unittest.main()
