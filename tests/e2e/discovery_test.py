"""Targets found by name: a real name server, real nats-servers, members that come and go between epochs."""

import json
import signal
import subprocess
import tempfile
import unittest

import namespaces
from support import SERVERS, Case, analyzer, collector

from processes import end, spawn, wait_for

NAME_SERVER = "127.0.0.53"


def setUpModule():
    """To where port 53 is free and /etc/resolv.conf is ours to say."""
    namespaces.enter()
    with tempfile.NamedTemporaryFile("w", prefix="nats-e2e-") as resolv:
        resolv.write(f"nameserver {NAME_SERVER}\n")
        resolv.flush()
        subprocess.run(["mount", "--bind", resolv.name, "/etc/resolv.conf"], check=True)


class NameServer:
    def __init__(self, folder):
        self.hosts = folder / "hosts"
        self.hosts.write_text("")
        self.log = folder / "dnsmasq.log"
        with open(self.log, "wb") as log:
            self.process = spawn(["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
                                  f"--addn-hosts={self.hosts}", f"--listen-address={NAME_SERVER}", "--bind-interfaces",
                                  "--user=root", "--group=root", "--pid-file=", "--local=/lab/", "--log-facility=-",
                                  "--srv-host=_monitor._tcp.nats.lab,n1.lab,8222",
                                  "--srv-host=_monitor._tcp.nats.lab,n3.lab,8222"],
                                 stdout=subprocess.DEVNULL, stderr=log)
        self.read = 0
        self.lead_to()

    def lead_to(self, *numbers, crowd=0):
        """nats.lab leads to servers of these numbers, crowd.lab to so many addresses where nobody listens."""
        lines = [f"127.0.1.{number} n{number}.lab" for number in (1, 2, 3)]
        lines += [f"127.0.1.{number} nats.lab" for number in numbers]
        lines += [f"127.7.{number // 250}.{number % 250 + 1} crowd.lab" for number in range(crowd)]
        self.hosts.write_text("\n".join(lines) + "\n")
        # It says when it has read the file; before it has, a signal would end it.
        wait_for(lambda: self.log.read_text().count("read ") > 0, "dnsmasq is there")
        seen = self.log.read_text().count("read ")
        self.process.send_signal(signal.SIGHUP)
        wait_for(lambda: self.log.read_text().count("read ") > seen, "dnsmasq has read its names anew")


def start_server(folder, number):
    config = folder / f"n{number}.conf"
    routes = ", ".join(f'"nats-route://127.0.1.{peer}:6222"' for peer in (1, 2, 3) if peer != number)
    config.write_text(f"""server_name: n{number}
listen: "127.0.1.{number}:4222"
http: "127.0.1.{number}:8222"
cluster {{ name: lab, listen: "127.0.1.{number}:6222", routes: [{routes}] }}
""")
    return spawn([SERVERS[0], "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class DiscoveryTest(Case):
    def setUp(self):
        super().setUp()
        self.names = NameServer(self.folder)
        self.addCleanup(end, self.names.process)
        self.servers = {}
        for number in (1, 2, 3):
            self.servers[number] = start_server(self.folder, number)
            self.addCleanup(end, self.servers[number])
        self.config = self.folder / "collector.toml"
        self.config.write_text('[[target]]\ndns = "nats.lab:8222"\n')
        self.names.lead_to(1, 2, 3)
        wait_for(lambda: "3 of 3 targets answered" in self.collect(self.folder / "warm.db"), "three servers")

    def collect(self, store=None):
        return self.done(collector("collect", "--verbose", "--config", self.config, "--store", store or self.store)).err

    def exported(self):
        """Of each epoch what came from which target: {folder: {target: {files}}}."""
        capture = self.folder / "capture"
        self.done(collector("export", "--store", self.store, capture))
        return [{target.name: {file.name for file in target.iterdir()} for target in epoch.iterdir() if target.is_dir()}
                for epoch in sorted(capture.iterdir()) if epoch.is_dir()], json.loads((capture / "deployment.json").read_text())

    def test_members_come_and_go_between_epochs(self):
        self.names.lead_to(1, 2)
        self.assertIn("2 of 2 targets answered", self.collect())
        self.names.lead_to(1, 2, 3)
        self.assertIn("3 of 3 targets answered", self.collect())
        # Gone from the name and from the network: it is asked once more, for it was there the last time.
        self.names.lead_to(1, 3)
        end(self.servers[2])
        self.assertIn("2 of 3 targets answered", self.collect())
        self.assertIn("2 of 2 targets answered", self.collect())
        # Gone from the name only: who answers is asked on.
        self.names.lead_to(1)
        self.assertIn("2 of 2 targets answered", self.collect())
        self.assertIn("2 of 2 targets answered", self.collect())
        end(self.names.process)
        self.assertIn("2 of 3 targets answered", self.collect())
        epochs, deployment = self.exported()
        self.assertEqual([sorted(epoch) for epoch in epochs][:4],
                         [["127.0.1.1_8222", "127.0.1.2_8222"],
                          ["127.0.1.1_8222", "127.0.1.2_8222", "127.0.1.3_8222"],
                          ["127.0.1.1_8222", "127.0.1.2_8222", "127.0.1.3_8222"],
                          ["127.0.1.1_8222", "127.0.1.3_8222"]])
        self.assertEqual(epochs[2]["127.0.1.2_8222"] & {"varz.error", "varz.json"}, {"varz.error"})
        self.assertEqual(epochs[-1]["nats.lab_8222"], {"varz.error"})
        self.assertEqual({target["via"] for target in deployment["targets"]}, {"nats.lab_8222"})
        # The name that led nowhere in the end stands beside the servers, under its own label.
        self.assertEqual([server["server"] for server in self.analysis()["recording"]["servers"]],
                         ["lab/n1", "lab/n2", "lab/n3", "nats.lab_8222"])

    def test_a_name_that_leads_to_ten_thousand_costs_the_others_nothing(self):
        self.names.lead_to(1, 2, 3, crowd=10_000)
        self.config.write_text('budget = "10s"\n[[target]]\ndns = "crowd.lab:8222"\n[[target]]\ndns = "nats.lab:8222"\n')
        said = self.collect()
        # 2000 of the crowd, which is told, and all of the others.
        self.assertIn("3 of 2004 targets answered", said)
        self.assertRegex(said, r"crowd.lab_8222/varz: dns: the name leads to \d+ servers, of which 2000 are asked")
        for number in (1, 2, 3):
            for endpoint in ("varz", "routez", "gatewayz", "healthz"):
                self.done(analyzer("show", self.store, "--epoch", "1", "--server", f"127.0.1.{number}_8222", "--endpoint", endpoint))

    def test_a_service_leads_to_its_hosts(self):
        self.config.write_text('[[target]]\nsrv = "_monitor._tcp.nats.lab"\n')
        self.assertEqual(self.done(collector("targets", "--config", self.config)).out.decode(),
                         "n1.lab_8222 http://n1.lab:8222 by _monitor._tcp.nats.lab_80\n"
                         "n3.lab_8222 http://n3.lab:8222 by _monitor._tcp.nats.lab_80\n")
        self.assertIn("2 of 2 targets answered", self.collect())

    def test_a_name_that_does_not_exist_is_told(self):
        self.config.write_text('[[target]]\ndns = "gone.lab:8222"\n')
        result = collector("targets", "--config", self.config)
        self.refused(result, 1, "gone.lab_8222: dns: ")


if __name__ == "__main__":
    unittest.main()
