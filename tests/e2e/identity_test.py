"""Servers that are not who they seem: names that are too much, two targets that are one server, and one server that is two
within an epoch."""

import concurrent.futures
import http.client
import json
import threading
import unittest

from stub import ENDPOINTS, Answer, Stub, recorded_answers
from support import CAPTURE, SERVERS, Case, analyzer, collector, with_each_server

from lab import Lab
from processes import LOOPBACK, wait_for

HEALTHY = CAPTURE / "20261121T052415.689481Z"


def named(answer, name):
    return Answer(json.dumps(json.loads(answer.chunks[0]) | {"server_name": name}).encode(), answer.status)


class NameTest(Case):
    """Three servers of a real cluster, replayed; the last one has a name that nobody gave a server before."""

    def setUp(self):
        super().setUp()
        self.stubs = []
        for name in ("east1", "east2", "east3"):
            stub = Stub(recorded_answers(HEALTHY / name))
            self.addCleanup(stub.close)
            self.stubs.append(stub)

    def record_with(self, name):
        self.stubs[-1].answers["varz"] = named(self.stubs[-1].answers["varz"], name)
        targets = [word for stub in self.stubs for word in ("--target", stub.url)]
        for _ in range(3):
            self.done(collector("collect", "--store", self.store, "--interval", "1m", *targets))
        for stub in self.stubs:
            for endpoint in ENDPOINTS:
                words = ("--epoch", "2", "--server", stub.label, "--endpoint", endpoint)
                self.assertEqual(self.done(analyzer("show", self.store, *words)).out, stub.answers[endpoint].chunks[0])
        self.done(collector("export", "--store", self.store, self.folder / "capture"))
        for words in (["timeline"], ["servers"], ["check"], ["report", "--html", self.folder / "report.html"]):
            result = self.done(analyzer(words[0], self.store, *words[1:]))
            self.assertNotIn(b"\x1b", result.out)
        return [server["server"] for server in self.analysis()["recording"]["servers"]]

    def test_a_name_of_a_megabyte(self):
        self.assertEqual(len(self.record_with("n" * 1_000_000)), 3)

    def test_a_name_that_drives_terminals(self):
        self.assertEqual(len(self.record_with("\x1b]0;pwned\x07\x1b[2J\r\n\u202e")), 3)


class TwiceTest(Case):
    """What one target tells, two tell no louder."""

    def findings(self, store):
        analysis = self.done(analyzer("incidents", store, "--format", "json")).json
        keys = ("kind", "cluster", "server", "peer", "remote_cluster", "severity")
        return [[found.get(key) for key in keys] for found in analysis["findings"]], analysis["recording"]["servers"]

    @with_each_server
    def test_two_targets_that_are_one_server_are_one(self, binary):
        with Lab({"east": ["a1", "a2", "a3"]}, binary) as lab:
            lab.start()
            once = [{"name": server.name, "url": server.url} for server in lab.servers]
            twice = [*once, {"name": "again", "url": lab.server("a1").url.replace(LOOPBACK, "localhost")}]
            stores = {}
            for name, targets in (("once", once), ("twice", twice)):
                config = self.folder / f"{name}.toml"
                config.write_text('interval = "1m"\n' + "".join(
                    f'[[target]]\nname = "{target["name"]}"\nurl = "{target["url"]}"\n' for target in targets))
                stores[config] = self.folder / f"{name}.db"

            def collect():
                for config, store in stores.items():
                    self.done(collector("collect", "--config", config, "--store", store))

            collect()
            collect()
            lab.server("a1").kill()
            collect()
            lab.server("a1").start()
            lab.wait_whole()
            collect()
        (one, _), (two, servers) = (self.findings(store) for store in stores.values())
        self.assertEqual(two, one)
        self.assertTrue([found for found in one if "a1" in (found[2] or "")], one)
        self.assertEqual({server["server"]: sorted(server["targets"]) for server in servers},
                         {"east/a1": ["a1", "again"], "east/a2": ["a2"], "east/a3": ["a3"]})


class Front(Stub):
    """A port before a server's; `before` is called with each endpoint when it is asked for."""

    def __init__(self, server):
        self.before = lambda endpoint: None
        super().__init__(self)
        self.upstream = server

    def get(self, endpoint):
        self.before(endpoint)
        connection = http.client.HTTPConnection(LOOPBACK, self.upstream.monitor_port)
        connection.request("GET", f"/{endpoint}")
        response = connection.getresponse()
        try:
            return Answer(response.read(), response.status)
        finally:
            connection.close()


class ChangeTest(Case):
    @with_each_server
    def test_a_server_that_is_another_one_within_an_epoch_is_one_that_restarted(self, binary):
        with Lab({"east": ["a1", "a2", "a3"]}, binary) as lab:
            lab.start()
            victim = lab.server("a3")
            front = Front(victim)
            self.addCleanup(front.close)
            targets = [word for url in (lab.server("a1").url, lab.server("a2").url, front.url) for word in ("--target", url)]

            def collect():
                said = self.done(collector("collect", "--verbose", "--store", self.store, "--interval", "1m", "--budget", "30s",
                                           "--timeout", "15s", *targets)).err
                self.assertIn("3 of 3 targets answered", said)

            collect()
            asked, changed = threading.Event(), threading.Event()
            front.before = lambda endpoint: endpoint == "routez" and (asked.set(), changed.wait(20))
            with concurrent.futures.ThreadPoolExecutor() as pool:
                epoch = pool.submit(collect)
                self.assertTrue(asked.wait(20))
                victim.kill()
                victim.start()
                wait_for(lambda: victim.routes() and lab.whole(), "it is there again")
                changed.set()
                epoch.result()
            collect()
            collect()
        shown = [json.loads(self.done(analyzer("show", self.store, "--epoch", "2", "--server", front.label,
                                               "--endpoint", endpoint)).out)["server_id"] for endpoint in ("varz", "routez")]
        self.assertNotEqual(*shown)
        analysis = self.analysis()
        self.assertEqual([server["server"] for server in analysis["recording"]["servers"]], ["east/a1", "east/a2", "east/a3"])
        above = self.above_info(analysis)
        self.assertEqual([found for found in above if found[2] != "a3"], [], above)
        self.assertEqual([kind for kind, *_ in above], ["server_restarted"], above)


if __name__ == "__main__":
    unittest.main()
