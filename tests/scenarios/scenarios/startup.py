"""Servers that cannot start, and certificates that run out."""

import subprocess
import sys
import time

import expect
from catalogue import scenario
from faults import Moment
from nats import CLIENTS
from tls import Authority
from truth import ANY

LONG, AFTER = 130, 70  # see process.py
DAY = 86400
TELLS_CERTIFICATES = ((2, 11, 12), (2, 12, 4))  # the first versions whose /varz tells when a certificate runs out


def a_server(draw):
    return {"victim": draw.choice(["e1", "e2", "e3"]), "down": round(draw.uniform(85, 95))}


def dies_at_every_start(lab, p, spoil, restore, causes=()):
    """A server is killed; what spoils its start was there before; its supervisor starts it every two seconds, just before
    an epoch, and each time it is gone again within moments. Then somebody repairs it."""
    lab.begin(lead=LONG)
    victim = lab.server(p["victim"])
    kill = lab.kill(victim)
    spoil(victim)
    starts, deadline = 0, time.monotonic() + p["down"]
    while time.monotonic() < deadline:
        lab.at_offset(0.96)
        victim.launch()
        victim.process.wait(20)
        starts += 1
        lab.wait(1)
    assert starts > 20, f"only {starts} starts"
    restore(victim)
    back = lab.start(victim, fault=kill)
    lab.wait(AFTER)
    truth = lab.truth
    truth.must("server_down", victim, severity="critical", began=kill.began, ended=ANY)
    truth.event("server_restarted", victim, severity="critical", at=back, before=kill.began.early)
    truth.may(["server_down", "server_not_ready", "server_restarted", "restart_loop"], victim, since=kill.began.early,
              until=back.late, reason="an epoch can meet one of the runs that last for moments")
    truth.cause("listener_not_ready", "process_down", *causes, of="server_down", server=victim, also=["restart"])


def steal_port(server):
    """Another process on the server's host listens where its clients would connect."""
    script = f"import socket, time; s = socket.create_server(('{server.address}', {CLIENTS})); print(flush=True); time.sleep(600)"
    thief = server.host.spawn([sys.executable, "-c", script], stdout=subprocess.PIPE)
    thief.stdout.readline()
    return thief


@scenario(parameters=a_server, minutes=6)
def startup_port_taken(lab, p):
    """Another process has taken the port for clients while the server was down."""
    lab.cluster("east", 3)
    thieves = []
    dies_at_every_start(lab, p, lambda server: thieves.append(steal_port(server)), lambda _: thieves[0].kill())


@scenario(parameters=lambda draw: {"down": round(draw.uniform(85, 95)), "reads": round(draw.uniform(2.2, 3.2), 1)},
          minutes=6)
def startup_port_taken_late(lab, p):
    """As above, but JetStream takes seconds to read its store before the port is tried: each of these runs answers for a
    while. A pipe in the place of a file holds the reading up."""
    lab.cluster("east", 3, jetstream=True)
    lab.launch()
    lab.stream("e1", "orders", replicas=3)
    lab.wait(8)
    lab.record()
    lab.wait(LONG)
    victim = lab.follower()
    kill = lab.kill(victim)
    deaths, starts = [kill.began], []
    thief = steal_port(victim)
    deadline = time.monotonic() + p["down"]
    while time.monotonic() < deadline:
        _, path, content = lab.hold_recovery(victim)
        early = time.time()
        victim.launch()
        starts.append(Moment(early, lab.first_answer(victim)))
        lab.wait(p["reads"])
        early = time.time()
        with open(path, "wb") as pipe:
            pipe.write(content)
        path.unlink()
        path.write_bytes(content)
        victim.process.wait(20)
        deaths.append(Moment(early, time.time()))
        lab.wait(2)
    thief.kill()
    starts.append(lab.start(victim, fault=kill))
    lab.wait(AFTER)
    truth = lab.truth
    for number, (death, start) in enumerate(zip(deaths, starts)):
        truth.must("server_down", victim, severity=["critical", "info"], began=death, ended=start)
        truth.event("server_restarted", victim, severity=["critical", "info"], at=start, before=death.early,
                    until=deaths[number + 1].early if number + 1 < len(deaths) else None)
    truth.must("restart_loop", victim, severity="critical", began=Moment(starts[0].early, starts[-1].late), alive=False, ended=ANY,
               needs={"moments": starts, "count": 3})
    truth.cause("listener_not_ready", of="restart_loop", server=victim, also=["restart", "process_down", "jetstream_recovering"])


@scenario(parameters=a_server, minutes=6)
def startup_tls_unreadable(lab, p):
    """The files of its certificate are not there: it does not get as far as its first listener."""
    lab.cluster("east", 3)
    good = {}

    def spoil(server):
        good.update(server.config)
        server.change(tls={"cert_file": str(server.folder / "gone.pem"), "key_file": str(server.folder / "gone.key")})

    def restore(server):
        server.config = dict(good)
    dies_at_every_start(lab, p, spoil, restore)


@scenario(parameters=a_server, minutes=6)
def startup_store_unusable(lab, p):
    """JetStream's store cannot be opened: a file is where its folder was."""
    lab.cluster("east", 3, jetstream=True)
    good = {}

    def spoil(server):
        good.update(server.config)
        (server.folder / "file").write_text("not a folder\n")
        server.change(jetstream={"store_dir": str(server.folder / "file")})

    def restore(server):
        server.config = dict(good)
    dies_at_every_start(lab, p, spoil, restore, causes=("store_unusable",))
    lab.truth.may(["jetstream_unhealthy", "meta_leader_missing"], cluster="east",
                  since=lab.truth.faults[0].began.early, until=lab.truth.faults[0].began.late + 15,
                  reason="if it led the meta group, the others elect another")


def told(lab):
    """Whether these servers tell when their certificates run out."""
    return any(lab.version[:2] == first[:2] and lab.version >= first for first in TELLS_CERTIFICATES) or lab.version >= (2, 13)


@scenario(on=("2.9", "2.11", "2.12", "2.14"), parameters=lambda draw: {"days": draw.sample([20, 3, 300], 3)},
          minutes=2)
def certificate_expiring(lab, p):
    """Certificates of routes with 20, 3 and 300 days left. Old servers do not tell, and nothing is found."""
    lab.cluster("east", 3)
    authority = Authority()
    for server, days in zip(lab.servers, p["days"]):
        server.change(cluster={"tls": authority.issue(server, time.time() + days * DAY)})
    early = time.time()
    lab.begin(lead=AFTER)
    for server, days in zip(lab.servers, p["days"]):
        if told(lab) and days < 30:
            lab.truth.must("certificate_expiring", server, severity="critical" if days < 7 else "warning", alive=False,
                           began=Moment(early, early + 30))


@scenario(on=("2.9", "2.12", "2.14"), parameters=lambda draw: {"victim": draw.choice(["e1", "e2", "e3"]), "alone": round(draw.uniform(20, 40)),
                                                              "down": round(draw.uniform(66, 80))})
def certificate_expired(lab, p):
    """A certificate runs out. Nothing happens, since connections go on and the server stays ready, until one of its routes is
    lost: that cannot be made again."""
    lab.cluster("east", 3)
    authority, victim = Authority(), lab.server(p["victim"])
    peer = next(server for server in lab.servers if server is not victim)
    early, expires = time.time(), time.time() + LONG + 30
    for server in lab.servers:
        server.change(cluster={"tls": authority.issue(server, expires if server is victim else time.time() + 300 * DAY)})
    lab.begin(lead=LONG)
    lab.wait(max(0, expires - time.time()) + 2)
    lab.truth.note("certificate_expired", expires)
    lab.wait(p["alone"])
    lab.remember_ids()
    reset = lab.reset(peer.name, victim.name, whole=False)
    lost = reset.began
    reset.ended = None
    lab.wait(p["down"])
    assert lab.lacks(peer, victim) and lab.lacks(victim, peer), "the route came back"
    expect.link_lost(lab, peer, victim, lost, None)
    expect.low_counts(lab, [peer.name, victim.name], lost, None)
    if told(lab):
        lab.truth.must("certificate_expiring", victim, severity="critical", began=Moment(early, early + 30), alive=False)
        lab.truth.cause("certificate_expired", of="route_down")
    else:
        lab.truth.cause("network_cut", "unknown", "certificate_expired", "tls_failure", of="route_down")
