"""The ports of a real server, tried beside its monitoring port: what tells a firewall from a dead process."""

import json
import unittest

from support import Case, analyzer, collector, with_each_server

from lab import Lab


class PortsTest(Case):
    def collect(self, *lines):
        config = self.folder / "collector.toml"
        config.write_text("\n".join(["probe_ports = true", "[[target]]", *lines]) + "\n")
        return self.done(collector("collect", "--verbose", "--config", config, "--store", self.store, "--timeout", "2s")).err

    def ports(self, epoch):
        return json.loads(self.done(analyzer("show", self.store, "--epoch", epoch, "--server", "a1", "--endpoint", "ports")).out)

    @with_each_server
    def test_ports_are_tried_while_the_server_lives_and_when_it_is_dead(self, binary):
        with Lab({"east": ["a1"], "west": ["b1"]}, binary) as lab:
            lab.start()
            server = lab.server("a1")
            target = f'url = "{server.url}"', 'name = "a1"'
            self.collect(*target)
            alive = self.ports(1)
            self.assertEqual({purpose: port["port"] for purpose, port in alive.items()},
                             {"client": server.client_port, "route": server.route_port, "gateway": server.gateway_port})
            self.assertTrue(all(port["connected"] for port in alive.values()), alive)
            server.kill()
            self.assertIn("0 of 1 targets answered", self.collect(*target))
            dead = self.ports(2)
            self.assertEqual({purpose: port["failure"] for purpose, port in dead.items()},
                             {"client": "refused", "route": "refused", "gateway": "refused"})
            self.assertEqual(self.done(collector("verify", "--store", self.store)).code, 0)

    @with_each_server
    def test_a_monitoring_port_that_is_shut_leaves_the_others_open(self, binary):
        with Lab({"east": ["a1"], "west": ["b1"]}, binary) as lab:
            lab.start()
            server = lab.server("a1")
            self.collect(f'url = "{server.url}"', 'name = "a1"')
            self.assertIn("0 of 1 targets answered", self.collect('url = "http://127.0.0.1:9"', 'name = "a1"'))
            self.assertTrue(all(port["connected"] for port in self.ports(2).values()))


if __name__ == "__main__":
    unittest.main()
