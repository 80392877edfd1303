"""Bodies that no nats-server would send: recorded as they came, analysed as unknown, and no crash."""

import gzip
import os
import subprocess
import unittest

from stub import ENDPOINTS, Answer, Stub, recorded_answers
from support import CAPTURE, COLLECTOR, Case, analyzer, collector

MEMORY = 200_000_000  # what a collector may take
HEALTHY = "20261121T052415.689481Z"
HOSTILE = {
    "html": Answer(b"<!DOCTYPE html><html><body><h1>Welcome to nginx!</h1></body></html>\n", content_type="text/html"),
    "truncated JSON": Answer(b'{\n  "server_id": "NABC",\n  "now": "2026-11-21T05:24:15.6'),
    "JSON of the wrong shape": Answer(b'[{"server_id": 7, "routes": {"a": []}, "outbound_gateways": [1], "now": null}]'),
    "JSON with wrong types": Answer(b'{"server_id": [], "server_name": 1, "now": {}, "start": 3, "routes": 5, "cluster": [],'
                                    b' "outbound_gateways": "x", "inbound_gateways": 1, "num_routes": "many", "status": []}'),
    "deep nesting": Answer(b"[" * 100_000 + b"]" * 100_000),
    "deep nesting of objects": Answer(b'{"routes":' * 50_000 + b"1" + b"}" * 50_000),
    "invalid UTF-8": Answer(b'{"server_id": "\xff\xfe\xc0\x80", "server_name": "\xed\xa0\x80", "routes": []}'),
    "wrong content type": Answer(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", content_type="image/png"),
    "NUL bytes": Answer(b"\x00" * 1000),
    "nothing": Answer(b""),
    "JSON null": Answer(b"null"),
    "numbers out of range": Answer(b'{"server_id":"N", "num_routes": 1e999, "routes":[{"rid": -99999999999999999999999}]}'),
    "error page": Answer(b"502 Bad Gateway\n", 502, "text/plain"),
}


class HostileBodyTest(Case):
    """Three servers of a real cluster, replayed. In the second of three epochs the last one answers nonsense."""

    def setUp(self):
        super().setUp()
        self.stubs = []
        for name in ("east1", "east2", "east3"):
            stub = Stub(recorded_answers(CAPTURE / HEALTHY / name))
            self.addCleanup(stub.close)
            self.stubs.append(stub)

    def collect(self):
        targets = [word for stub in self.stubs for word in ("--target", stub.url)]
        self.done(collector("collect", "--store", self.store, "--interval", "1m", *targets))

    def shown(self, endpoint, epoch=2):
        words = ("--epoch", epoch, "--server", self.stubs[-1].label, "--endpoint", endpoint)
        return self.done(analyzer("show", self.store, *words)).out

    def record_with(self, answers):
        """Three epochs; only in the second the last server answers like this."""
        self.collect()
        healthy, self.stubs[-1].answers = self.stubs[-1].answers, answers
        self.collect()
        self.stubs[-1].answers = healthy
        self.collect()

    def unknown(self):
        analysis = self.analysis()
        self.assertEqual(self.above_info(analysis), [])
        self.assertEqual(analysis["recording"]["epochs"], 3)
        for verb in ("timeline", "servers", "check"):
            self.done(analyzer(verb, self.store))
        self.done(analyzer("report", self.store, "--html", self.folder / "report.html"))

    def test_the_replay_itself_is_healthy(self):
        self.record_with(self.stubs[-1].answers)
        self.unknown()

    def test_what_came_is_kept_and_analysed_as_unknown(self):
        for name, answer in HOSTILE.items():
            with self.subTest(body=name):
                self.store.unlink(missing_ok=True)
                self.record_with({endpoint: answer for endpoint in ENDPOINTS})
                self.unknown()
                for endpoint in ENDPOINTS:
                    self.assertEqual(self.shown(endpoint), answer.chunks[0])

    def test_a_body_of_100_megabytes_is_cut_off(self):
        self.record_with({endpoint: Answer([b" " * 1_000_000] * 100) for endpoint in ENDPOINTS})
        self.unknown()
        self.assertLess(self.store.stat().st_size, 20_000_000)
        kept = self.shown("varz")
        self.assertTrue(kept and not kept.strip(b" "), "the beginning is kept")
        self.assertLess(len(kept), 100_000_000)

    def test_a_gzip_bomb_stays_as_small_as_it_came(self):
        """Compression is not asked for and not undone: the cap is for what comes, whatever it would swell to."""
        bomb = gzip.compress(bytes(64_000_000)) * 160  # ten megabytes that claim to be ten gigabytes
        answers = {endpoint: Answer(bomb, encoding="gzip") for endpoint in ENDPOINTS}
        self.assertLess(self.peak_with(answers), MEMORY)
        self.unknown()
        for endpoint in ENDPOINTS:
            self.assertEqual(self.shown(endpoint), bomb)
        self.store.unlink()
        self.assertLess(self.peak_with(answers, max_body="4 MiB"), MEMORY)
        self.unknown()
        for endpoint in ENDPOINTS:
            self.assertEqual(self.shown(endpoint), bomb[:1 << 20])
        self.assertEqual({failure["class"] for failure in self.failures}, {"too_large"})

    def test_a_body_without_end_does_not_fill_the_memory(self):
        answers = {endpoint: Answer([b" " * 1_000_000] * 100) for endpoint in ENDPOINTS}
        self.assertLess(self.peak_with(answers), MEMORY)
        self.assertEqual({failure["class"] for failure in self.failures}, {"too_large"})

    def peak_with(self, answers, **settings):
        """The collector's memory at most, in bytes, in the second of three epochs, of which the others are recorded in full."""
        config = self.folder / "collector.toml"
        config.write_text("".join(f'{key} = "{value}"\n' for key, value in settings.items()) +
                          "".join(f'[[target]]\nurl = "{stub.url}"\n' for stub in self.stubs))
        self.collect()
        healthy, self.stubs[-1].answers = self.stubs[-1].answers, answers
        words = ("collect", "--store", self.store, "--interval", "1m", "--config", config)
        process = subprocess.Popen([COLLECTOR, *map(str, words)], stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 0)
        self.failures = self.done(collector("status", "--store", self.store, "--format", "json")).json["failures"]
        self.assertLessEqual({failure["target"] for failure in self.failures}, {self.stubs[-1].label})
        for stub in self.stubs[:-1]:
            for endpoint in ENDPOINTS:
                words = ("--epoch", "2", "--server", stub.label, "--endpoint", endpoint)
                self.assertEqual(self.done(analyzer("show", self.store, *words)).out, stub.answers[endpoint].chunks[0])
        self.stubs[-1].answers = healthy
        self.collect()
        return usage.ru_maxrss * 1024

    def test_a_body_shorter_than_announced_is_kept(self):
        self.record_with({endpoint: Answer(b'{"server_id":', length=5000) for endpoint in ENDPOINTS})
        self.unknown()
        self.assertEqual(self.shown("routez"), b'{"server_id":')

    def test_a_server_that_answers_for_another_one(self):
        self.record_with(self.stubs[0].answers)
        self.unknown()


if __name__ == "__main__":
    unittest.main()
