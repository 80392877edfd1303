"""Who is who: names given late, twice, wrongly or not at all; addresses that hide several servers; accounts."""

import subprocess
import sys
import time

from catalogue import ALL, scenario
from faults import Moment
from network import FOLDER, HERE
from netlab import HERE as LAB
from operator_mode import operator_mode
from truth import ANY

LONG, AFTER = 130, 70  # see process.py


def one_of_three(draw):
    return {"victim": draw.choice(["e1", "e2", "e3"]), "down": round(draw.uniform(66, 80), 1)}


def crash_of_somebody(lab, fault, back):
    """As expect.crash, where how the server or its cluster is called is left open."""
    truth = lab.truth
    truth.must("server_down", severity="critical", about=ANY, began=fault.began, ended=back)
    truth.event("server_restarted", severity="critical", about=ANY, at=back, before=fault.began.early)
    truth.cause("process_down", of="server_down", also=["restart"])


@scenario(on=("2.9", "2.10", "2.14"), parameters=one_of_three)
def cluster_named_late(lab, p):
    """No server has a name for its cluster: each makes one up, and all take one over when they meet. Who was polled before
    keeps telling his own in /varz for ever. A server is killed, and starts again."""
    lab.cluster("east", 3)
    for server in lab.servers:
        server.change(cluster={"name": None})
        server.launch()
        lab.first_answer(server)  # it will remember what it says now
    lab.wait_whole()
    names = {server.varz()["cluster"]["name"] for server in lab.servers}
    lab.wait(3)
    lab.record()
    lab.wait(LONG)
    kill = lab.kill(p["victim"])
    lab.wait(p["down"])
    back = lab.start(p["victim"], fault=kill)
    lab.wait(AFTER)
    lab.truth.fields["cluster_names"] = sorted(names)
    crash_of_somebody(lab, kill, back)


@scenario(parameters=lambda draw: {"odd": draw.choice(["e1", "e2", "e3"]), "seconds": draw.randint(130, 140)},
          minutes=3)
def cluster_name_mismatch(lab, p):
    """One of three servers has a slip of the pen in its cluster's name. Their route URLs name each other, and they refuse."""
    lab.cluster("east", 3)
    odd = lab.server(p["odd"])
    odd.change(cluster={"name": "esat"})
    early = time.time()
    lab.launch(whole=False)
    lab.wait(5)
    lab.record()
    lab.wait(p["seconds"])
    lab.truth.must("cluster_name_mismatch", about=odd, severity="warning", began=Moment(early, early + 30), alive=False)
    lab.truth.may("cluster_name_mismatch", reason="each end of a route that cannot be may say so")


@scenario(parameters=lambda draw: {"seconds": draw.randint(130, 140)}, minutes=3)
def equal_names_in_one_cluster(lab, p):
    """A third server starts under the name of the first: its peers refuse it, and only polling shows it."""
    lab.cluster("east", 3)
    e1, e2, e3 = lab.servers
    e3.change(server_name="e1")
    for server in (e1, e2):
        server.launch()
    lab.wait_whole()
    early = time.time()
    e3.launch()
    lab.first_answer(e3)
    lab.wait(5)
    lab.record()
    lab.wait(p["seconds"])
    truth = lab.truth
    truth.must("duplicate_name", about="e1", severity="warning", began=Moment(early, early + 15), alive=False)
    truth.cause("duplicate_name", of="duplicate_name")


@scenario(on=ALL, parameters=lambda draw: {"seconds": draw.randint(130, 140)}, minutes=3)
def equal_names_in_two_clusters(lab, p):
    """Servers of two clusters with gateways to each other have the same name: gateways to it are refused."""
    lab.cluster("east", 2)
    lab.cluster("west", 2)
    lab.gateways()
    lab.server("w1").change(server_name="e1")
    early = time.time()
    lab.launch(whole=False)
    lab.wait(8)
    lab.record()
    lab.wait(p["seconds"])
    truth = lab.truth
    truth.must("duplicate_name", about="e1", severity="warning", began=Moment(early, early + 25), alive=False)
    for cluster, remote in (("east", "west"), ("west", "east")):
        truth.may("gateway_never_connected", "e1", cluster=cluster, remote_cluster=remote,
                  reason="gateways of a server to a cluster in which another has its name are refused")
        truth.may("gateway_down", "e1", cluster=cluster, remote_cluster=remote,
                  reason="who dials a member of another name is let in for a while, and turned out with the next list of names")
    truth.cause("duplicate_name", of="duplicate_name")


@scenario(on=("2.9", "2.10", "2.14"), parameters=one_of_three)
def unnamed_servers(lab, p):
    """No server has a name: each is called by its id, which is new after a restart."""
    lab.cluster("east", 3)
    for server in lab.servers:
        server.change(server_name=None)
    lab.begin(lead=LONG)
    kill = lab.kill(p["victim"])
    lab.wait(p["down"])
    back = lab.start(p["victim"], fault=kill)
    lab.wait(AFTER)
    crash_of_somebody(lab, kill, back)


@scenario(parameters=lambda draw: {"down": round(draw.uniform(66, 80), 1)})
def single_server(lab, p):
    """One server, no cluster. It is killed, and started again."""
    lab.cluster("alone", 1)
    lab.server("a1").change(cluster=None)
    lab.begin(lead=LONG)
    kill = lab.kill("a1")
    lab.wait(p["down"])
    back = lab.start("a1", fault=kill)
    lab.wait(AFTER)
    truth = lab.truth
    truth.must("server_down", "a1", severity="critical", began=kill.began, ended=back)
    truth.event("server_restarted", "a1", severity="critical", at=back, before=kill.began.early)
    truth.cause("process_down", of="server_down", also=["restart"])


@scenario(parameters=lambda draw: {"seconds": draw.randint(195, 205)}, minutes=4)
def balanced_url(lab, p):
    """The recorder knows one address, behind which three servers take turns."""
    lab.cluster("east", 3)
    for server in lab.servers:
        server.polled = False
    lab.launch()
    members = [f"{server.address}:8222" for server in lab.servers]
    balancer = lab.hub.spawn([sys.executable, "-B", LAB / "balancer.py", 8300, *members], stdout=subprocess.PIPE, text=True)
    balancer.stdout.readline()
    lab.targets["balanced"] = f"http://{HERE}:8300"
    lab.wait(5)
    early = time.time()
    lab.record()
    lab.wait(p["seconds"])
    # Once a minute it is always the same one's turn, and nothing shows.
    lab.truth.must("target_shared", about=ANY, severity="info", began=Moment(early, early + 110), alive=False, ended=ANY,
                   needs={"epochs": 8})


@scenario(on=("2.9", "2.10", "2.14"), parameters=lambda draw: {"speaker": draw.choice(["e1", "e2", "e3"])})
def operator_mode_one_way(lab, p):
    """Accounts by JWT: the system account is a public key. Traffic goes one way only, so connections that carry it are
    silent the other way, which is as it should be."""
    settings, lab.truth.fields["system_account"], connect = operator_mode(FOLDER / "operator")
    lab.cluster("east", 3, config=settings)
    lab.launch()
    lab.chatter(p["speaker"], rate=40, **connect)
    lab.wait(5)
    lab.record()
    lab.wait(240)


@scenario(on=("2.10", "2.12", "2.14"), parameters=lambda draw: {"link": sorted(draw.sample(["e1", "e2", "e3"], 2)),
                                                               "down": round(draw.uniform(66, 80), 1)})
def pinned_account_route_lost(lab, p):
    """An account has routes of its own. Between two servers that one is lost and not dialled again; all others go on."""
    user = {"user": "app", "password": "app"}
    lab.cluster("east", 3, config={"accounts": {"APP": {"users": [user]}}, "cluster": {"accounts": ["APP"]}})
    lab.launch()
    lab.chatter("e1", user="app", **{"pass": "app"})
    lab.wait(5)
    lab.record()
    lab.wait(LONG)
    lost = lab.lose_connection(*p["link"], account="APP")
    lab.wait(p["down"])
    back = lab.redial(lost)
    lab.wait(AFTER)
    one, other = (lab.server(name) for name in p["link"])
    lab.truth.must("route_pool_degraded", one, other, account="APP", severity="warning", began=lost.began, ended=back,
                   needs={"epochs": 2})  # one look can meet the second in which any slot is dialled anew
    lab.truth.may("route_reconnected", one, other, since=lost.began.early - 1, until=back.late + 1,
                  reason="where one look at most falls into the time without it, it is lost and back between looks")
    lab.truth.cause("unknown", "network_cut", of="route_pool_degraded")
