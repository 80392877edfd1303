"""One supercluster recorded over HTTP, HTTPS and the system account at once: what broke is the same, however it is seen."""

import datetime
import json
import time
import unittest
from types import SimpleNamespace

from gatekeeper import Gatekeeper
from support import COLLECTOR, Case, analyzer, with_each_server

from lab import Lab
from operator_mode import operator_mode
from processes import LOOPBACK, wait_for
from tls import Authority
from watch import Watch

CLUSTERS = {"east": ["a1", "a2", "a3"], "west": ["b1", "b2", "b3"]}
VICTIM = "b2"
SUBJECT = ("kind", "cluster", "server", "peer", "remote_cluster", "account")


def subject(found):
    return [found.get(key) or "" for key in SUBJECT]


def overlaps(bracket, first, last):
    """Whether the bracket holds a moment of this span."""
    return (bracket["after"] or "") <= rfc3339(last) and rfc3339(first) <= bracket["by"]


def rfc3339(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def nats_config(settings):
    return "".join(f"{key}: {json.dumps(value)}\n" for key, value in settings.items())


def pause_after(watches, epochs):
    """Returns when all have recorded so many epochs and wait for their next slot. The last, over the system account, takes
    the longest."""
    watches[0].wait_epochs(epochs)
    for watch in watches:
        watch.wait_epochs()


class TransportsTest(Case):
    def laboratory(self, binary):
        settings, _, _ = operator_mode(self.folder / "operator")
        lab = Lab(CLUSTERS, binary, settings=nats_config(settings))
        self.addCleanup(lab.close)
        # No gateway leads to who comes last: it would be away for a moment, which one recording may see as a loss and
        # another as a failover.
        first = [server for server in lab.servers if server.name != VICTIM]
        for server in first:
            server.start()
        wait_for(lambda: all((server.ask("/gatewayz")[1] or {}).get("outbound_gateways") for server in first), "gateways")
        lab.server(VICTIM).start()
        lab.wait_whole()
        return lab

    def over_http(self, lab):
        return [{"url": server.url, "name": server.name} for server in lab.servers]

    def over_https(self, lab):
        authority = Authority(self.folder / "authority")

        def certificate(name, address):
            folder = self.folder / name
            folder.mkdir()
            return authority.issue(SimpleNamespace(name=name, folder=folder, address=address), time.time() + 86400)

        client = certificate("recorder", "10.0.0.1")
        targets = []
        for server in lab.servers:
            gatekeeper = Gatekeeper(certificate(server.name, LOOPBACK), server.monitor_port)
            self.addCleanup(gatekeeper.close)
            targets.append({"url": gatekeeper.url, "name": server.name, "ca": authority.certificate,
                            "cert": client["cert_file"], "key": client["key_file"]})
        return targets

    def over_account(self, lab):
        return [{"system": f"nats://{LOOPBACK}:{lab.server('a1').client_port}", "name": "sys",
                 "creds": self.folder / "operator/system.creds"}]

    def record(self, transport, targets):
        config = self.folder / f"{transport}.toml"
        config.write_text("".join("[[target]]\n" + "".join(f'{key} = "{value}"\n' for key, value in target.items())
                                  for target in targets))
        watch = Watch(COLLECTOR, self.folder / f"{transport}.db", [], "2s", self.folder / f"{transport}.log",
                      "--config", config, "--timeout", "500ms", "--budget", "900ms", "--verbose")
        self.addCleanup(watch.close)
        return watch

    def findings(self, transport):
        """By kind and subject, in order."""
        analysis = self.done(analyzer("incidents", self.folder / f"{transport}.db", "--format", "json")).json
        self.assertEqual([each["server"] for each in analysis["recording"]["servers"]],
                         [f"{cluster}/{name}" for cluster, names in CLUSTERS.items() for name in names], transport)
        return sorted(analysis["findings"], key=lambda found: (subject(found), found["began"]["by"]))

    @with_each_server
    def test_what_broke_is_the_same_however_it_is_seen(self, binary):
        lab = self.laboratory(binary)
        watches = [self.record("http", self.over_http(lab)), self.record("https", self.over_https(lab)),
                   self.record("account", self.over_account(lab))]
        victim = lab.server(VICTIM)
        pause_after(watches, 4)
        killed = time.time()
        victim.kill()
        pause_after(watches, 3)
        started = time.time()
        victim.start()
        lab.wait_whole()
        whole = time.time()
        pause_after(watches, 3)
        for watch in watches:
            watch.close()
        http, *others = [self.findings(transport) for transport in ("http", "https", "account")]
        self.assertLess({"server_down", "server_restarted", "route_down"}, {found["kind"] for found in http})
        for other in others:
            self.assertEqual([subject(found) for found in other], [subject(found) for found in http])
        for found in sum(others, http):
            if found["instant"]:
                self.assertTrue(overlaps(found["began"], killed, whole), found)
            else:
                self.assertTrue(overlaps(found["began"], killed, killed), found)
                self.assertTrue(overlaps(found["ended"], started, whole), found)


if __name__ == "__main__":
    unittest.main()
