"""An hour in which nothing happens, and then what an orchestrator does to a healthy supercluster."""

import time

import expect
from catalogue import scenario
from processes import wait_for

HOUR = 3600


def recovered(lab):
    """Nobody has anything to complain of: listeners, links, JetStream and every stream."""
    return lab.whole() and all(server.ask("/healthz")[0] == 200 for server in lab.servers)


@scenario(on=("2.14",), parameters=lambda draw: {"order": draw.sample(["e1", "e2", "e3"], 3) + draw.sample(["w1", "w2"], 2)},
          minutes=75)
def healthy_hour(lab, p):
    """An hour of a busy supercluster of two, seen every ten seconds; then a planned rolling restart: one server after the
    other drains for a minute, exits, is started at once by its supervisor, and the next has to wait until all are well
    again. Nothing above info may come of it. Servers exit between two epochs of any interval."""
    lab.every, lab.truth.fields["interval_s"] = "10s", 10
    settings = {"lame_duck_grace_period": "61s", "lame_duck_duration": "90s"}
    lab.cluster("east", 3, jetstream=True, config=settings)
    lab.cluster("west", 2, jetstream=True, config=settings)
    lab.gateways()
    lab.launch()
    lab.stream("e1", "orders", replicas=3)
    for server in lab.servers:
        lab.chatter(server, rate=20, subject="orders.new")
    lab.wait(10)
    lab.record()
    lab.wait(HOUR)
    for name in p["order"]:
        server = lab.server(name)
        time.sleep((9 - time.time()) % 10)  # it leaves 63 to 67 s later, well between two epochs
        duck = lab.lame_duck(server)
        lab.drained(duck)
        back = lab.start(server)
        wait_for(lambda: recovered(lab), "all is well again", 120, every=0.2)
        expect.drain(lab, server, duck, back)
    lab.wait(70)
