#!/usr/bin/python3
"""Tables, JSON, metrics and the plugin's line, read by the programs they are meant for."""

import json
import tempfile
import unittest
from pathlib import Path

import jsonschema
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client import parser as prometheus

import pages


class OutputsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="nats-outputs-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.stores = [store for _, store, _ in pages.hostile(cls.folder)]
        for name in pages.CRASH, pages.PARTITION, pages.GATEWAY_LOSS, pages.QUIET:
            cls.stores.append(pages.record(pages.capture(name, cls.folder / name), cls.folder / f"{name}.db"))

    def told(self, *words):
        return pages.run(pages.ANALYZER, *words).stdout.decode()

    def test_json_is_as_its_schema_says(self):
        schema = json.loads((pages.ROOT / "schema/incidents.schema.json").read_text())
        for store in self.stores:
            for extra in [], ["--redact"]:
                with self.subTest(store.stem):
                    jsonschema.validate(json.loads(self.told("incidents", store, "--format", "json", *extra)), schema)

    def test_metrics_are_openmetrics_and_prometheus_text(self):
        for store in self.stores:
            with self.subTest(store.stem):
                text = self.told("metrics", store)
                families = {family.name: family for family in openmetrics.text_string_to_metric_families(text)}
                self.assertEqual(families["nats_recorder_coverage_ratio"].samples[0].value, 1.0)
                self.assertTrue(families["nats_recorder_server_up"].samples)
                self.assertTrue(list(prometheus.text_string_to_metric_families(text)))

    def test_metrics_replace_their_file_as_a_whole(self):
        target = self.folder / "nats.prom"
        for store in self.stores[:2]:
            self.told("metrics", store, "--output", target)
            self.assertEqual(target.read_text(), self.told("metrics", store))
        self.assertEqual([each.name for each in self.folder.glob("nats.prom*")], ["nats.prom"])

    def test_the_same_input_gives_the_same_bytes(self):
        for store in self.stores[:3]:
            for words in ["incidents", store], ["timeline", store, "--format", "csv"], ["metrics", store], \
                    ["incidents", store, "--redact", "--format", "json"]:
                self.assertEqual(self.told(*words), self.told(*words))
            pages.page(store, self.folder / "one.html")
            pages.page(store, self.folder / "two.html")
            self.assertEqual((self.folder / "one.html").read_bytes(), (self.folder / "two.html").read_bytes())

    def test_nothing_of_a_redacted_report_tells_a_name_or_an_address(self):
        store = self.stores[-2]
        html = pages.page(store, self.folder / "redacted.html", "--redact")
        for text in html.read_text(), self.told("incidents", store, "--redact", "--format", "json"):
            for word in "east", "west", "e1", "w1", "10.9.":
                self.assertNotRegex(text, rf"(?<![\w-]){word}(?![\w-])")


if __name__ == "__main__":
    unittest.main()
