"""One nats-server of a laboratory, and a client of it."""

import contextlib
import http.client
import json
import signal
import socket
import threading
from collections import Counter

from processes import LOOPBACK, LabError, end, spawn, undisturbed


class Server:
    """One nats-server. Its ports and its folder stay the same over restarts."""

    def __init__(self, lab, cluster, name, jetstream):
        self.lab, self.cluster, self.name, self.jetstream = lab, cluster, name, jetstream
        self.client_port, self.monitor_port, self.route_port, self.gateway_port = (lab.ports.take() for _ in range(4))
        self.relay = None  # where its peers dial it, if routes must be cut without privileges
        self.process = None
        self.folder = lab.folder / cluster / name
        self.folder.mkdir(parents=True)

    @property
    def label(self):
        return f"{self.cluster}/{self.name}"

    @property
    def url(self):
        return f"http://{LOOPBACK}:{self.monitor_port}"

    @property
    def dialled_port(self):
        return self.relay.port if self.relay else self.route_port

    def config(self):
        peers = [peer for peer in self.lab.members(self.cluster) if peer is not self]
        routes = ", ".join(f'"nats-route://{LOOPBACK}:{peer.dialled_port}"' for peer in peers)
        gateways = "\n".join(
            f"    {{name: {name}, urls: [{', '.join(f'nats://{LOOPBACK}:{s.gateway_port}' for s in members)}]}}"
            for name, members in self.lab.clusters.items())
        # The address told to peers must be the relay's, or gossip would lead them past it.
        advertise = f'\n  advertise: "{LOOPBACK}:{self.relay.port}"' if self.relay else ""
        store = f'jetstream {{store_dir: "{self.folder}/store", max_mem: 16M, max_file: 64M}}' if self.jetstream else ""
        return f"""server_name: {self.name}
listen: "{LOOPBACK}:{self.client_port}"
http: "{LOOPBACK}:{self.monitor_port}"
lame_duck_duration: 30s
lame_duck_grace_period: 10s
{store}
cluster {{
  name: {self.cluster}
  listen: "{LOOPBACK}:{self.route_port}"{advertise}
  routes: [{routes}]
}}
gateway {{
  name: {self.cluster}
  listen: "{LOOPBACK}:{self.gateway_port}"
  gateways: [
{gateways}
  ]
}}
{self.lab.settings}
"""

    def start(self):
        config = self.folder / "server.conf"
        config.write_text(self.config())
        with open(self.folder / "log", "ab") as log, undisturbed():
            self.process = spawn([self.lab.binary, "-c", config], stdout=log, stderr=log)

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def kill(self):
        """As if the machine's out-of-memory killer had come by."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        end(self.process)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def lame_duck(self):
        self.signal(signal.SIGUSR2)

    def ask(self, path):
        """The parsed answer of the monitoring port, with its HTTP status; (None, None) if there is none."""
        connection = http.client.HTTPConnection(LOOPBACK, self.monitor_port, timeout=2)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None, None
        finally:
            connection.close()

    def routes(self):
        """Its route connections, [] if it does not answer."""
        return ((self.ask("/routez")[1] or {}).get("routes")) or []

    def whole(self):
        """Ready, with all routes to every other member and a gateway to every other cluster."""
        if self.ask("/healthz")[0] != 200:
            return False
        # Since 2.10 a route is a pool of connections and one more for the system account, opened one after the other.
        pool = (self.ask("/varz")[1] or {}).get("cluster", {}).get("pool_size", 0)
        peers = Counter(route["remote_id"] for route in self.routes())
        outbound = (self.ask("/gatewayz")[1] or {}).get("outbound_gateways") or {}
        return (len(peers) == len(self.lab.members(self.cluster)) - 1 and set(peers.values()) <= {pool + 1}
                and set(outbound) == set(self.lab.clusters) - {self.cluster})


class Client:
    """A NATS client as plain as they come: it connects, and answers PING until the server hangs up."""

    def __init__(self, server):
        self.socket = socket.create_connection((LOOPBACK, server.client_port), timeout=5)
        self.socket.settimeout(None)
        self.lines = self.socket.makefile("rb")
        if not self.lines.readline().startswith(b"INFO "):
            raise LabError(f"{server.label} did not greet its client on port {server.client_port}")
        self.socket.sendall(b'CONNECT {"verbose":false,"name":"demo client"}\r\nPING\r\n')
        if self.lines.readline().strip() != b"PONG":
            raise LabError(f"{server.label} did not answer its client's PING on port {server.client_port}")
        self.thread = threading.Thread(target=self._answer, daemon=True)
        self.thread.start()

    def _answer(self):
        with contextlib.suppress(OSError, ValueError):
            for line in self.lines:
                if line.startswith(b"PING"):
                    self.socket.sendall(b"PONG\r\n")

    @property
    def connected(self):
        return self.thread.is_alive()

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
