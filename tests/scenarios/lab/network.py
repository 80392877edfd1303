"""A network of our own: one namespace per host, joined by a bridge, and the means to break single links of it.

The process that uses it runs in namespaces of its own too (network, processes, mounts): see `enter`. They have no names
and nothing to clean up: when that process ends, however it ends, the kernel ends every child and takes the network away.
So any number of laboratories run side by side, each with the same addresses and the same folder.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from processes import LabError, spawn

FOLDER = Path("/run/nats-lab")  # a file system in memory, private to each laboratory
HERE = "10.9.0.1"               # the collector, the clients and the laboratory itself
NETWORK = 16                    # bits of the prefix that all hosts share
RELAY_PORT = 7999
INSIDE = "NATS_LAB_INSIDE"
NAMESPACES = ["--net", "--pid", "--mount"]

TABLE = f"""table ip lab {{
  set lost {{ type ipv4_addr; }}
  set lost_here {{ type inet_service; }}
  set refused_here {{ type inet_service; }}
  set undialled {{ type ipv4_addr . inet_service; }}
  set relayed {{ type ipv4_addr . inet_service; }}
  chain incoming {{
    type filter hook input priority 0;
    ip saddr @lost drop
    tcp dport @lost_here drop
    tcp dport @refused_here reject with tcp reset
    ip saddr . tcp dport @undialled tcp flags & (syn | ack) == syn drop
  }}
  chain extra {{ type filter hook input priority 1; }}
  chain outgoing {{
    type nat hook output priority -100;
    meta mark != 1 ip daddr . tcp dport @relayed redirect to :{RELAY_PORT}
  }}
}}
"""


def enter():
    """Starts this program again inside the namespaces of a laboratory, and ends with its exit code. Returns inside."""
    if os.environ.pop(INSIDE, None):
        prepare()
        return
    missing = [name for name in ("unshare", "nsenter", "ip", "nft", "ss", "setpriv", "mount") if not which(name)]
    if missing:
        raise LabError(f"missing programs: {', '.join(missing)}: install util-linux, iproute2, nftables and mount")
    if os.geteuid() != 0:
        raise LabError("a laboratory of namespaces needs root")
    try:
        run("unshare", *NAMESPACES, "--fork", "true")
    except LabError as error:
        raise LabError(f"a laboratory needs namespaces (network, processes, mounts), which this kernel or container does not "
                       f"allow: {error}") from None
    FOLDER.mkdir(parents=True, exist_ok=True)
    command = ["setpriv", "--pdeathsig", "KILL", "--",
               "unshare", *NAMESPACES, "--fork", "--kill-child", "--mount-proc",
               sys.executable, "-B", *sys.argv]
    os.execvpe(command[0], command, os.environ | {INSIDE: "yes"})


def which(name):
    return shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin")


def run(*words, text=None, check=True):
    done = subprocess.run([which(words[0]) or words[0], *map(str, words[1:])], input=text, capture_output=True, text=True,
                          timeout=20, check=False)
    if check and done.returncode:
        raise LabError(f"{' '.join(map(str, words))}: {done.stderr.strip() or done.returncode}")
    return done.stdout


def prepare():
    """The hub: a bridge that all hosts hang on, a folder in memory, a hosts file that scenarios may write."""
    run("mount", "-t", "tmpfs", "-o", "size=2g", "nats-lab", FOLDER)
    run("ip", "link", "set", "lo", "up")
    run("ip", "link", "add", "hub", "type", "bridge")
    run("ip", "address", "add", f"{HERE}/{NETWORK}", "dev", "hub")
    run("ip", "link", "set", "hub", "up")
    run("nft", "-f", "-", text=TABLE)
    hosts = FOLDER / "hosts"
    hosts.write_text("127.0.0.1 localhost\n")
    run("mount", "--bind", hosts, "/etc/hosts")


class Host:
    """A namespace with one network card. What runs on it is started with `spawn`."""

    count = 0

    def __init__(self, address):
        Host.count += 1
        self.card = f"h{Host.count}"
        self.address = None
        self.holder = spawn(["unshare", "--net", "sleep", "infinity"])
        ours = os.readlink("/proc/self/ns/net")
        deadline = time.monotonic() + 10
        while self._namespace() in (None, ours):
            if time.monotonic() > deadline:
                raise LabError("unshare --net made no namespace within 10 s")
            time.sleep(0.002)
        run("ip", "link", "add", self.card, "type", "veth", "peer", "name", "eth0", "netns", self.holder.pid)
        run("ip", "link", "set", self.card, "master", "hub", "up")
        self.inside("ip", "link", "set", "lo", "up")
        self.inside("ip", "link", "set", "eth0", "up")
        self.inside("nft", "-f", "-", text=TABLE)
        self.move(address)

    def _namespace(self):
        try:
            return os.readlink(f"/proc/{self.holder.pid}/ns/net")
        except OSError:
            return None

    def _enter(self):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    def inside(self, *words, text=None, check=True):
        return run(*self._enter(), which(words[0]) or words[0], *words[1:], text=text, check=check)

    def spawn(self, command, **options):
        return spawn([*self._enter(), *command], **options)

    def move(self, address):
        """Gives the host another address, as a pod gets one when it is made anew."""
        self.inside("ip", "address", "flush", "dev", "eth0")
        self.address = address
        self.inside("ip", "address", "add", f"{address}/{NETWORK}", "dev", "eth0")

    def unplug(self):
        run("ip", "link", "set", self.card, "down")

    def plug(self):
        run("ip", "link", "set", self.card, "up")

    def rule(self, verb, name, *elements):
        """rule("add", "lost", "10.9.1.2"): puts an element into one of the sets of TABLE; "delete" takes it out."""
        self.inside("nft", verb, "element", "ip", "lab", name, "{", ", ".join(map(str, elements)), "}")

    def filter(self, text):
        """A rule of any kind for what comes in: filter("tcp dport 7222 drop"). `unfilter` removes all of them."""
        self.inside("nft", "add", "rule", "ip", "lab", "extra", *text.split())

    def unfilter(self):
        self.inside("nft", "flush", "chain", "ip", "lab", "extra")

    def reset(self, *filters):
        """Destroys the TCP connections that ss's filters name; the other end is told by a reset, if that gets through."""
        self.inside("ss", "-K", "-t", "-n", *filters, check=False)


class Hub:
    """The namespace we are in, where the collector is: a Host as far as sets and relays are concerned."""

    address = HERE

    def inside(self, *words, text=None, check=True):
        return run(*words, text=text, check=check)

    def spawn(self, command, **options):
        return spawn(command, **options)

    rule = Host.rule
    filter, unfilter, reset = Host.filter, Host.unfilter, Host.reset


def probe():
    """Tries everything that scenarios need of this kernel, on a host of our own: a sentence for what is missing."""
    host = Host("10.9.255.1")
    with socket.create_server((HERE, 0)) as listener:
        port = listener.getsockname()[1]
        script = f"import socket; s = socket.create_connection(('{HERE}', {port})); s.recv(1)"
        client = host.spawn([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
        listener.settimeout(10)
        try:
            ours, _ = listener.accept()
        except TimeoutError:
            raise LabError("a veth pair on a bridge carries nothing here") from None
        with ours:
            ours.settimeout(2)
            host.reset("state", "established", "dport", "=", f":{port}")
            try:
                lost = ours.recv(1) == b""
            except ConnectionError:
                lost = True
            except TimeoutError:
                lost = False
        if not lost:
            raise LabError("ss -K destroys no connections: the kernel lacks INET_DIAG_DESTROY")
        client.kill()
        client.wait()
    host.rule("add", "relayed", f"{HERE} . {port}")
    host.holder.kill()
    host.holder.wait()
