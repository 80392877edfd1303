"""A cluster split in two, with the system account on one side only and HTTP to all of them."""

import shutil
import subprocess
import unittest

import namespaces
from support import COLLECTOR, Case, analyzer, with_each_server

import network
from netlab import Lab
from operator_mode import operator_mode
from processes import end
from watch import Watch

HERE, THERE = ["e1", "e2", "e3"], ["e4", "e5"]


def setUpModule():
    """To where hosts and links between them are ours to make."""
    namespaces.enter()
    subprocess.run(["mount", "-t", "tmpfs", "nats-e2e", network.FOLDER.parent], check=True)
    network.FOLDER.mkdir()
    network.prepare()


class SplitTest(Case):
    def laboratory(self, binary):
        lab = Lab([binary], COLLECTOR)
        self.addCleanup(self.close, lab)
        settings, _, _ = operator_mode(self.folder / "operator")
        lab.cluster("east", len(HERE + THERE), config=settings)
        lab.launch()
        return lab

    def close(self, lab):
        lab.close()
        for server in lab.servers:
            end(server.host.holder)
            shutil.rmtree(server.folder)

    def record(self, lab):
        config = self.folder / "collector.toml"
        config.write_text("".join(f'[[target]]\nurl = "{server.url}"\nname = "{server.name}"\n' for server in lab.servers) +
                          f'[[target]]\nsystem = "nats://{lab.server(HERE[0]).address}:4222"\nname = "sys"\n'
                          f'creds = "{self.folder}/operator/system.creds"\n')
        watch = Watch(COLLECTOR, self.store, [], "2s", self.folder / "collector.log",
                      "--config", config, "--timeout", "500ms", "--budget", "900ms", "--verbose")
        self.addCleanup(watch.close)
        return watch

    @with_each_server
    def test_both_islands_are_named_and_silence_on_the_other_side_is_no_death(self, binary):
        lab = self.laboratory(binary)
        watch = self.record(lab)
        watch.wait_epochs(4)
        cut = lab.split(HERE, THERE)
        watch.wait_epochs(3)
        lab.heal(cut)
        watch.wait_epochs(3)
        watch.close()
        self.assertIn("sys.east.e4/varz: timeout: no answer over the system account", (self.folder / "collector.log").read_text())
        analysis = self.analysis()
        incident, = analysis["incidents"]
        split, = [found for found in analysis["findings"] if found["kind"] == "cluster_partitioned"]
        self.assertEqual(split["details"]["islands"], [HERE, THERE])
        self.assertEqual(split["incident"], incident["id"])
        self.assertEqual([(cause["cause"], cause["confidence"]) for cause in incident["causes"]], [("cluster_split", "certain")])
        self.assertIn("{e1, e2 and e3} and {e4 and e5}", self.done(analyzer("incidents", self.store)).out.decode())
        self.assertEqual({found["kind"] for found in analysis["findings"]} & {"server_down", "monitor_unreachable"}, set())
        self.assertEqual([each["server"] for each in analysis["recording"]["servers"]], [f"east/{name}" for name in HERE + THERE])


if __name__ == "__main__":
    unittest.main()
