"""Links between clusters: lost, dead at the far end, moved, configured away, wrongly or too early."""

import time

import expect
import gates
from catalogue import ALL, scenario
from faults import Moment
from nats import GATEWAYS
from processes import wait_for
from truth import ANY
from watching import Watch

LONG, AFTER = 130, 70  # see process.py
DIALLING = 11  # seconds after its start in which a server dials, and the epoch that sees it


def superclusters(lab, **sizes):
    for cluster, size in sizes.items():
        lab.cluster(cluster, size)
    lab.gateways()


def lost(lab, pairs, began, ended, severity="critical", **details):
    for server, remote in pairs:
        lab.truth.must("gateway_down", server, remote_cluster=remote, severity=severity, began=began, ended=ended,
                       details=details or None)


def named(server, *clusters):
    """What the server's configuration says of these clusters."""
    return [entry for entry in server.config["gateway"]["gateways"] if entry["name"] in clusters]


def a_server(draw):
    return {"victim": draw.choice(["e1", "e2", "e3"]), "down": round(draw.uniform(66, 80), 1)}


@scenario(on=("2.9", "2.10", "2.14"), parameters=a_server)
def gateway_lost_by_one(lab, p):
    """One server cannot reach the other cluster any more; its peers can, and the other cluster reaches it."""
    superclusters(lab, east=3, west=2)
    lab.begin(lead=LONG)
    fault = gates.bar(lab, p["victim"], "west")
    lab.wait(p["down"])
    back = gates.unbar(lab, fault)
    lab.wait(AFTER)
    lost(lab, [(lab.server(p["victim"]), "west")], fault.began, back, scope="server")
    lab.truth.cause("gateway_network_cut", of="gateway_down")


@scenario(parameters=lambda draw: {"down": round(draw.uniform(66, 80), 1)})
def gateways_lost_by_all(lab, p):
    """The line between two clusters is cut: no server of either reaches the other."""
    superclusters(lab, east=2, west=2)
    lab.begin(lead=LONG)
    pairs = gates.all_pairs(lab, "east", "west")
    fault = gates.sever(lab, "east", "west")
    lab.wait(p["down"])
    back = lab.heal(fault)
    lab.wait(AFTER)
    lost(lab, pairs, fault.began, back, scope="cluster")
    if lab.version < (2, 10):
        lab.truth.may("route_silent", reason="when gateways come back, both readers of a route of 2.9.10 can stop for good: "
                                             "what both ends count as written and as read tells it", since=back.early)
    lab.truth.cause("gateway_network_cut", of="gateway_down")
    lab.truth.one_incident("gateway_down")


def remote_dies(lab, p, living):
    """Every server of the cluster "west" is killed at once, and started again."""
    lab.begin(lead=LONG)
    dead = lab.clusters["west"]
    pairs = [(server, "west") for cluster in living for server in lab.clusters[cluster]]
    kills = [lab.kill(server) for server in dead]
    gone = Moment(kills[0].began.early, gates.wait_gateways(lab, pairs, there=False))
    lab.wait(p["down"])
    ups = [lab.start(server, whole=False, fault=kill) for server, kill in zip(dead, kills)]
    back = Moment(ups[0].early, lab.wait_whole())
    lab.wait(AFTER)
    for server, kill, up in zip(dead, kills, ups):
        expect.crash(lab, server, kill, up, cause=False)
    # Nobody is left to see the last of them go, but its host answers.
    lost(lab, pairs, gone, back, severity=["critical", "info"], scope="cluster")
    lab.truth.cause("remote_cluster_down", "process_down", of="server_down", cluster="west", also=["restart"])
    lab.truth.one_incident("server_down")


@scenario(parameters=lambda draw: {"down": round(draw.uniform(66, 80), 1)})
def remote_cluster_dead(lab, p):
    """Of two clusters, one dies as a whole."""
    superclusters(lab, east=3, west=2)
    remote_dies(lab, p, ["east"])


@scenario(parameters=lambda draw: {"down": round(draw.uniform(66, 80), 1)})
def remote_cluster_dead_of_three(lab, p):
    """Of three clusters, one dies as a whole; the others keep each other. (derive/ makes ten of them.)"""
    superclusters(lab, north=2, south=2, west=2)
    remote_dies(lab, p, ["north", "south"])


@scenario(parameters=lambda draw: {"down": round(draw.uniform(66, 80), 1)})
def remote_cluster_unseen(lab, p):
    """A remote cluster that nobody polls dies as a whole: two clusters lose it, and keep each other."""
    superclusters(lab, north=2, south=2, west=2)
    for server in lab.clusters["west"]:
        server.polled = False
    lab.begin(lead=LONG)
    pairs = [(server, "west") for cluster in ("north", "south") for server in lab.clusters[cluster]]
    kills = [lab.kill(server) for server in lab.clusters["west"]]
    gone = Moment(kills[0].began.early, gates.wait_gateways(lab, pairs, there=False))
    lab.wait(p["down"])
    ups = [lab.start(server, whole=False, fault=kill) for server, kill in zip(lab.clusters["west"], kills)]
    back = Moment(ups[0].early, lab.wait_whole())
    lab.wait(AFTER)
    lost(lab, pairs, gone, back, scope="cluster")
    lab.truth.cause("remote_cluster_down", of="gateway_down")


@scenario(on=("2.9", "2.10", "2.14"), parameters=lambda draw: {"down": round(draw.uniform(66, 80), 1)})
def gateway_failover(lab, p):
    """The member of the remote cluster that a gateway leads to is killed: the gateway moves to another, and stays there."""
    superclusters(lab, east=2, west=3)
    lab.begin(lead=LONG)
    west = {server.id(): server for server in lab.clusters["west"]}
    victim = west[gates.connected_to(lab.server("e1"), "west")]
    moving = [server for server in lab.clusters["east"] if gates.connected_to(server, "west") == victim.id()]
    old = victim.id()
    kill = lab.kill(victim)
    wait_for(lambda: all(gates.connected_to(server, "west") not in (None, old) for server in moving), "gateways move", 20,
             every=0.02)
    moved = Moment(kill.began.early, time.time())
    lab.wait(p["down"])
    back = lab.start(victim, fault=kill)
    lab.wait(AFTER)
    expect.crash(lab, victim, kill, back)
    for server in moving:
        lab.truth.event("gateway_failover", server, remote_cluster="west", severity="info", at=moved,
                        unless_seen=moved)


@scenario(parameters=lambda draw: {"times": draw.randint(4, 5), "apart": round(draw.uniform(14, 25), 1)}, minutes=3)
def gateway_flapping(lab, p):
    """A gateway drops and comes back, again and again."""
    superclusters(lab, east=2, west=2)
    lab.begin()
    server = lab.server("e1")
    moments = []
    for _ in range(p["times"]):
        lab.between_epochs()
        reset = gates.reset_outbound(lab, server, "west")
        moments.append(Moment(reset.began.early, reset.ended.late))
        lab.wait(p["apart"])
    lab.wait(20)
    span = Moment(moments[0].early, moments[-1].late)
    lab.truth.must("gateway_flapping", server, remote_cluster="west", severity="warning", alive=False, began=span,
                   needs={"moments": moments, "count": 3})
    lab.truth.may("gateway_down", server, remote_cluster="west", since=span.early - 1, until=span.late,
                  reason="it is back after about a second, and an epoch can meet that second")


@scenario(parameters=lambda draw: {"server": draw.choice(["e1", "e2"])}, minutes=2)
def gateway_reset(lab, p):
    """A gateway drops once, between two epochs, and is back after a second, with the only member there is."""
    superclusters(lab, east=2, west=1)
    lab.begin()
    server = lab.server(p["server"])
    lab.between_epochs()
    reset = gates.reset_outbound(lab, server, "west")
    lab.wait(AFTER)
    moment = Moment(reset.began.early, reset.ended.late)
    lab.truth.may("gateway_down", server, remote_cluster="west", since=moment.early - 1, until=moment.late,
                  reason="it is back after about a second, and an epoch can meet that second")
    lab.truth.event("gateway_reconnected", server, remote_cluster="west", severity="info", at=moment, unless_seen=moment)


def forget(lab, cluster):
    """The configurations of a cluster's members name no other cluster any more, and take nothing from any."""
    for server in lab.clusters[cluster]:
        server.change(gateway={"gateways": named(server, cluster), "reject_unknown_cluster": True})
        server.remotes = set()


@scenario(parameters=lambda draw: {"apart": round(draw.uniform(75, 90), 1)})
def gateway_removed(lab, p):
    """A cluster is restarted with a configuration that names the other no more; the other loses it, and more than a minute
    later is restarted without it as well."""
    superclusters(lab, east=2, west=2)
    lab.begin(lead=LONG)
    east, west = lab.clusters["east"], lab.clusters["west"]
    truth = lab.truth
    forget(lab, "east")
    first = gates.restart_together(lab, east)
    gates.wait_gateways(lab, [(server, "east") for server in west], there=False)
    lab.wait(p["apart"])
    # A server dials again and again, and lists for some milliseconds what it then is refused: an epoch can meet them.
    heard = lab.recorded(west, "gatewayz")
    forget(lab, "west")
    second = gates.restart_together(lab, west)
    lab.wait_whole()
    lab.wait(AFTER)
    for server, fault, back in first + second:
        expect.crash(lab, server, fault, back, cause=False)
        remote = "west" if server in east else "east"
        if server in east:
            truth.event("gateway_removed", server, remote_cluster=remote, severity="info", at=back, before=fault.began.early)
    # What is missing while all of east may still be starting is a consequence of that.
    dialled = max(back.late for _, _, back in first) + DIALLING
    for server, fault, back in second:
        for began, ended in heard.spans(server, lambda _, body: "east" not in body["outbound_gateways"]):
            truth.must("gateway_down", server, remote_cluster="east", severity="critical", began=began,
                       ended=ended or Moment(fault.began.early, back.late + 1), needs={"epochs": 2, "after": dialled})
    truth.cause("gateway_unconfigured", "restart", of="gateway_down", also=["process_down"])


@scenario(parameters=lambda draw: {"apart": round(draw.uniform(20, 30), 1)}, minutes=7)
def gateway_added(lab, p):
    """Two clusters that did not know each other get gateways: one server after the other drains and comes back with the
    other cluster in its configuration."""
    superclusters(lab, east=2, west=2)
    configured = {server.name: server.config["gateway"] for server in lab.servers}
    for server in lab.servers:
        server.change(gateway={"gateways": named(server, server.cluster)})
        server.remotes = set()
    lab.launch()
    for server in lab.servers:
        lab.chatter(server, rate=5)
    lab.wait(3)
    lab.record()
    lab.wait(LONG)
    backs = []
    for server in lab.servers:
        server.change(gateway=configured[server.name])
        duck = lab.lame_duck(server)
        lab.drained(duck)
        back = lab.start(server, whole=False)
        backs.append((server, duck, back))
        expect.drain(lab, server, duck, back + 2)
        lab.wait(p["apart"])
    for server in lab.servers:
        server.remotes = None
    lab.wait_whole()
    lab.wait(AFTER)
    for first, second, cluster in ((0, 1, "east"), (2, 3, "west")):
        lab.truth.must("gateway_config_mismatch", cluster=cluster, severity=["warning", "info"], alive=False,
                       began=backs[first][2], ended=Moment(backs[second][1].ended.early, backs[second][2].late + 2))


def stand(lab, seconds):
    """Records what is wrong from the beginning. The moment by which it can be told: servers have ten seconds to dial."""
    early = time.time()
    lab.launch()
    ready = time.time()
    lab.wait(3)
    lab.record()
    lab.wait(seconds)
    return Moment(early, ready + 13)


@scenario(parameters=lambda draw: {"seconds": draw.randint(130, 140)}, minutes=3)
def gateway_never_connected(lab, p):
    """A remote cluster is configured that is not there (yet)."""
    superclusters(lab, east=2, west=1)
    for server in lab.clusters["east"]:
        south = {"name": "south", "urls": [f"nats://10.9.77.1:{GATEWAYS}"]}
        server.change(gateway={"gateways": named(server, "east", "west") + [south]})
    began = stand(lab, p["seconds"])
    for server in lab.clusters["east"]:
        lab.truth.must("gateway_never_connected", server, remote_cluster="south", severity="warning", began=began, alive=False)


@scenario(parameters=lambda draw: {"seconds": draw.randint(130, 140)}, minutes=3)
def gateway_named_wrongly(lab, p):
    """A remote cluster is configured under a name that its servers do not use."""
    lab.cluster("east", 2)
    lab.cluster("west", 2)
    lab.gateways()
    for server in lab.clusters["east"]:
        wrong = [entry | {"name": "wets"} for entry in named(server, "west")]
        server.change(gateway={"gateways": named(server, "east") + wrong})
    for server in lab.servers:
        server.change(gateway={"reject_unknown_cluster": True})
        server.remotes = set()
    for server in lab.clusters["west"]:
        server.change(gateway={"gateways": named(server, "west")})
    began = stand(lab, p["seconds"])
    for server in lab.clusters["east"]:
        lab.truth.must("gateway_name_mismatch", server, remote_cluster="wets", severity="warning", began=began, alive=False)
        lab.truth.may("gateway_never_connected", server, remote_cluster="wets", severity="warning",
                      reason="it never connected; that its URL answers as another says more")


@scenario(parameters=lambda draw: {"server": draw.choice(["e1", "e2"])}, minutes=2)
def gateway_reload_rejected(lab, p):
    """A server is told to reload a configuration with another gateway: it refuses all of it and goes on as before."""
    superclusters(lab, east=2, west=2)
    lab.begin()
    server = lab.server(p["server"])
    loaded = server.varz()["config_load_time"]
    server.change(gateway={"gateways": named(server, "east")}, max_payload=2 << 20)
    server.write_config()
    server.signal(1)
    early = time.time()
    wait_for(lambda: "not supported" in (server.folder / "log").read_text(errors="replace"), "the reload is refused", 10)
    lab._fault("reload_rejected", [server], early)
    lab.wait(AFTER)
    assert server.varz()["config_load_time"] == loaded


@scenario(parameters=lambda draw: {"stays": round(draw.uniform(70, 80), 1)}, minutes=3)
def implicit_gateway_leaves(lab, p):
    """A cluster that east does not name in its configuration names east, is met by gossip, and goes away for good. It is
    no target of the recorder."""
    lab.cluster("east", 2)
    lab.gateways()
    lab.add("solo", "s1", polled=False)
    guest = lab.server("s1")
    lab.gateways()
    for server in lab.clusters["east"]:
        server.change(gateway={"gateways": named(server, "east")})
    lab.begin(lead=p["stays"])
    pairs = [(server, "solo") for server in lab.clusters["east"]]
    stop = lab.stop(guest)
    gone = Moment(stop.began.early, gates.wait_gateways(lab, pairs, there=False))
    lab.wait(AFTER)
    for server, remote in pairs:
        lab.truth.event("gateway_removed", server, remote_cluster=remote, severity="info", at=gone)


@scenario(parameters=lambda draw: {"ms": draw.randint(60, 200), "slow": round(draw.uniform(100, 115))}, minutes=7)
def gateway_rtt_raised(lab, p):
    """The way to the other cluster takes a detour for one server. Pings every 5 s, so that it notices soon."""
    lab.cluster("east", 2, config={"ping_interval": "5s"})
    lab.cluster("west", 2, config={"ping_interval": "5s"})
    lab.gateways()
    gates.relay_gateways(lab, "e1", "west")
    lab.begin(lead=LONG + 60)
    slow = gates.slow_gateway(lab, "e1", "west", p["ms"])
    lab.wait(p["slow"])
    fast = gates.slow_gateway(lab, "e1", "west", 0)
    lab._ended(slow, fast.began.early, fast.began.late)
    lab.truth.faults.remove(fast)
    lab.wait(AFTER + 20)
    lab.truth.must("gateway_rtt_high", lab.server("e1"), remote_cluster="west", severity="warning", began=slow.began + 40,
                   ended=slow.ended + 40)


@scenario(on=ALL, parameters=lambda draw: {"frozen": round(draw.uniform(150, 165))}, minutes=7)
def gateway_target_frozen(lab, p):
    """The server that a gateway leads to hangs. The gateway is given up after half a minute; before 2.10.16 whoever dials
    the frozen one again waits for its greeting for ever."""
    superclusters(lab, east=2, west=2)
    lab.begin(lead=LONG)
    by_id = {server.id(): server for server in lab.servers}
    victim = by_id[gates.connected_to(lab.server("e1"), "west")]
    watch = Watch(lab.clusters["east"], "/gatewayz")
    freeze = lab.freeze(victim)
    lab.wait(p["frozen"])
    thaw = lab.thaw(freeze)
    lab.wait(5)
    watch.stop()
    lab.wait(AFTER)
    truth = lab.truth
    for server in lab.clusters["east"]:
        for began, ended in watch.spans(server, lambda _, body: "west" not in body["outbound_gateways"]):
            # What a hanging server does to its links is a consequence where its peers have given it up.
            truth.must("gateway_down", server, remote_cluster="west", severity=["critical", "info"], began=began, ended=ended)
    span = {"since": freeze.began.early - 1, "until": thaw.late + 5}
    truth.may(["server_down", "monitor_unreachable"], victim, **span, reason="the frozen server: see frozen_long")
    truth.may("gateway_down", victim, remote_cluster="east", **span, reason="while it hung, the others gave up its gateway")
    truth.may("route_silent", *lab.clusters["west"], **span, reason="listed, and silent: see frozen_long")
    for server in lab.servers:
        if server is not victim:
            truth.may("link_backlog", server, **span, severity="warning",
                      reason="since 2.12 a server that gives up counts a stale connection")
    # Once its peers lose it, or list it in silence for long enough, it is down, and its silence goes along with that.
    truth.must("monitor_unreachable", victim, severity=["warning", "info"], began=freeze.began, ended=ANY)
    truth.cause("frozen_or_host_down", of="monitor_unreachable")
