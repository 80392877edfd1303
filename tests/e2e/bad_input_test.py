"""What people get wrong: each gets one clear line on stderr and the right exit code."""

import shutil
import sqlite3
import unittest

from support import CAPTURE, Case, analyzer, collector

USAGE, STORE, PARTLY = 2, 3, 1
READERS = [["incidents"], ["timeline"], ["servers"], ["report", "--html", "report.html"],
           ["show", "--epoch", "1", "--server", "a1", "--endpoint", "varz"]]


class StoreTest(Case):
    """Files that are no recording of ours: every reader refuses them, and so does the collector, which leaves them as
    they are."""

    def refused_by_all(self, collector_too=True):
        before = self.store.read_bytes() if self.store.exists() else None
        for verb, *options in READERS:
            with self.subTest(verb=verb):
                self.refused(analyzer(verb, self.store, *options, cwd=self.folder), STORE, self.store.name)
        with self.subTest(verb="check"):
            self.assertEqual(analyzer("check", self.store).code, STORE)
        with self.subTest(verb="export"):
            self.refused(collector("export", "--store", self.store, self.folder / "exported"), STORE, self.store.name)
        if collector_too:
            with self.subTest(verb="collect"):
                self.refused(collector("collect", "--store", self.store, "--target", "http://127.0.0.1:1"), STORE,
                             self.store.name)
        self.assertEqual(self.store.read_bytes() if self.store.exists() else None, before)

    def imported(self):
        self.done(collector("import", "--store", self.store, CAPTURE))

    def change(self, statement):
        with sqlite3.connect(self.store) as database:
            database.execute(statement)
        database.close()

    def test_no_file(self):
        self.refused_by_all(collector_too=False)

    def test_empty_file(self):
        self.store.touch()
        self.refused_by_all(collector_too=False)

    def test_no_sqlite(self):
        self.store.write_text("NATS, the recording\n" * 1000)
        self.refused_by_all()

    def test_sqlite_of_another_application(self):
        self.change("CREATE TABLE notes (text TEXT)")
        self.refused_by_all()

    def test_truncated(self):
        self.imported()
        whole = self.store.read_bytes()
        self.store.write_bytes(whole[:len(whole) // 2])
        self.refused_by_all()

    def test_newer_version(self):
        self.imported()
        self.change("PRAGMA user_version = 999")
        self.refused_by_all()

    def test_folder(self):
        self.store.mkdir()
        self.refused(analyzer("incidents", self.store), STORE, self.store.name)

    def test_store_in_a_folder_that_is_not_there(self):
        self.refused(collector("collect", "--store", self.folder / "nowhere/history.db", "--target", "http://127.0.0.1:1"),
                     STORE, "nowhere")


class UsageTest(Case):
    def test_words_the_programs_do_not_know(self):
        self.done(collector("import", "--store", self.store, CAPTURE))
        for program, *words in [
            (collector, "collect", "--store", self.store, "--tarket", "http://127.0.0.1:1"),
            (collector, "colect", "--store", self.store),
            (collector, "collect", "--target", "http://127.0.0.1:1"),
            (collector, "collect", "--store", self.store),
            (collector, "watch", "--store", self.store, "--every", "soon", "--target", "http://127.0.0.1:1"),
            (collector, "watch", "--store", self.store, "--every", "0s", "--target", "http://127.0.0.1:1"),
            (analyzer, "incidents", self.store, "--sinse", "1h"),
            (analyzer, "incident", self.store),
            (analyzer, "incidents"),
            (analyzer, "incidents", self.store, "--since", "yesterday"),
            (analyzer, "incidents", self.store, "--until", "2026-13-45T00:00:00Z"),
            (analyzer, "incidents", self.store, "--join", "-5s"),
            (analyzer, "incidents", self.store, "--format", "yaml"),
            (analyzer, "show", self.store, "--epoch", "1", "--server", "east1", "--endpoint", "connz"),
        ]:
            with self.subTest(words=words):
                self.refused(program(*words), USAGE)

    def test_malformed_urls(self):
        for url in ["", "http://", "ftp://127.0.0.1:8222", "http://127.0.0.1:99999", "http://[::1", "no url at all"]:
            with self.subTest(url=url):
                self.refused(collector("collect", "--store", self.store, "--target", url), USAGE)
                self.assertFalse(self.store.exists(), "nothing was recorded")


class ConfigTest(Case):
    def refused_config(self, text, *words):
        config = self.folder / "collector.toml"
        config.write_text(text)
        self.refused(collector("collect", "--store", self.store, "--config", config), USAGE, "collector.toml", *words)

    def test_no_config(self):
        self.refused(collector("collect", "--store", self.store, "--config", self.folder / "none.toml"), USAGE, "none.toml")

    def test_no_toml(self):
        self.refused_config("interval = \n", "collector.toml:1")

    def test_unknown_key_names_the_nearest(self):
        self.refused_config("\nintervall = '15s'\n", "collector.toml:2", "intervall", "interval")

    def test_wrong_type(self):
        self.refused_config("\n\ninterval = [1]\n", "collector.toml:3", "interval")


class CaptureTest(Case):
    def test_no_capture(self):
        self.refused(collector("import", "--store", self.store, self.folder / "nowhere"), USAGE, "nowhere")

    def test_unknown_file_is_named(self):
        capture = self.folder / "capture"
        shutil.copytree(CAPTURE, capture)
        epoch = next(entry for entry in sorted(capture.iterdir()) if entry.is_dir())
        (epoch / "east1/notes.txt").write_text("what is this?")
        self.refused(collector("import", "--store", self.store, capture), PARTLY, "notes.txt")


if __name__ == "__main__":
    unittest.main()
