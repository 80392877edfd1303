"""Servers that end, come back, hang and drain."""

import expect
from catalogue import ALL, scenario
from faults import Moment
from nats import MONITOR

LONG = 130  # seconds of health before a fault: members are known after two intervals, here of a minute
AFTER = 70  # and after it: an epoch a minute sees the end


def one_of_three(draw):
    return {"victim": draw.choice(["e1", "e2", "e3"]), "down": round(draw.uniform(66, 85), 1)}


@scenario(on=ALL, parameters=one_of_three)
def crash_and_restart(lab, p):
    """A server is killed, stays away for more than a minute, and is started again."""
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    kill = lab.kill(p["victim"])
    lab.wait(p["down"])
    back = lab.start(p["victim"], fault=kill)
    lab.wait(AFTER)
    expect.crash(lab, lab.server(p["victim"]), kill, back)


@scenario(parameters=lambda draw: {"victims": draw.sample(["e1", "e2", "e3"], 2), "apart": round(draw.uniform(25, 40), 1)},
          minutes=3)
def restart_within_an_epoch(lab, p):
    """A server is killed and started again at once, between two epochs; a while later another."""
    lab.cluster("east", 3)
    lab.begin()
    for name in p["victims"]:
        lab.between_epochs()
        restart = lab.restart(name)
        lab.truth.event("server_restarted", lab.server(name), severity="critical", at=restart.ended,
                        before=restart.began.early)
        lab.truth.may("server_down", lab.server(name), since=restart.began.early - 1, until=restart.ended.late,
                      reason="an epoch can meet the moment between the end of one process and the start of the next")
        lab.truth.cause("restart", "process_down", of="server_restarted", server=lab.server(name))
        lab.wait(p["apart"])


@scenario(parameters=lambda draw: {"victim": draw.choice(["e1", "e2", "e3"]), "offsets": draw.sample([0.15, 0.27, 0.39], 2)},
          minutes=2)
def restart_between_requests(lab, p):
    """A server is restarted while an epoch is asking it: some bodies are of the old run, some of the new. Its monitoring
    is slow (a relay), so that there is time for that."""
    lab.cluster("east", 3)
    victim = lab.server(p["victim"])
    lab.launch()
    lab.relay(lab.hub, victim, MONITOR)
    lab.pace(lab.hub, victim, MONITOR, 60)
    lab.wait(3)
    lab.record()
    lab.wait(30)
    for offset in p["offsets"]:
        lab.at_offset(offset)
        restart = lab.restart(victim)
        lab.truth.event("server_restarted", victim, severity="critical", at=restart.ended, before=restart.began.early)
        lab.truth.may("server_down", victim, since=restart.began.early - 1, until=restart.ended.late,
                      reason="requests meet the moment between the end of one process and the start of the next")
        lab.truth.cause("restart", "process_down", of="server_restarted", server=victim)
        lab.wait(25)


@scenario(parameters=lambda draw: {"victim": draw.choice(["e1", "e2", "e3"]), "times": draw.randint(4, 5),
                                   "apart": round(draw.uniform(14, 20), 1)}, minutes=3)
def restart_loop(lab, p):
    """A server crashes again and again, as under a supervisor."""
    lab.cluster("east", 3)
    lab.begin()
    victim = lab.server(p["victim"])
    moments = []
    for _ in range(p["times"]):
        lab.between_epochs()
        restart = lab.restart(victim)
        moments.append(Moment(restart.began.early, restart.ended.late))
        lab.truth.event("server_restarted", victim, severity=["critical", "info"], at=restart.ended,
                        before=restart.began.early)
        lab.wait(p["apart"])
    lab.wait(30)
    lab.truth.may("server_down", victim, since=moments[0].early - 1, until=moments[-1].late,
                  reason="an epoch can meet the moment between the end of one process and the start of the next")
    # It begins with the third restart that the epochs tell apart, or with the first of them.
    lab.truth.must("restart_loop", victim, severity="critical", began=Moment(moments[0].early, moments[-1].late), alive=False,
                   needs={"moments": moments, "count": 3})
    lab.truth.cause("restart", "process_down", "listener_not_ready", of="server_restarted", server=victim)


@scenario(parameters=lambda draw: {"held": round(draw.uniform(130, 145))}, minutes=6)
def slow_jetstream_recovery(lab, p):
    """After a restart JetStream takes minutes to read its store; until then the server has no listeners and no links, and
    says so. It is held up by a pipe in the place of a file, so that it takes as long as we like."""
    lab.cluster("east", 3, jetstream=True)
    lab.launch()
    lab.stream("e1", "orders", replicas=3)
    lab.wait(5)
    lab.record()
    lab.wait(LONG)
    victim = lab.follower()
    kill = lab.kill(victim)
    release = lab.hold_recovery(victim)
    back = lab.start(victim, whole=False, fault=kill)
    lab.wait(p["held"])
    ready = lab.released(release)
    lab.wait(AFTER)
    truth = lab.truth
    truth.event("server_restarted", victim, severity="critical", at=back, before=kill.began.early)
    truth.must("server_not_ready", victim, severity="critical", began=back, ended=ready, needs={"after": back.late + 61})
    truth.may("server_down", victim, since=kill.began.early, until=back.late,
              reason="an epoch can meet the moment between the end of one process and the start of the next")
    truth.cause("restart", "jetstream_recovering", "process_down", of="server_restarted", server=victim)


@scenario(parameters=one_of_three)
def lame_duck(lab, p):
    """A server with a client is told to drain, exits after its grace period, and comes back a minute later."""
    lab.cluster("east", 3)
    victim = lab.server(p["victim"])
    lab.launch()
    lab.chatter(victim)
    lab.wait(3)
    lab.record()
    lab.wait(LONG)
    duck = lab.lame_duck(victim)
    exited = lab.drained(duck)
    lab.wait(p["down"])
    back = lab.start(victim)
    lab.wait(AFTER)
    assert exited.early > duck.began.late + 5, "it left before its grace period was over"
    expect.drain(lab, victim, duck, back)


@scenario(parameters=lambda draw: {"victim": draw.choice(["e1", "e2", "e3"]), "frozen": round(draw.uniform(10, 20), 1)},
          minutes=2)
def frozen_short(lab, p):
    """A process hangs for some seconds, too short for its peers to notice."""
    lab.cluster("east", 3)
    lab.begin()
    freeze = lab.freeze(p["victim"])
    lab.wait(p["frozen"])
    thaw = lab.thaw(freeze)
    lab.wait(30)
    lab.truth.must("monitor_unreachable", lab.server(p["victim"]), severity="warning", began=freeze.began, ended=thaw)
    lab.truth.cause("frozen_or_host_down", of="monitor_unreachable", server=lab.server(p["victim"]))


@scenario(on=ALL,
          parameters=lambda draw: {"victim": draw.choice(["e1", "e2", "e3"]), "frozen": round(draw.uniform(205, 220), 1)},
          minutes=8)
def frozen_long(lab, p):
    """A process hangs for minutes. From 2.10 on its peers give it up after 60 to 90 s; before, they list it for ever, though
    nothing comes in any more."""
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    truth, victim = lab.truth, lab.server(p["victim"])
    peers = [server for server in lab.servers if server is not victim]
    lab.remember_ids()
    freeze = lab.freeze(victim)
    zombie = lab.version < (2, 10)
    if zombie:
        lab.wait(p["frozen"])
        # Proven after 90 s without a word in and with one out: every 30 s a server tells its state.
        proven = Moment(freeze.began.early, freeze.began.late + 130)
    else:
        given_up = [lab.wait_lacks(peer, victim) for peer in peers]
        proven = Moment(freeze.began.early, max(moment.late for moment in given_up))
        lab.wait(max(1, p["frozen"] - (proven.late - proven.early)))
    thaw = lab.thaw(freeze)
    lab.wait(AFTER)
    if zombie:
        for peer in peers:
            truth.must("route_silent", victim, peer, severity=["warning", "info"], began=proven, ended=thaw)
    truth.must("server_down", victim, severity="critical", began=proven, ended=thaw)
    truth.may("monitor_unreachable", victim, since=freeze.began.early - 1, until=thaw.late,
              reason="until its peers lose it, or find it silent, it is only unseen")
    for peer in peers:
        truth.may("link_backlog", peer, since=freeze.began.early, until=thaw.late, severity="warning",
                  reason="since 2.12 a peer that gives up counts a stale connection")
    truth.cause("frozen_or_host_down", of="server_down", server=victim)


@scenario(parameters=lambda draw: {"order": draw.sample(["e1", "e2", "e3"], 2), "held": round(draw.uniform(68, 75))})
def second_restart_too_early(lab, p):
    """A careless rollout: a second server is restarted while the first is not ready again."""
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    first, second = (lab.server(name) for name in p["order"])
    kill = lab.stop(first)
    lab.wait(p["held"] / 2)
    restart = lab.restart(second, whole=False)
    lab.wait(p["held"] / 2)
    back = lab.start(first, fault=kill)
    lab.wait(AFTER)
    expect.crash(lab, first, kill, back)
    lab.truth.event("server_restarted", second, severity="critical", at=restart.ended, before=restart.began.early)
    lab.truth.event("rollout_unsafe", second, severity="warning", at=Moment(restart.began.early, restart.ended.late),
                    since=kill.began.late)
    lab.truth.may("server_down", second, since=restart.began.early - 1, until=restart.ended.late,
                  reason="an epoch can meet the moment between the end of one process and the start of the next")
