"""A capture of real servers: in and out byte for byte, and what the analyzer has to say about it."""

import filecmp
import shutil
import tempfile
import unittest
from pathlib import Path

from support import CAPTURE, Case, collector


def files_below(folder):
    return sorted(path.relative_to(folder) for path in Path(folder).rglob("*") if path.is_file())


class RoundTripTest(Case):
    def round_trip(self, capture):
        self.done(collector("import", "--store", self.store, capture))
        exported = self.folder / "exported"
        self.done(collector("export", "--store", self.store, exported))
        self.assertEqual(files_below(exported), files_below(capture))
        for name in files_below(capture):
            self.assertTrue(filecmp.cmp(capture / name, exported / name, shallow=False), name)

    def test_a_capture_comes_back_byte_for_byte(self):
        self.round_trip(CAPTURE)

    def test_epoch_json_comes_back_too(self):
        capture = self.folder / "capture"
        epoch = capture / "2026-11-21T05:24:15Z"
        shutil.copytree(CAPTURE / "20261121T052415.689481Z", epoch)
        (epoch / "epoch.json").write_text('{ "started": "2026-11-21T05:24:15.1Z",\n\t"ended":"2026-11-21T05:24:15.9Z",\n'
                                          '"snapshots": {"east1/varz": {"asked": "2026-11-21T05:24:15.2Z",'
                                          ' "answered": "2026-11-21T05:24:15.3Z"}}}')
        (epoch / "east2/varz.json").unlink()
        (epoch / "east2/varz.error").write_text("timeout\nno answer in 5 s\n")
        (epoch / "east3/healthz.json").rename(epoch / "east3/healthz.503.json")
        self.round_trip(capture)


class FindingsTest(Case):
    """samples/captures/supercluster-2.9.10: its README tells what had happened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = cls.enterClassContext(tempfile.TemporaryDirectory())
        cls.recording = Path(folder) / "history.db"
        code = collector("import", "--store", cls.recording, CAPTURE)
        assert code.code == 0, code.err

    def setUp(self):
        super().setUp()
        self.store = self.recording
        self.document = self.analysis()

    def of(self, kind, severity=None):
        return [f for f in self.document["findings"] if f["kind"] == kind and severity in (None, f["severity"])]

    def subjects(self, kind, severity=None):
        return sorted(f"{f['server']}-{f['peer']}" if f.get("peer") else f["server"] for f in self.of(kind, severity))

    def test_east2_was_down_then_restarted(self):
        # East-n1 froze later: once its peers had heard nothing for 90 s it counts as down, too.
        self.assertEqual(self.subjects("server_down"), ["east-n1", "east-n2"])
        self.assertIn("east-n2", self.subjects("server_restarted"))
        down = next(f for f in self.of("server_down") if f["server"] == "east-n2")
        restart = next(f for f in self.of("server_restarted") if f["server"] == "east-n2")
        self.assertLess(down["began"]["by"], restart["began"]["by"])

    def test_east1_frozen_is_one_incident_with_what_it_caused(self):
        frozen = next(f for f in self.of("monitor_unreachable") if f["server"] == "east-n1")
        together = [f for f in self.document["findings"] if f.get("incident") == frozen["incident"]]
        self.assertIsNotNone(frozen["incident"])
        self.assertEqual(sorted({f["server"] for f in together if f["kind"] == "jetstream_unhealthy"}),
                         ["east-n2", "east-n3", "west-n1", "west-n2", "west-n3"])
        self.assertEqual(sorted({f["server"] for f in together if f["kind"] == "gateway_down"}), ["west-n2", "west-n3"])

    def test_west1_was_reloaded(self):
        self.assertEqual(self.subjects("config_reloaded"), ["west-n1"])

    def test_the_route_west1_west2_came_back_between_two_epochs(self):
        self.assertIn("west-n1-west-n2", self.subjects("route_reconnected"))

    def test_west3_was_restarted(self):
        self.assertEqual(self.subjects("server_restarted"), ["east-n2", "west-n3"])

    def test_east2_frozen_in_the_last_epoch_is_still_open(self):
        last = [f for f in self.of("monitor_unreachable") if f["server"] == "east-n2"]
        self.assertEqual(len(last), 1)
        self.assertIsNone(last[0]["ended"])

    def test_no_routes_were_down_but_those_of_east2_while_it_was_dead(self):
        self.assertTrue(all("east-n2" in (f["server"], f["peer"]) for f in self.of("route_down")), self.subjects("route_down"))
        self.assertEqual(self.subjects("route_down", "warning"), [], "the dead server explains them")

    def test_no_clock_is_said_to_be_wrong(self):
        self.assertEqual(self.subjects("clock_skew"), [])

    def test_every_time_has_by(self):
        for thing in [*self.document["findings"], *self.document["incidents"]]:
            self.assertTrue(thing["began"]["by"], thing["id"])
            self.assertTrue(thing["ended"] is None or thing["ended"]["by"], thing["id"])


if __name__ == "__main__":
    unittest.main()
