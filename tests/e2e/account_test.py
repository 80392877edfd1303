"""A real cluster recorded through its system account: one connection, every server."""

import contextlib
import json
import signal
import socketserver
import subprocess
import threading
import unittest
import urllib.request

from support import COLLECTOR, SERVERS, Case, analyzer, collector, with_each_server

from processes import LOOPBACK, Ports, end, spawn, wait_for
from watch import Watch

PASSWORD = "s3cret-that-must-not-show"


class Cluster:
    """Two servers with a system account that has a user. Their names begin with `called`."""

    def __init__(self, folder, server, called=""):
        self.ports = Ports()
        self.names = {name: [self.ports.take() for _ in range(3)] for name in ("a1", "a2")}
        routes = ", ".join(f'"nats-route://{LOOPBACK}:{route}"' for _, _, route in self.names.values())
        self.server, self.folder, self.processes = server, folder, {}
        for name, (client, monitor, route) in self.names.items():
            (folder / f"{name}.conf").write_text(f"""server_name: {called}{name}
listen: "{LOOPBACK}:{client}"
http: "{LOOPBACK}:{monitor}"
accounts {{ SYS {{ users: [{{user: sys, password: "{PASSWORD}"}}] }}, APP {{ users: [{{user: app, password: app}}] }} }}
system_account: SYS
cluster {{ name: east, listen: "{LOOPBACK}:{route}", routes: [{routes}] }}
""")

    def start(self, *names):
        for name in names:
            self.processes[name] = spawn([self.server, "-c", self.folder / f"{name}.conf"],
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def close(self):
        for process in self.processes.values():
            end(process)
        self.ports.close()


class Babbler:
    """A server that says at once that nobody is there to answer, and goes on talking to whoever asked."""

    def __init__(self):
        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.wfile.write(b'INFO {"server_id":"B","version":"2.10.0","proto":1,"headers":true,"max_payload":1048576}\r\n')
                sid = b"1"
                with contextlib.suppress(OSError):
                    for line in self.rfile:
                        words = line.split()
                        if words[:1] == [b"PING"]:
                            self.wfile.write(b"PONG\r\n")
                        elif words[:1] == [b"SUB"]:
                            sid = words[-1]
                        elif words[:1] == [b"PUB"]:
                            nobody = b"NATS/1.0 503\r\n\r\n"
                            self.wfile.write(b"HMSG %s %s %d %d\r\n%s\r\n" % (words[2], sid, len(nobody), len(nobody), nobody) +
                                             b"MSG %s %s 2\r\nhi\r\n" % (words[2], sid) * 5000)

        self.server = socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"nats://{LOOPBACK}:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class AccountTest(Case):
    def cluster(self, server, called=""):
        cluster = Cluster(self.folder, server, called)
        self.addCleanup(cluster.close)
        cluster.start("a1", "a2")
        return cluster

    def write_config(self, cluster, *names, user="sys", password=PASSWORD):
        secret, config = self.folder / "password", self.folder / "collector.toml"
        secret.write_text(password)
        config.write_text(f'[[target]]\nsystem = {[f"nats://{LOOPBACK}:{cluster.names[name][0]}" for name in names]}\n'
                          f'name = "sys"\nuser = "{user}"\npassword_file = "{secret}"\n')
        return config

    def collect(self, cluster, *options, through=("a1",), user="sys", password=PASSWORD, store=None):
        config = self.write_config(cluster, *through, user=user, password=password)
        return self.done(collector("collect", "--verbose", "--config", config, "--store", store or self.store, *options)).err

    def capture(self):
        folder = self.folder / "capture"
        self.done(collector("export", "--store", self.store, folder))
        return [epoch for epoch in sorted(folder.iterdir()) if epoch.is_dir()]

    @with_each_server
    def test_every_server_that_answers_is_recorded_and_silence_is_told(self, server):
        cluster = self.cluster(server)
        warm = self.folder / "warm.db"
        wait_for(lambda: "2 of 2 targets answered" in self.collect(cluster, "--timeout", "2s", store=warm), "both servers")
        self.assertIn("2 of 2 targets answered", self.collect(cluster, "--timeout", "2s"))
        self.assertIn("2 of 2 targets answered", self.collect(cluster, "--timeout", "2s"))
        end(cluster.processes["a2"])
        said = self.collect(cluster, "--timeout", "2s")
        self.assertIn("1 of 2 targets answered", said)
        self.assertIn("sys.east.a2/varz: timeout: no answer over the system account within 2s", said)
        epoch = self.capture()[0]
        self.assertEqual(sorted(target.name for target in epoch.iterdir() if target.is_dir()), ["sys.east.a1", "sys.east.a2"])
        self.assertEqual(json.loads((epoch / "sys.east.a1/varz.json").read_bytes())["server_name"], "a1")
        envelope = json.loads((epoch / "sys.east.a1/envelope.json").read_bytes())
        self.assertEqual({endpoint: each["name"] for endpoint, each in envelope.items()},
                         dict.fromkeys(["varz", "routez", "gatewayz", "healthz"], "a1"))
        self.assertNotIn(PASSWORD.encode(), self.store.read_bytes())
        analysis = self.analysis()
        self.assertEqual([each["server"] for each in analysis["recording"]["servers"]], ["east/a1", "east/a2"])

    @with_each_server
    def test_while_one_server_is_down_another_leads_to_the_rest(self, server):
        cluster = self.cluster(server)
        both = ("a1", "a2")
        warm = self.folder / "warm.db"
        wait_for(lambda: "2 of 2 targets answered" in self.collect(cluster, "--timeout", "2s", through=both, store=warm), "both")
        watch = Watch(COLLECTOR, self.store, [], "1s", self.folder / "log", "--timeout", "300ms", "--config",
                      self.write_config(cluster, *both))
        self.addCleanup(watch.close)
        for victim in both:
            watch.wait_epochs(2)
            end(cluster.processes[victim])
            watch.wait_epochs(3)
            answered = [name for name in both if self.shown(watch.epochs, f"sys.east.{name}").code == 0]
            self.assertEqual(answered, [name for name in both if name != victim], watch.log.name)
            cluster.start(victim)
            wait_for(lambda: self.shown(watch.epochs, f"sys.east.{victim}").code == 0 or watch.wait_epochs(), "it is back")

    def test_a_connection_that_is_no_longer_meant_is_let_go(self):
        cluster = self.cluster(SERVERS[-1])
        config = self.write_config(cluster, "a1")
        wait_for(lambda: "2 of 2 targets answered" in self.collect(cluster, store=self.folder / "warm.db"), "both servers")
        watch = Watch(COLLECTOR, self.store, [], "1s", self.folder / "log", "--timeout", "300ms", "--config", config)
        self.addCleanup(watch.close)
        watch.wait_epochs()
        self.assertEqual(self.recorders(cluster), ["a1"])
        self.write_config(cluster, "a2")
        watch.process.send_signal(signal.SIGHUP)
        watch.wait_epochs(2)
        self.assertEqual(self.recorders(cluster), ["a2"])
        config.write_text(f'[[target]]\nurl = "http://{LOOPBACK}:{cluster.names["a1"][1]}"\n')
        watch.process.send_signal(signal.SIGHUP)
        watch.wait_epochs(2)
        self.assertEqual(self.recorders(cluster), [])

    def test_who_talks_on_when_all_is_said_is_left_behind(self):
        babbler = Babbler()
        self.addCleanup(babbler.close)
        config = self.folder / "collector.toml"
        config.write_text(f'[[target]]\nsystem = ["{babbler.url}"]\nname = "sys"\n')
        for _ in range(10):
            said = self.done(collector("collect", "--verbose", "--config", config, "--store", self.store, timeout=20)).err
            self.assertIn("nobody answered; give a user of the system account", said)

    def recorders(self, cluster):
        """Servers to which a collector is connected."""
        found = []
        for name, (_, monitor, _) in cluster.names.items():
            with urllib.request.urlopen(f"http://{LOOPBACK}:{monitor}/connz", timeout=5) as answer:
                found += [name for each in json.load(answer)["connections"] if each.get("name") == "nats-recorder"]
        return found

    @with_each_server
    def test_names_that_no_folder_can_have_are_cut_and_stay_apart(self, server):
        cluster = self.cluster(server, called="n" * 1000)
        wait_for(lambda: "2 of 2 targets answered" in self.collect(cluster, "--timeout", "2s"), "both servers")
        epoch = self.capture()[-1]
        bodies = [json.loads((folder / "varz.json").read_bytes()) for folder in epoch.iterdir() if folder.is_dir()]
        self.assertEqual(sorted(body["server_name"] for body in bodies), [f"{'n' * 1000}{name}" for name in ("a1", "a2")])
        self.assertEqual(len(self.analysis()["recording"]["servers"]), 2)

    def shown(self, epoch, target):
        return analyzer("show", self.store, "--epoch", epoch, "--server", target, "--endpoint", "varz")

    @with_each_server
    def test_why_there_is_no_answer(self, server):
        cluster = self.cluster(server)
        wait_for(lambda: "2 of 2" in self.collect(cluster, "--timeout", "2s", store=self.folder / "warm.db"), "both servers")
        said = self.collect(cluster, user="app", password="app")
        self.assertIn("0 of 1 targets answered", said)
        self.assertIn("give a user of the system account", said)
        said = self.collect(cluster, password="wrong")
        self.assertIn("sys/varz: other: the system account: ", said)
        self.assertNotIn("wrong", said)
        end(cluster.processes["a1"])
        self.assertIn("sys/varz: refused: the system account: ", self.collect(cluster))


if __name__ == "__main__":
    unittest.main()
