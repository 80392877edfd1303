"""The facts beside a recording: queries in the sqlite3 shell, and the same answers whatever becomes of the file."""

import csv
import io
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tarfile
import tempfile
import time
import unittest
from pathlib import Path

from support import ANALYZER, BUILT, CAPTURE, NOBODY, ROOT, Case, analyzer, collector, run

QUERIES = sorted((ROOT / "queries").glob("*.sql"))


class FactsCase(Case):
    def setUp(self):
        super().setUp()
        self.facts = Path(f"{self.store}.facts")
        self.environment = {**os.environ, "XDG_CACHE_HOME": str(self.folder / "cache")}

    def told(self, *options, verb="incidents"):
        return self.done(analyzer(verb, self.store, *options, env=self.environment)).out

    def check_the_same(self):
        """With facts and without, what is said is the same, and the facts are what is derived anew."""
        for verb, options in (("incidents", ("--format", "json")), ("timeline", ("--format", "csv")), ("servers", ("--format", "json")),
                              ("incidents", ("--since", "5m")), ("timeline", ("--since", "30s", "--format", "json"))):
            self.assertEqual(self.told(*options, verb=verb), self.told(*options, "--no-facts", verb=verb), (verb, options))
        self.done(analyzer("index", self.store, "--check", env=self.environment))

    def shell(self, query, **parameters):
        """What the sqlite3 shell answers, rows as dictionaries."""
        commands = [f".parameter set :{name} {value}" for name, value in parameters.items()]
        script = "\n".join([".mode csv", ".headers on", *commands, query.read_text()])
        done = subprocess.run(["sqlite3", "-readonly", self.facts], input=script, capture_output=True, text=True, check=True)
        self.assertEqual(done.stderr, "")
        return list(csv.DictReader(io.StringIO(done.stdout)))


class QueryTest(FactsCase):
    """On the capture of a real supercluster, whose README tells what had happened. Epochs were at 05:24:15.689, 24:57.541,
    25:21.878, 25:27.868, 25:39.947, 26:51.973, 30:30.336, 30:45.839, 32:37.118, 35:38.975 and 43:25.149; the intervals from the
    fifth on are gaps, but for the seventh."""

    def setUp(self):
        super().setUp()
        collector("import", "--store", self.store, CAPTURE)
        self.done(analyzer("index", self.store))

    def rows(self, name, *columns, **parameters):
        return [tuple(row[column] for column in columns) for row in self.shell(ROOT / f"queries/{name}.sql", **parameters)]

    def test_every_query_gives_the_program_what_it_gives_the_shell(self):
        for query in QUERIES:
            with self.subTest(query=query.stem):
                rows = self.done(analyzer("query", self.store, query.stem, "--format", "csv")).out.decode()
                self.assertEqual(list(csv.DictReader(io.StringIO(rows))), self.shell(query))

    def test_route_drops(self):
        columns = "server", "peer", "kind", "began", "seconds"
        self.assertEqual(self.rows("route_drops", *columns), [
            ("east-n1", "east-n2", "route_down", "2026-11-21T05:24:53.271Z", "28.621"),
            ("east-n2", "east-n3", "route_down", "2026-11-21T05:24:54.208Z", "27.684"),
            ("west-n1", "west-n2", "route_reconnected", "2026-11-21T05:32:25.881Z", "")])
        self.assertEqual(len(self.rows("route_drops", "kind", since="'2026-11-21T05:25:00Z'")), 1)
        self.assertEqual(len(self.rows("route_drops", "kind", until="'2026-11-21T05:24:54Z'")), 1)
        self.assertEqual(len(self.rows("route_drops", "kind", cluster="west")), 1)

    def test_flapping_links(self):
        self.assertEqual(self.rows("flapping_links", "server"), [])
        self.assertEqual(self.rows("flapping_links", "server", "remote_cluster", "drops", "flapping", least=2),
                         [("east-n1", "west", "2", "0"), ("west-n3", "east", "2", "0")])

    def test_gateway_disconnections(self):
        self.assertEqual(self.rows("gateway_disconnections", "server"), [])
        self.assertEqual(self.rows("gateway_disconnections", "server", "kind", "epoch", epoch=5), [
            ("west-n1", "gateway_failover", "6"), ("west-n2", "gateway_down", "6"), ("west-n3", "gateway_down", "7"),
            ("east-n1", "gateway_failover", "8"), ("east-n1", "gateway_failover", "10"), ("east-n2", "gateway_failover", "10")])

    def test_readiness_transitions(self):
        # east-n2 was killed before the second epoch and silent in the last; it was unseen in the five gaps.
        became = [row[0] for row in self.rows("readiness_transitions", "became", server="east-n2")]
        self.assertEqual(became, ["unknown", "ready"] * 5 + ["unknown"])

    def test_restarts(self):
        self.assertEqual(self.rows("restarts", "server", "began"), [
            ("east-n2", "2026-11-21T05:25:21.888Z"), ("west-n3", "2026-11-21T05:35:25.772Z")])

    def test_mesh(self):
        routes = [row[1:] for row in self.rows("mesh", "link_kind", "server", "peer", "state", at="'2026-11-21T05:25:00Z'")
                  if row[0] == "route"]
        self.assertEqual(routes, [("east-n1", "east-n2", "down"), ("east-n1", "east-n3", "up"), ("east-n2", "east-n3", "down"),
                                  ("west-n1", "west-n2", "up"), ("west-n1", "west-n3", "up"), ("west-n2", "west-n3", "up")])

    def test_worst_links(self):
        self.assertEqual(self.rows("worst_links", "server", "peer", "drops", "down_s")[:4], [
            ("east-n1", "east-n2", "1", "30.327"), ("east-n2", "east-n3", "1", "30.327"),
            ("west-n3", "east", "2", "15.503"), ("west-n2", "east", "1", "15.503")])
        self.assertEqual(len(self.rows("worst_links", "server", limit=3)), 3)

    def test_server_availability(self):
        rows = {row[0]: [float(cell) for cell in row[1:]] for row in
                self.rows("server_availability", "server", "up_s", "not_ready_s", "down_s", "unknown_s")}
        self.assertEqual(len(rows), 6)
        self.assertEqual(rows["east/east-n2"][2], 30.327)
        self.assertEqual(rows["east/east-n1"][2], 15.503)
        for server, times in rows.items():
            self.assertAlmostEqual(sum(times), 1149.46, places=1, msg=server)
            self.assertGreater(times[3], 1049)

    def test_link_availability(self):
        down = {row[:2]: row[2] for row in self.rows("link_availability", "server", "peer", "down_s") if float(row[2])}
        self.assertEqual(down, {("east-n1", "east-n2"): "30.327", ("east-n2", "east-n3"): "30.327",
                                ("west-n2", "east"): "15.503", ("west-n3", "east"): "15.503"})

    def test_mean_time_between_drops(self):
        rows = self.rows("mean_time_between_drops", "server", "peer", "drops")
        self.assertEqual(sorted(rows), [("east-n1", "east-n2", "1"), ("east-n1", "west", "2"), ("east-n2", "east-n3", "1"),
                                        ("east-n2", "west", "1"), ("west-n1", "east", "1"), ("west-n1", "west-n2", "1"),
                                        ("west-n2", "east", "1"), ("west-n3", "east", "2")])

    def test_coverage(self):
        self.assertEqual(self.rows("coverage", "day", "epochs", "blind_epochs", "targets_asked", "targets_answered", "unseen_s"),
                         [("2026-11-21", "11", "0", "66", "61", "1049.698")])

    def test_incidents(self):
        told = [(incident["id"], incident["status"]) for incident in self.analysis()["incidents"]]
        self.assertEqual(self.rows("incidents", "id", "status"), told)
        late = [(incident["id"], incident["status"]) for incident in self.analysis("--since", "5m")["incidents"]]
        self.assertEqual(self.rows("incidents", "id", "status", since="'2026-11-21T05:38:25Z'"), late)

    def test_what_a_query_does_not_know_is_refused(self):
        self.refused(analyzer("query", self.store, "route_drips"), 2, "route_drips", "route_drops")
        self.refused(analyzer("query", self.store, "mesh", "--limit", "3"), 2, "--limit")
        self.assertIn("mesh\n    ", self.done(analyzer("query", "--list")).out.decode())

    def test_the_formats_hold_the_same(self):
        objects = self.done(analyzer("query", self.store, "restarts", "--format", "json")).json
        self.assertEqual([row["server"] for row in objects], ["east-n2", "west-n3"])
        self.assertIn("| east-n2 |", self.done(analyzer("query", self.store, "restarts", "--format", "markdown")).out.decode())
        self.assertIn("  east-n2  ", self.done(analyzer("query", self.store, "restarts")).out.decode())

    def test_the_file_explains_itself_and_references_resolve(self):
        with sqlite3.connect(f"file:{self.facts}?mode=ro", uri=True) as database:
            self.assertEqual(database.execute("PRAGMA foreign_key_check").fetchall(), [])
            for name, sql in database.execute("SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'view')"):
                self.assertRegex(sql, r"\n +-- ", name)
            for name, in database.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
                self.assertGreaterEqual(len(database.execute(f"SELECT * FROM {name}").fetchall()), 1, name)
            for began, unix in database.execute("SELECT began, began_unix FROM finding"):
                self.assertRegex(began, r"\A2026-11-21T05:\d\d:\d\d\.\d{3}Z\Z")
                self.assertGreater(unix, 1.7e9)


class FateTest(FactsCase):
    """What becomes of the file does not change what is said."""

    def setUp(self):
        super().setUp()
        self.moments = sorted(CAPTURE.iterdir())

    def import_some(self, moments):
        part = self.folder / "part"
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        for moment in moments:
            if moment.is_dir():
                shutil.copytree(moment, part / moment.name)
        declared = moments[0].parent / "deployment.json"
        if declared.exists():
            shutil.copy(declared, part)
        self.done(collector("import", "--store", self.store, part))

    def test_deleting_loses_nothing(self):
        self.import_some(self.moments)
        told = self.told()
        self.assertTrue(self.facts.exists())
        self.facts.unlink()
        self.assertEqual(self.told(), told)
        self.assertTrue(self.facts.exists())

    def test_what_is_no_facts_is_no_obstacle(self):
        self.import_some(self.moments)
        told = self.told()
        whole = self.facts.read_bytes()
        for damage in (b"", b"SQLite format 3\0", b"my notes", whole[:5000], whole[:4096] + b"x" * (len(whole) - 4096)):
            self.facts.write_bytes(damage)
            self.assertEqual(self.told(), told)
            self.assertEqual(self.told(), told)
        self.facts.unlink()
        self.facts.mkdir()
        self.assertEqual(self.told(), told)
        noted = analyzer("incidents", self.store, "--no-facts", env=self.environment)
        self.assertEqual((noted.out, noted.err), (told, ""))

    def test_another_applications_file_is_left_alone(self):
        self.import_some(self.moments)
        with sqlite3.connect(self.facts) as database:
            database.execute("CREATE TABLE mine (x)")
        before = self.facts.read_bytes()
        self.told()
        self.assertEqual(self.facts.read_bytes(), before)
        self.assertEqual(len(list((self.folder / "cache/nats-recorder").glob("*.facts"))), 1)

    def test_where_nothing_can_be_written_beside_the_recording_the_cache_serves_or_nothing_at_all(self):
        self.import_some(self.moments)
        told = self.told("--no-facts")
        # Where root has cloned the project into its home, nobody else gets at the program.
        own = shutil.copy(ANALYZER, self.folder)
        cache = self.folder / "cache"
        cache.mkdir()
        if NOBODY:
            os.chown(cache, NOBODY["user"], NOBODY["group"])
        self.folder.chmod(0o755 if NOBODY else 0o555)
        ask = lambda: self.done(run(own, "incidents", self.store, env=self.environment, **NOBODY)).out
        try:
            for _ in ("made", "used"):
                self.assertEqual(ask(), told)
                self.assertFalse(self.facts.exists())
                self.assertEqual(len(list((cache / "nats-recorder").glob("*.facts"))), 1)
            shutil.rmtree(cache / "nats-recorder")
            cache.chmod(0)
            self.assertEqual(ask(), told)
        finally:
            self.folder.chmod(0o755)
            cache.chmod(0o755)

    def test_two_analyzers_at_once(self):
        self.import_some(self.moments)
        both = [subprocess.Popen([ANALYZER, "incidents", self.store], stdout=subprocess.PIPE, env=self.environment) for _ in range(4)]
        told = {process.communicate(timeout=60)[0] for process in both}
        self.assertEqual(told, {self.told("--no-facts")})
        self.check_the_same()

    def test_a_random_life(self):
        """Epochs come in, are removed, and analyses are killed: NATSREC_SEED repeats one."""
        seed = int(os.environ.get("NATSREC_SEED", time.time_ns() % 100000))
        print(f"NATSREC_SEED={seed}", flush=True)
        chance = random.Random(seed)
        history = self.folder / "generated.db"
        subprocess.run([BUILT / "tests/generate", "--store", history, "--servers", "3", "--epochs", "300", "--seed", str(seed % 97 + 1)],
                       check=True, stdout=subprocess.DEVNULL)
        self.done(collector("export", "--store", history, self.folder / "exported"))
        left = sorted(path for path in (self.folder / "exported").iterdir() if path.is_dir())
        for step in range(14):
            with self.subTest(seed=seed, step=step):
                what = chance.choice(["import", "index", "kill", "prune", "delete"]) if step else "import"
                if what == "import" or not left:
                    count = chance.randint(1, 60)
                    self.import_some(left[:count])
                    del left[:count]
                elif what == "index":
                    self.done(analyzer("index", self.store, env=self.environment))
                elif what == "kill":
                    process = subprocess.Popen([ANALYZER, "index", self.store], stdout=subprocess.DEVNULL, env=self.environment)
                    time.sleep(chance.random() * 0.1)  # it dies wherever it is by then
                    process.send_signal(signal.SIGKILL)
                    process.wait()
                elif what == "prune":
                    self.done(collector("prune", "--store", self.store, "--max-age", f"{chance.randint(20, 200)}m"))
                else:
                    self.facts.unlink(missing_ok=True)
                self.check_the_same()

    def test_captures_in_halves(self):
        """A share of the committed captures, other ones each time; NATSREC_SHARE=1 takes all of them."""
        seed, share = int(os.environ.get("NATSREC_SEED", time.time_ns() % 100000)), int(os.environ.get("NATSREC_SHARE", 25))
        print(f"NATSREC_SEED={seed}", flush=True)
        for archive in sorted((ROOT / "samples/captures/scenarios").glob("*.tar.xz"))[seed % share::share]:
            with self.subTest(seed=seed, capture=archive.name), tempfile.TemporaryDirectory() as folder:
                with tarfile.open(archive) as files:
                    files.extractall(folder)
                moments = sorted(path for path in Path(folder).iterdir() if path.is_dir())
                for path in (self.store, self.facts):
                    path.unlink(missing_ok=True)
                self.import_some(moments[:len(moments) // 2])
                self.done(analyzer("index", self.store, env=self.environment))
                self.import_some(moments[len(moments) // 2:])
                self.check_the_same()


if __name__ == "__main__":
    unittest.main()
