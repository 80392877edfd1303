"""A nats-server on a host of its own: its configuration, its process, and what it says."""

import http.client
import json
import re
import subprocess
from collections import Counter

from network import FOLDER, Host
from processes import end

CLIENTS, MONITOR, ROUTES, GATEWAYS, LEAFS = 4222, 8222, 6222, 7222, 7422


def version_of(binary):
    """(2, 14, 5) as "nats-server: v2.14.5" says."""
    text = subprocess.run([binary, "--version"], capture_output=True, text=True, timeout=10, check=True).stdout
    return tuple(map(int, re.search(r"v?(\d+)\.(\d+)\.(\d+)", text).groups()))


def merge(base, changes):
    """Nested settings: what is changed replaces what was, table by table; None takes a setting out."""
    result = dict(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merge(result[key], value)
        else:
            result[key] = value
    return result


class Server:
    """`config` is the server's configuration as nested dicts (NATS reads JSON values); scenarios change it as they like
    before a start or a reload. Address and folder stay the same over restarts."""

    def __init__(self, lab, cluster, name, address, binary, polled=True):
        self.lab, self.cluster, self.name, self.binary, self.polled = lab, cluster, name, binary, polled
        self.host = Host(address)
        self.folder = FOLDER / name
        self.folder.mkdir()
        self.config = {}
        self.remotes = None  # the clusters that its gateways can reach, where that is not all there are
        self.process = None
        self.frozen = self.gone = False  # gone: its end is no surprise

    @property
    def address(self):
        return self.host.address

    @property
    def version(self):
        return version_of(self.binary)

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def url(self):
        return f"http://{self.address}:{MONITOR}"

    @property
    def route_url(self):
        return f"nats-route://{self.address}:{ROUTES}"

    @property
    def gateway_url(self):
        return f"nats://{self.address}:{GATEWAYS}"

    def change(self, **settings):
        self.config = merge(self.config, settings)

    def write_config(self):
        text = "".join(f"{key}: {json.dumps(value)}\n" for key, value in self.config.items())
        (self.folder / "server.conf").write_text(text)

    def launch(self):
        self.write_config()
        with open(self.folder / "log", "ab") as log:
            self.process = self.host.spawn([self.binary, "-c", self.folder / "server.conf"], stdout=log, stderr=log)
        self.frozen = False

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        end(self.process)

    def ask(self, path, timeout=2):
        """The parsed answer of the monitoring port, with its HTTP status; (None, None) if there is none."""
        connection = http.client.HTTPConnection(self.address, MONITOR, timeout=timeout)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None, None
        finally:
            connection.close()

    def varz(self):
        return self.ask("/varz")[1] or {}

    def routes(self):
        return (self.ask("/routez")[1] or {}).get("routes") or []

    def outbound(self):
        return (self.ask("/gatewayz")[1] or {}).get("outbound_gateways") or {}

    def id(self):
        return self.varz().get("server_id")

    def ready(self):
        return self.ask("/healthz?js-server-only=true" if self.version >= (2, 11) else "/healthz")[0] == 200

    def connections_to(self, peer):
        """How many route connections there should be to a peer: before 2.10 one, since then a pool, one for the system
        account, one for each pinned account."""
        if min(self.version, peer.version) < (2, 10):
            return 1
        def pool(server):
            return server.config.get("cluster", {}).get("pool_size", 3)
        def pinned(server):
            return set(server.config.get("cluster", {}).get("accounts", []))
        if min(pool(self), pool(peer)) < 0:
            return 1
        return max(pool(self), pool(peer)) + 1 + len(pinned(self) & pinned(peer))

    def linked(self):
        """Peers by id: how many connections this server lists to each."""
        return Counter(route["remote_id"] for route in self.routes())

    def last_words(self):
        lines = [line for line in (self.folder / "log").read_text(errors="replace").splitlines() if line.strip()]
        return next((line for line in reversed(lines) if "[FTL]" in line), lines[-1] if lines else "without a word")
