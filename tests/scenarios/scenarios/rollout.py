"""What people do on purpose: upgrades, rollouts, growing, shrinking, reloads. And nothing at all."""

import expect
from catalogue import ALL, scenario
from faults import Moment

LONG, AFTER = 130, 70  # see process.py


@scenario(on=("2.9>2.10", "2.12>2.14"), parameters=lambda draw: {"order": draw.sample(["e1", "e2", "e3"], 3),
                                                                "down": round(draw.uniform(3, 8), 1)})
def rolling_upgrade(lab, p):
    """One server after the other is stopped and comes back with the next version."""
    old, new = lab.binaries
    lab.cluster("east", 3, jetstream=True, binary=old)
    lab.launch()
    lab.stream("e1", "orders", replicas=3)
    lab.wait(3)
    lab.record()
    lab.wait(LONG)
    truth = lab.truth
    for name in p["order"]:
        server = lab.server(name)
        stop = lab.stop(server)
        lab.wait(p["down"])
        back = lab.start(server, binary=new, fault=stop)
        truth.must("server_down", server, severity="warning", began=stop.began, ended=back)
        truth.event("server_restarted", server, severity="info", at=back, before=stop.began.early)
        truth.event("version_changed", server, severity="info", at=back, before=stop.began.early)
        truth.may(["jetstream_unhealthy", "meta_leader_missing"], cluster="east", since=stop.began.early, until=back.late + 10,
                  reason="if it led the meta group, an epoch can meet the election")
        truth.cause("upgrade", of="server_down", server=server)
        lab.wait(25)
    lab.wait(AFTER - 25)


@scenario(parameters=lambda draw: {"order": draw.sample(["e1", "e2", "e3"], 3), "down": round(draw.uniform(3, 6), 1)},
          minutes=6)
def kubernetes_rolling_update(lab, p):
    """Pods are replaced one by one, as their charts do it: drained, gone, and back under the old name with another
    address. Routes and targets go by name."""
    lab.cluster("east", 3)
    for server in lab.servers:
        server.change(cluster={"routes": [f"nats-route://{peer.name}:6222" for peer in lab.servers]})
    names = {server.name: [server.address] for server in lab.servers}
    lab.hosts(**names)
    lab.targets = {server.name: f"http://{server.name}:8222" for server in lab.servers}
    lab.launch()
    for server in lab.servers:
        lab.chatter(server, rate=5)
    lab.wait(3)
    lab.record()
    lab.wait(LONG)
    for number, name in enumerate(p["order"]):
        server = lab.server(name)
        duck = lab.lame_duck(server)
        lab.drained(duck)
        lab.wait(p["down"])
        lab.readdress(server, f"10.9.1.{11 + number}")
        names[server.name] = [server.address]
        lab.hosts(**names)
        back = lab.start(server)
        expect.drain(lab, server, duck, back)
        lab.wait(25)
    lab.wait(AFTER - 25)


@scenario(parameters=lambda draw: {"slow": round(draw.uniform(15, 40), 1)})
def scale_in(lab, p):
    """The last of four servers is drained and does not come back; a while later its target leaves the recorder's
    configuration."""
    lab.cluster("east", 4)
    victim = lab.server("e4")
    lab.launch()
    lab.chatter(victim)
    lab.wait(3)
    lab.record()
    lab.wait(LONG)
    duck = lab.lame_duck(victim)
    lab.drained(duck)
    lab.wait(p["slow"])
    left = lab.retarget(without=[victim])
    lab.wait(AFTER + 20)
    lab.truth.event("server_left", victim, severity="info", witnessed=True, at=left, before=duck.ended.early)
    expect.drain(lab, victim, duck, retired=left)


@scenario(parameters=lambda draw: {"late": round(draw.uniform(2, 30), 1)}, minutes=6)
def scale_out(lab, p):
    """A fourth server joins three, and some time later becomes a target of the recorder."""
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    lab.add("east", "e4")
    joined = lab.start("e4")
    lab.wait(p["late"])
    polled = lab.retarget()
    lab.wait(2 * AFTER)
    lab.truth.event("server_joined", lab.server("e4"), severity="info", witnessed=True, at=Moment(joined.early, polled.late))


@scenario(parameters=lambda draw: {"pause": round(draw.uniform(20, 30), 1)}, minutes=6)
def blue_green(lab, p):
    """Three new servers join three old ones in their cluster; then the old ones are drained, and leave."""
    blue = lab.cluster("east", 3, names=["blue1", "blue2", "blue3"])[:]
    lab.begin(lead=LONG)
    green = [lab.add("east", name) for name in ("green1", "green2", "green3")]
    early = min(lab.start(server, whole=False).early for server in green)
    lab.wait_whole()
    polled = lab.retarget()
    lab.wait(2 * LONG / 3)
    for server in green:
        lab.truth.event("server_joined", server, severity="info", witnessed=True, at=Moment(early, polled.late))
    exits = []
    for server in blue:
        duck = lab.lame_duck(server)
        exits.append((server, duck, lab.drained(duck)))
        lab.wait(2)
    left = lab.retarget(without=blue)
    lab.wait(AFTER + p["pause"])
    for server, duck, exited in exits:
        lab.truth.event("server_left", server, severity="info", witnessed=True, at=Moment(exited.early, left.late),
                        before=exited.early)
        lab.truth.may(["server_down", "server_not_ready"], server, since=duck.began.early, until=left.late + 2,
                      severity=["warning", "critical"], reason="between its end and the change of the targets it is down, "
                      "and where nobody looked while it drained, that looks like a crash")


@scenario(on=ALL, parameters=lambda draw: {"server": draw.choice(["e1", "e2", "e3"])}, minutes=4)
def reload(lab, p):
    """A server reads its configuration anew, first with a change that touches no link, then with one for its routes."""
    lab.cluster("east", 3)
    lab.begin()
    server = lab.server(p["server"])
    server.change(max_payload=2 << 20)
    first = lab.reload(server)
    lab.truth.event("config_reloaded", server, severity="info", at=first.began)
    lab.wait(AFTER)
    server.change(cluster={"no_advertise": True})
    second = lab.reload(server)
    lab.wait_whole()
    lab.truth.event("config_reloaded", server, severity="info", at=second.began)
    lab.wait(AFTER)


@scenario(on=ALL, minutes=4)
def healthy_and_busy(lab, _):
    """Nothing happens, with traffic over all routes and a replicated stream."""
    lab.cluster("east", 3, jetstream=True)
    lab.launch()
    lab.stream("e1", "orders", replicas=3)
    for server in lab.servers:
        lab.chatter(server, rate=40, subject="orders.new")
    lab.wait(3)
    lab.record()
    lab.wait(200)
