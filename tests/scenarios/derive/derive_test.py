#!/usr/bin/python3
"""What is derived says what it should, and of everybody. Run by tests/run.sh: derive_test.py"""

import json
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]

import clock_off  # noqa: E402
import ten_clusters  # noqa: E402

IDS = {"n1": "N" + "A" * 55, "n2": "N" + "B" * 55, "s1": "N" + "C" * 55, "s2": "N" + "D" * 55, "w1": "N" + "E" * 55}


class Epoch:
    def __init__(self, files):
        self.files = files


def gateway(peer, address):
    return {"configured": True, "connection": {"cid": 7, "ip": address, "name": IDS[peer]}}


def epoch():
    def body(document):
        return json.dumps(document).encode()
    urls = [{"name": "north", "urls": ["10.9.1.1:7222"]}, {"name": "south", "urls": ["10.9.2.1:7222"]},
            {"name": "west", "urls": ["10.9.3.1:7222"]}]
    files = {f"{name}/varz.json": body({"server_id": IDS[name], "server_name": name, "gateway": {"gateways": urls}}) for name in IDS}
    files["n1/gatewayz.json"] = body({"server_id": IDS["n1"], "name": "north", "inbound_gateways": {"south": [gateway("s2", "10.9.2.2")]},
                                      "outbound_gateways": {"south": gateway("s1", "10.9.2.1"), "west": gateway("w1", "10.9.3.1")}})
    files["w1/gatewayz.json"] = body({"server_id": IDS["w1"], "name": "west", "inbound_gateways": {}, "outbound_gateways": {
        "north": gateway("n1", "10.9.1.1"), "south": gateway("s2", "10.9.2.2")}})
    files["n2/varz.error"] = b"timeout\n"
    files["epoch.json"] = body({"started": "", "ended": "", "snapshots": {"n1/varz": {"asked": "1"}, "s1/varz": {}, "w1/varz": {}}})
    return Epoch(files)


class TenClustersTest(unittest.TestCase):
    def setUp(self):
        source = epoch()
        self.made = ten_clusters.Copier(type("Capture", (), {"epochs": [source]})).epoch(source.files)

    def document(self, path):
        return json.loads(self.made[path])

    def test_there_are_nine_copies_and_the_one_that_dies(self):
        self.assertEqual({path.split("/")[0] for path in self.made if "/" in path},
                         {f"c{copy}n{number}" for copy in range(1, 10) for number in (1, 2)} | {"w1"})

    def test_every_server_has_an_id_of_its_own(self):
        ids = [json.loads(content)["server_id"] for path, content in self.made.items() if path.endswith("varz.json")]
        self.assertEqual(len(set(ids)), len(ids))

    def test_each_reaches_all_others_and_what_they_are_called_is_right(self):
        outbound = self.document("c3n1/gatewayz.json")["outbound_gateways"]
        self.assertEqual(set(outbound), {f"c{copy}" for copy in range(1, 10) if copy != 3} | {"west"})
        for copy in (1, 2, 4):
            self.assertEqual(outbound[f"c{copy}"]["connection"]["name"], self.document(f"c{copy}n1/varz.json")["server_id"])
            self.assertEqual(outbound[f"c{copy}"]["connection"]["ip"], f"10.9.{100 + copy}.1")
        self.assertEqual(outbound["west"]["connection"]["name"], IDS["w1"])

    def test_the_one_that_dies_reaches_all(self):
        outbound = self.document("w1/gatewayz.json")["outbound_gateways"]
        self.assertEqual(set(outbound), {f"c{copy}" for copy in range(1, 10)})
        self.assertEqual(outbound["c9"]["connection"]["name"], self.document("c9n1/varz.json")["server_id"])

    def test_all_are_configured_everywhere(self):
        for path in ("c5n1/varz.json", "w1/varz.json"):
            names = sorted(entry["name"] for entry in self.document(path)["gateway"]["gateways"])
            self.assertEqual(names, [f"c{copy}" for copy in range(1, 10)] + ["west"], path)

    def test_nothing_is_left_of_what_was_copied(self):
        for path, content in self.made.items():
            for word in (b"north", b"south", b'"n1"', b"10.9.1.", b"10.9.2."):
                self.assertNotIn(word, content, path)

    def test_times_and_failures_come_along(self):
        self.assertEqual(set(self.document("epoch.json")["snapshots"]), {f"c{copy}n1/varz" for copy in range(1, 10)} | {"w1/varz"})
        self.assertEqual(self.made["c4n2/varz.error"], b"timeout\n")


class ClockTest(unittest.TestCase):
    def test_times_are_shifted_and_keep_their_digits(self):
        self.assertEqual(clock_off.TIME.sub(clock_off.later, b'"2026-12-31T23:59:00.123456789Z" "uptime": "1m2s"'),
                         b'"2027-01-01T00:00:30.123456789Z" "uptime": "1m2s"')


if __name__ == "__main__":
    unittest.main()
