"""A laboratory of real nats-servers on loopback: clusters joined by gateways, and the faults that happen to them.

Used by the demo and by the end-to-end tests. Everything a Lab starts is its own child and ends with it: on close, on an
exception, and by the kernel's hand (PR_SET_PDEATHSIG) even if this process is killed outright.
"""

import shutil
import subprocess
import tempfile
from pathlib import Path

from cut import Relay, cut_with_ss, ss_can_cut
from processes import LabError, Ports, end, undisturbed, wait_for
from server import Client, Server
from watch import Watch


class Lab:
    """Clusters of real servers: Lab({"east": ["a1", "a2"], "west": ["b1"]}). JetStream is on in the named clusters.
    Every server's configuration ends with `settings`."""

    def __init__(self, clusters, binary="nats-server", jetstream=(), relay=None, keep=False, settings=""):
        self.binary = shutil.which(binary) or shutil.which(f"/usr/sbin/{binary}")
        if self.binary is None:
            raise LabError(f"nats-server not found as {binary}: install it or set NATS_SERVER to its path")
        self.keep, self.settings = keep, settings
        self.ports = Ports()
        self.folder = Path(tempfile.mkdtemp(prefix="nats-lab-"))
        self.relayed = not ss_can_cut() if relay is None else relay
        self.clusters = {}
        self.clients = []
        self.recorder = None
        try:
            for cluster, names in clusters.items():
                self.clusters[cluster] = [Server(self, cluster, name, cluster in jetstream) for name in names]
            if self.relayed:
                for server in self.servers:
                    server.relay = Relay(self.ports.take(), server.route_port)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def servers(self):
        return [server for members in self.clusters.values() for server in members]

    def members(self, cluster):
        return self.clusters[cluster]

    def server(self, name):
        return next(server for server in self.servers if server.name == name)

    def version(self):
        text = subprocess.run([self.binary, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
        return text.strip().removeprefix("nats-server: ").removeprefix("v")

    def start(self, timeout=60):
        for server in self.servers:
            server.start()
        self.wait_whole(timeout)

    def whole(self):
        if not all(server.whole() for server in self.servers):
            return False
        return bool(self.meta_leader()) or not self.jetstream_servers()

    def wait_whole(self, timeout=60):
        def whole_or_dead():
            for server in self.servers:
                if not server.running:
                    raise LabError(f"{server.label} ended: {self.last_words(server)}")
            return self.whole()
        wait_for(whole_or_dead, "all servers ready, routes and gateways up", timeout)

    def last_words(self, server):
        lines = (server.folder / "log").read_text(errors="replace").splitlines()
        return next((line for line in reversed(lines) if "[FTL]" in line), lines[-1] if lines else "without a word")

    def jetstream_servers(self):
        return [server for server in self.servers if server.jetstream]

    def meta_leader(self):
        """Name of the server that leads JetStream's meta group, '' if there is none."""
        for server in self.jetstream_servers():
            varz = server.ask("/varz")[1] or {}
            if leader := varz.get("jetstream", {}).get("meta", {}).get("leader"):
                return leader
        return ""

    def client(self, server):
        client = Client(server)
        self.clients.append(client)
        return client

    def watch(self, collector, store, every, log, *options):
        """Records all servers from now on."""
        with undisturbed():
            self.recorder = Watch(collector, store, self.servers, every, log, *options)
        return self.recorder

    def cut_route(self, one, other):
        """Cuts one TCP connection of the route between two servers; returns once it is gone from both ends."""
        server, peer, route = accepted_route(one, other)
        if self.relayed:
            server.relay.cut(route["port"])
        else:
            cut_with_ss(route["port"], server.route_port)
        wait_for(lambda: route["rid"] not in {left["rid"] for left in server.routes()},
                 f"route {server.label} - {peer.label} cut", timeout=5, every=0.01)

    def close(self):
        if self.recorder:
            self.recorder.close()
        for client in self.clients:
            client.close()
        for server in self.servers:
            end(server.process)
            if server.relay:
                server.relay.close()
        self.ports.close()
        if not self.keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def routes_between(server, peer):
    """The connections of a pair as its first server lists them, without those kept for one account only."""
    peer_id = server_id(peer)
    return [route for route in server.routes() if route["remote_id"] == peer_id and not route.get("account")]


def server_id(server):
    return (server.ask("/varz")[1] or {}).get("server_id")


def accepted_route(one, other):
    """A connection of the pair as the end that accepted it lists it: there, `port` is the one it was dialled from,
    which tells this connection from all others."""
    for server, peer in ((one, other), (other, one)):
        for route in routes_between(server, peer):
            if route["port"] != peer.dialled_port:
                return server, peer, route
    raise LabError(f"there is no route {one.label} - {other.label} to cut")
