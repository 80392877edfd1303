"""Changes of configuration that take links with them, leafnodes, and what stands while other things happen."""

import time

import expect
from catalogue import scenario
from faults import Moment
from nats import LEAFS
from processes import wait_for

LONG, AFTER = 130, 70  # see process.py
SETTLE = 300           # after so long what happens next is another incident


@scenario(on=("2.9", "2.10", "2.14"), parameters=lambda draw: {"link": draw.sample(["e1", "e2", "e3"], 2),
                                                              "down": round(draw.uniform(66, 80), 1)})
def route_url_removed(lab, p):
    """Two servers are reloaded without each other's route URL: the route is closed and nobody dials it again. Later it is
    put back."""
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    one, other = (lab.server(name) for name in p["link"])
    urls, truth = one.config["cluster"]["routes"], lab.truth
    lab.remember_ids()
    reloads = []
    for server, peer in ((one, other), (other, one)):
        server.change(cluster={"routes": [url for url in urls if url != peer.route_url]})
        reloads.append(lab.reload(server))
    wait_for(lambda: lab.lacks(one, other) and lab.lacks(other, one), "the route is closed", 20, every=0.02)
    lost = Moment(reloads[0].began.early, time.time())
    lab.wait(p["down"])
    assert lab.lacks(one, other) and lab.lacks(other, one), "the route came back"
    for server in (one, other):
        server.change(cluster={"routes": urls})
        reloads.append(lab.reload(server))
    back = Moment(reloads[2].began.early, lab.wait_whole())
    lab.wait(AFTER)
    for server, moments in ((one, reloads[0::2]), (other, reloads[1::2])):
        for reload in moments:
            truth.event("config_reloaded", server, severity="info", at=reload.began)
    expect.link_lost(lab, one, other, lost, back)
    expect.low_counts(lab, [one.name, other.name], lost, back)
    expect.refills(lab, one, other, Moment(lost.early, back.late))
    truth.cause("route_unconfigured", of="route_down")


@scenario(on=("2.9", "2.10", "2.14"), parameters=lambda draw: {"victim": draw.choice(["l1", "l2"]), "down": round(draw.uniform(66, 80), 1)},
          minutes=6)
def leafnodes_come_and_go(lab, p):
    """Two leafnodes hang on a server of a cluster; one of them is stopped for more than a minute. Only the hub is polled,
    /leafz too. A third comes and stays."""
    lab.endpoints = [*lab.endpoints, "leafz"]
    lab.cluster("east", 2)
    hub = lab.server("e1")
    hub.change(leafnodes={"listen": f"{hub.address}:{LEAFS}"})

    def leaf(name):
        return lab.add("leaves", name, polled=False, config={
            "cluster": None, "leafnodes": {"remotes": [{"url": f"nats-leaf://{hub.address}:{LEAFS}"}]}})

    def hanging(count):
        wait_for(lambda: (hub.ask("/leafz")[1] or {}).get("leafnodes") == count, f"{count} leafnodes", 30, every=0.01)
        return time.time()
    leaf("l1"), leaf("l2")
    for server in lab.servers:
        server.launch()
    hanging(2)
    lab.wait(5)
    lab.record()
    lab.wait(LONG)
    stop = lab.stop(p["victim"])
    gone = Moment(stop.began.early, hanging(1))
    lab.wait(p["down"])
    early = time.time()
    lab.server(p["victim"]).launch()
    back = lab._ended(stop, early, hanging(2))
    lab.wait(AFTER / 2)
    leaf("l3").launch()
    hanging(3)
    lab.wait(AFTER)
    if lab.version >= (2, 9, 15):
        lab.truth.must("leafnode_down", hub, severity="warning", began=gone, ended=back)
    else:
        lab.truth.may("leafnode_down", hub, since=gone.early, until=back.late,
                      reason="here /leafz gives leafnodes no names, so that they may not be told apart")


@scenario(parameters=lambda draw: {"link": ["e1", "e2"], "victim": "e3", "down": round(draw.uniform(66, 72), 1)},
          minutes=12)
def standing_condition(lab, p):
    """A fourth server has another cluster's name by mistake, and so no routes, all the time. Under it a link is cut for a
    minute, and long after that a server crashes: two incidents, and a third that has nothing to do with either."""
    lab.cluster("east", 4)
    odd = lab.server("e4")
    odd.change(cluster={"name": "esat"})
    early = time.time()
    lab.launch(whole=False)
    inside = [server for server in lab.servers if server is not odd]

    def whole():
        return all(sum(server.linked().values()) == sum(server.connections_to(peer) for peer in inside if peer is not server)
                   for server in inside)

    def wait_inside():
        wait_for(whole, "the three are linked", 60, every=0.05)
        return time.time()
    wait_inside()
    lab.wait(5)
    lab.record()
    lab.wait(LONG)
    cut = lab.cut(*p["link"])
    lab.wait(p["down"])
    healed = lab.heal(cut, whole=False)
    back = Moment(healed.early, wait_inside())
    lab.wait(SETTLE + 45)
    victim = lab.server(p["victim"])
    kill = lab.kill(victim)
    lab.wait(p["down"])
    up = lab.start(victim, whole=False, fault=kill)
    wait_inside()
    lab.wait(AFTER)
    truth = lab.truth
    truth.must("cluster_name_mismatch", about=odd, severity="warning", began=Moment(early, early + 30), alive=False)
    truth.may("cluster_name_mismatch", reason="each end of a route that cannot be may say so")
    expect.link_lost(lab, *p["link"], cut.began, back)
    expect.low_counts(lab, p["link"], cut.began, back)
    expect.refills(lab, *p["link"], back)
    truth.cause("network_cut", of="route_down")
    expect.crash(lab, victim, kill, up + 3)
