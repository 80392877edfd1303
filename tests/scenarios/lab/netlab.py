"""A laboratory: clusters of real nats-servers, each on a host of its own, a recorder, clients, and faults as verbs.

    def one_link_cut(lab, p):
        lab.cluster("east", 3)
        lab.begin()
        lab.wait(30)
        cut = lab.cut("e1", "e2")
        lab.wait(70)
        lab.heal(cut)

Every verb returns a Fault: when it really began, and when it ended. Each of these is a Moment, the span of time in which
it took place, since no fault is instantaneous. See faults.py.
"""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from faults import Faults, Moment
from nats import CLIENTS, GATEWAYS, MONITOR, ROUTES, Server, merge, version_of
from network import FOLDER, RELAY_PORT, Hub
from processes import LabError, end, spawn, wait_for
from traffic import Chatter, create_stream
from truth import Truth
from watching import Recorded

HERE = Path(__file__).parent
LEAD = 30.0  # seconds of health before the first fault, where a scenario needs no more


class Lab(Faults):
    def __init__(self, binaries, collector, seed=0):
        """`binaries`: paths of nats-servers, the first of which is the one to use where a scenario does not choose."""
        self.binaries, self.collector, self.seed = list(binaries), collector, seed
        self.clusters, self.by_name = {}, {}
        self.hub = Hub()
        self.truth = Truth()
        self.recorder = None
        self.members = {}
        self.clients, self.relays = [], {}
        self.every = "1s"
        self.endpoints = ["varz", "routez", "gatewayz", "healthz"]
        self.targets = {}  # label: URL, beside those of the servers

    # What there is

    @property
    def servers(self):
        return list(self.by_name.values())

    @property
    def version(self):
        return version_of(self.binaries[0])

    def server(self, name):
        return name if isinstance(name, Server) else self.by_name[name]

    def cluster(self, cluster, size, jetstream=False, binary=None, names=None, config=None, pool_size=None):
        """`size` members, named by the cluster's first letter and a number: e1, e2, e3."""
        names = names or [f"{cluster[0]}{number + 1}" for number in range(size)]
        for name in names:
            self.add(cluster, name, jetstream=jetstream, binary=binary, pool_size=pool_size)
        self.wire(cluster)
        for name in names:
            self.by_name[name].config = merge(self.by_name[name].config, config or {})
        return self.clusters[cluster]

    def add(self, cluster, name, jetstream=False, binary=None, pool_size=None, polled=True, config=None):
        """One more server, not yet running and known to no other. Its routes name all members there are."""
        members = self.clusters.setdefault(cluster, [])
        net = list(self.clusters).index(cluster) + 1
        address = f"10.9.{net}.{1 + max([int(m.address.split('.')[3]) for m in members], default=0)}"
        server = Server(self, cluster, name, address, binary or self.binaries[0], polled)
        server.config = {
            "server_name": name,
            "listen": f"{address}:{CLIENTS}",
            "http": f"{address}:{MONITOR}",
            "cluster": {"name": cluster, "listen": f"{address}:{ROUTES}"},
        }
        if pool_size is not None:
            server.change(cluster={"pool_size": pool_size})
        if jetstream:
            server.change(jetstream={"store_dir": str(server.folder / "store"), "max_mem": "64M", "max_file": "512M"})
        members.append(server)
        self.by_name[name] = server
        server.change(cluster={"routes": [member.route_url for member in members]})
        server.config = merge(server.config, config or {})
        return server

    def wire(self, cluster):
        """Every member's routes name every member."""
        urls = [member.route_url for member in self.clusters[cluster]]
        for member in self.clusters[cluster]:
            member.change(cluster={"routes": urls})

    def gateways(self, **settings):
        """Every cluster names every cluster, itself included, as people do."""
        listed = [{"name": name, "urls": [member.gateway_url for member in members]}
                  for name, members in self.clusters.items()]
        for server in self.servers:
            server.change(gateway={"name": server.cluster, "listen": f"{server.address}:{GATEWAYS}", "gateways": listed,
                                   **settings})

    def hosts(self, **names):
        """What names resolve to, from now on: hosts(pods=["10.9.1.1", "10.9.1.2"])."""
        lines = ["127.0.0.1 localhost"]
        lines += [f"{address} {name}" for name, addresses in names.items() for address in addresses]
        (FOLDER / "hosts").write_text("\n".join(lines) + "\n")

    # Beginning and end

    def launch(self, timeout=60, whole=True):
        """Starts every server there is, and waits until all of them are ready and, unless told otherwise, linked."""
        for server in self.servers:
            server.launch()
        if whole:
            self.wait_whole(timeout)
        else:
            wait_for(lambda: all(server.ready() for server in self.servers), "all servers ready", timeout)

    def begin(self, declare=False, lead=LEAD, settle=3.0):
        """Starts the servers, lets them settle, records, and keeps quiet for `lead` seconds. `declare`: the recording
        knows the members by its configuration."""
        self.launch()
        time.sleep(settle)
        if declare:
            self.members = {cluster: [m.name for m in members] for cluster, members in self.clusters.items()}
        self.record()
        self.wait(lead)

    def whole(self):
        """All that run are ready and linked as they should be, and JetStream, where it is on, has a leader."""
        running = [server for server in self.servers if server.running and not server.frozen]
        if not all(server.ready() for server in running):
            return False
        ids = {server.name: server.id() for server in running}
        clusters = {server.cluster for server in running}
        for server in running:
            linked = server.linked()
            peers = [peer for peer in running if peer.cluster == server.cluster and peer is not server]
            if any(linked[ids[peer.name]] != server.connections_to(peer) for peer in peers) or len(linked) != len(peers):
                return False
            remotes = clusters - {server.cluster} if server.remotes is None else server.remotes
            if "gateway" in server.config and set(server.outbound()) != remotes:
                return False
        return self.meta_leader() is not None or not any("jetstream" in server.config for server in running)

    def wait_whole(self, timeout=60):
        """Waits for it; gives back the time at which it was seen."""
        def whole_or_dead():
            for server in self.servers:
                if server.process and not server.running and not server.gone:
                    raise LabError(f"{server.name} ended: {server.last_words()}")
            return self.whole()
        wait_for(whole_or_dead, "all servers ready, routes and gateways up", timeout, every=0.1)
        return time.time()

    def meta_leader(self):
        for server in self.servers:
            if "jetstream" in server.config and server.running and not server.frozen:
                if leader := server.varz().get("jetstream", {}).get("meta", {}).get("leader"):
                    return leader
        return None

    def follower(self, cluster=None):
        """The last server that does not lead JetStream's meta group: without the leader all others are unhealthy until the
        next is elected, which is another story."""
        leader = self.meta_leader()
        return [s for s in self.servers if s.name != leader and cluster in (None, s.cluster)][-1]

    def record(self):
        """From now on the collector looks at every server once a second, or as often as `every` says."""
        budget, timeout = ("900ms", "800ms") if self.every == "1s" else ("5s", "4s")
        lines = [f'store = "{FOLDER}/history.db"', f'interval = "{self.every}"', f'budget = "{budget}"', f'timeout = "{timeout}"',
                 f"endpoints = {json.dumps(self.endpoints)}"]
        targets = {server.name: server.url for server in self.servers if server.polled} | self.targets
        for label, url in targets.items():
            lines += ["[[target]]", f'url = "{url}"', f'name = "{label}"']
        for cluster, names in self.members.items():
            lines += ["[[cluster]]", f'name = "{cluster}"', f"members = {json.dumps(names)}"]
        (FOLDER / "collector.toml").write_text("\n".join(lines) + "\n")
        with open(FOLDER / "collector.log", "ab") as log:
            self.recorder = spawn([self.collector, "watch", "--config", FOLDER / "collector.toml"], stdout=log, stderr=log)
        self.truth.note("recording", time.time())

    def retarget(self, without=()):
        """The recorder is started again with the targets that there are now, or that are left. The moment: from the last
        epoch of the old configuration to the first of the new."""
        for server in without:
            self.server(server).polled = False
        early = time.time() - 1
        deployment = self.deployment()
        self.stop_recording()
        self.truth.deployed(deployment, time.time())
        self.record()
        self.wait(1.5)
        return Moment(early, time.time())

    def readdress(self, server, address):
        """A server that does not run gets another address, as a pod that is made anew."""
        server.host.move(address)
        server.change(listen=f"{address}:{CLIENTS}", http=f"{address}:{MONITOR}", cluster={"listen": f"{address}:{ROUTES}"})

    def stop_recording(self):
        end(self.recorder, timeout=10)
        self.recorder = None

    def export(self):
        """The recording as a capture directory."""
        self.stop_recording()
        if self.truth.deployments:
            self.truth.deployed(self.deployment(), time.time())
        return self._export(FOLDER / "capture")

    def _export(self, folder):
        subprocess.run([self.collector, "export", "--quiet", "--store", FOLDER / "history.db", folder], check=True, timeout=120)
        return folder

    def deployment(self):
        """What the recording says of its targets and members now. A capture has room for one such document, the last:
        where it changed, the truth keeps them all."""
        with self._exported_so_far() as capture:
            return json.loads((capture / "deployment.json").read_text())

    def recorded(self, servers, endpoint):
        """What the recorder was told by these servers until now."""
        with self._exported_so_far() as capture:
            return Recorded(servers, capture, endpoint)

    @contextmanager
    def _exported_so_far(self):
        with TemporaryDirectory(dir=FOLDER) as folder:
            yield self._export(Path(folder) / "capture")

    def close(self):
        for client in self.clients:
            client.close()
        if self.recorder:
            self.stop_recording()
        for server in self.servers:
            server.end()

    # What goes on

    def wait(self, seconds):
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            time.sleep(min(left, 1))
            if self.recorder and self.recorder.poll() is not None:
                raise LabError(f"the collector ended: {(FOLDER / 'collector.log').read_text()[-500:]}")

    def between_epochs(self):
        """Waits for the middle of the pause between two epochs: what is over within a third of a second happens unseen."""
        self.at_offset(0.45)

    def at_offset(self, seconds):
        """Waits until a second of the clock, and so an epoch, is this old."""
        time.sleep((seconds - time.time()) % 1.0)

    def chatter(self, publisher, rate=20, size=128, subject="lab.chatter", **connect):
        """Traffic from one server to subscribers at all others."""
        publisher = self.server(publisher)
        client = Chatter(publisher, [s for s in self.servers if s is not publisher], rate, size, subject, **connect)
        self.clients.append(client)
        return client

    def stream(self, server, name, replicas=1):
        return create_stream(self.server(server), name, replicas)

    def relay(self, host, destination, port):
        """From now on connections that `host` dials to a port of `destination` run through a relay; see `slow`."""
        if host not in self.relays:
            process = host.spawn([sys.executable, "-B", HERE / "relay.py", RELAY_PORT], stdin=subprocess.PIPE,
                                 stdout=subprocess.PIPE, text=True)
            if not process.stdout.readline():
                raise LabError("the relay did not start")
            self.relays[host] = process
        host.rule("add", "relayed", f"{destination.address} . {port}")

    def pace(self, host, destination, port, pace):
        relay = self.relays[host]
        relay.stdin.write(f"{destination.address}:{port} {pace}\n")
        relay.stdin.flush()
        relay.stdout.readline()
