"""JetStream without a meta leader."""

import expect
from catalogue import ALL, scenario
from faults import Moment
from watching import Watch, overlap

LONG, AFTER = 130, 70  # see process.py


def no_leader(status, varz):
    return not varz.get("jetstream", {}).get("meta", {}).get("leader")


def complains(status, health):
    """Of JetStream itself: a stream or consumer that is not current is something else."""
    error = str(health.get("error"))
    return status != 200 and "JetStream" in error and not error.startswith(("JetStream stream", "JetStream consumer"))


def leaderless(status, health):
    return status != 200 and "contact with a meta leader" in str(health.get("error"))


def clustered(lab, size):
    lab.cluster("east", size, jetstream=True)
    lab.launch()
    lab.stream("e1", "orders", replicas=3)
    lab.wait(8)
    lab.record()
    lab.wait(LONG)


def said(lab, witnesses, health, varz):
    """What the servers that answered said of JetStream becomes the truth. The meta group is without a leader while each of
    them either names none or says that it has no contact with one."""
    missing = None
    for server in witnesses:
        for began, ended in health.spans(server, complains):
            lab.truth.must("jetstream_unhealthy", server, severity=["critical", "info"], began=began, ended=ended, alive=False)
        spans = sorted(health.spans(server, leaderless) + varz.spans(server, no_leader), key=lambda span: span[0].early)
        spans = union(spans)
        missing = spans if missing is None else overlap(missing, spans)
    for began, ended in missing:
        lab.truth.must("meta_leader_missing", cluster="east", severity="critical", began=began, ended=ended, alive=False)


def union(spans):
    joined = []
    for began, ended in spans:
        last = joined[-1] if joined else None
        if last and (last[1] is None or began.early <= last[1].late):
            if last[1] and (ended is None or ended.late > last[1].late):
                last[1] = ended
        else:
            joined.append([began, ended])
    return joined


@scenario(on=("2.9", "2.11", "2.14"), parameters=lambda draw: {"victims": sorted(draw.sample(["e1", "e2", "e3"], 2)),
                                                              "down": round(draw.uniform(95, 105), 1)}, minutes=6)
def meta_quorum_lost(lab, p):
    """Two of three servers are killed: JetStream's meta group has no majority, and no leader."""
    clustered(lab, 3)
    victims = [lab.server(name) for name in p["victims"]]
    survivor = next(server for server in lab.servers if server not in victims)
    health, varz = Watch([survivor], "/healthz"), Watch([survivor], "/varz")
    kills = [lab.kill(server) for server in victims]
    lab.wait(p["down"])
    ups = [lab.start(server, whole=False, fault=kill) for server, kill in zip(victims, kills)]
    back = Moment(ups[0].early, lab.wait_whole(120))
    lab.wait(3)
    health.stop(), varz.stop()
    lab.wait(AFTER)
    for server, kill, up in zip(victims, kills, ups):
        expect.crash(lab, server, kill, up, cause=False)
    lab.truth.must("route_count_low", survivor, severity=["critical", "info"], began=Moment(kills[0].began.early, kills[1].began.late),
                   ended=Moment(ups[0].early, back.late))
    lab.truth.may(["jetstream_unhealthy", "meta_leader_missing"], cluster="east", since=ups[0].early - 1, until=back.late + 10,
                  reason="the group elects a leader while its members come back")
    said(lab, [survivor], health, varz)
    lab.truth.cause("meta_quorum_lost", "process_down", of="meta_leader_missing", also=["restart", "meta_leader_lost"])
    lab.truth.one_incident("server_down")


@scenario(on=ALL, parameters=lambda draw: {"frozen": round(draw.uniform(45, 55), 1)})
def meta_leader_frozen(lab, p):
    """The process that leads JetStream's meta group hangs, too short for its routes to be given up. The others complain
    until they have elected another."""
    clustered(lab, 3)
    victim = lab.server(lab.meta_leader())
    others = [server for server in lab.servers if server is not victim]
    health, varz = Watch(others, "/healthz"), Watch(others, "/varz")
    freeze = lab.freeze(victim)
    lab.wait(p["frozen"])
    thaw = lab.thaw(freeze)
    lab.wait(5)
    health.stop(), varz.stop()
    lab.wait(AFTER)
    said(lab, others, health, varz)
    truth = lab.truth
    truth.must("monitor_unreachable", victim, severity="warning", began=freeze.began, ended=thaw)
    truth.may("jetstream_unhealthy", victim, since=thaw.early - 1, until=thaw.late + 10,
              reason="it has to catch up with the leader elected meanwhile")
    truth.may(["jetstream_unhealthy", "meta_leader_missing"], cluster="east", since=freeze.began.early, until=thaw.late + 15,
              reason="the election, of which each server learns in its own time")
    for peer in others:
        truth.may("route_rtt_high", victim, peer, since=thaw.early - 1, until=thaw.late + 150,
                  reason="looked at once a minute, the freeze lies between two epochs, and only the ping that it held up tells of it")
    truth.cause("meta_leader_lost", "frozen_or_host_down", of="meta_leader_missing", also=["meta_quorum_lost"])


@scenario(parameters=lambda draw: {"down": round(draw.uniform(66, 80), 1)})
def meta_leader_killed(lab, p):
    """The server that leads JetStream's meta group is killed; the others elect another within seconds."""
    clustered(lab, 3)
    victim = lab.server(lab.meta_leader())
    others = [server for server in lab.servers if server is not victim]
    health, varz = Watch(others, "/healthz"), Watch(others, "/varz")
    kill = lab.kill(victim)
    lab.wait(p["down"])
    back = lab.start(victim, fault=kill)
    health.stop(), varz.stop()
    lab.wait(AFTER)
    expect.crash(lab, victim, kill, back)
    said(lab, others, health, varz)
    lab.truth.may(["jetstream_unhealthy", "meta_leader_missing"], cluster="east", since=kill.began.early, until=kill.began.late + 15,
                  reason="the election, of which each server learns in its own time")
    lab.truth.cause("process_down", "meta_leader_lost", of="meta_leader_missing")
