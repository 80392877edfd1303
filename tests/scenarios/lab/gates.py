"""Gateways: what one server's outbound connections show, and faults between clusters. A server keeps one outbound
connection to each remote cluster, to any of its members; that is what is lost and comes back."""

import time

from faults import Moment
from nats import GATEWAYS
from processes import wait_for


def connected_to(server, remote):
    """The id of the member that the server's gateway leads to, None if it has none."""
    entry = server.outbound().get(remote)
    return entry and entry["connection"]["name"]


def members(lab, cluster):
    return [server for server in lab.clusters[cluster] if server.running]


def wait_gateways(lab, pairs, there, timeout=90):
    """pairs: (server, remote). Waits until all are there, or gone: the late edge of the moment."""
    wait_for(lambda: all((connected_to(server, remote) is not None) == there for server, remote in pairs),
             f"gateways {'there' if there else 'gone'}", timeout, every=0.02)
    return time.time()


def bar(lab, server, remote):
    """The server cannot reach the gateway ports of a remote cluster any more, and loses the connection that it has. What
    the remote's servers dialled to it stays."""
    server, early = lab.server(server), time.time()
    for member in members(lab, remote):
        member.host.rule("add", "undialled", f"{server.address} . {GATEWAYS}")
    for member in members(lab, remote):
        server.host.reset("dst", member.address, "dport", "=", f":{GATEWAYS}")
    wait_gateways(lab, [(server, remote)], there=False)
    fault = lab._fault("bar", [server], early, remote_cluster=remote)
    fault.undo = [(server, member) for member in members(lab, remote)]
    return fault


def unbar(lab, fault):
    early = time.time()
    for server, member in fault.undo:
        member.host.rule("delete", "undialled", f"{server.address} . {GATEWAYS}")
    late = wait_gateways(lab, [(fault.undo[0][0], fault.details["remote_cluster"])], there=True)
    return lab._ended(fault, early, late)


def all_pairs(lab, *clusters):
    """Every (server, remote) between these clusters, of servers that run."""
    return [(server, remote) for cluster in clusters for server in members(lab, cluster)
            for remote in clusters if remote != cluster]


def sever(lab, one, other):
    """Nothing gets from any member of one cluster to any of the other."""
    fault = lab.cut(*[(a.name, b.name) for a in members(lab, one) for b in members(lab, other)], what="sever")
    fault.began = Moment(fault.began.early, wait_gateways(lab, all_pairs(lab, one, other), there=False))
    return fault


def relay_gateways(lab, server, remote):
    """To be called before the servers start: what the server dials to a remote cluster runs through a relay."""
    for member in lab.clusters[remote]:
        lab.relay(lab.server(server).host, member, GATEWAYS)


def slow_gateway(lab, server, remote, milliseconds):
    early = time.time()
    for member in lab.clusters[remote]:
        lab.pace(lab.server(server).host, member, GATEWAYS, milliseconds)
    return lab._fault("slow", [server], early, remote_cluster=remote, ms=milliseconds)


def reset_outbound(lab, server, remote):
    """The server's outbound connection is reset, as by a firewall that forgets; it dials again at once."""
    server, early = lab.server(server), time.time()
    before = server.outbound()[remote]["connection"]["cid"]
    for member in members(lab, remote):
        server.host.reset("dst", member.address, "dport", "=", f":{GATEWAYS}")
    wait_for(lambda: server.outbound().get(remote, {}).get("connection", {}).get("cid", before) != before,
             f"{server.name} dials {remote} again", 30, every=0.01)
    fault = lab._fault("reset_outbound", [server], early, early + 0.1, remote_cluster=remote)
    lab._ended(fault, early, time.time())
    return fault


def restart_together(lab, servers):
    """Stops all of them, then starts all of them. Gives back the Fault of each, ended when it answers again."""
    faults = [lab.stop(server) for server in servers]
    return [(server, fault, lab.start(server, whole=False, fault=fault)) for server, fault in zip(servers, faults)]
