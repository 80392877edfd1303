"""Trouble of the recorder's own: it sees less than there is, or nothing."""

import time

import expect
from catalogue import scenario
from faults import Moment

LONG, AFTER = 130, 70  # see process.py
OFF = 170              # a gap also where epochs are a minute apart


def gap(lab, off, on):
    """Nothing was recorded from `off` to `on`: that is said, and it is no trouble of the servers'."""
    lab.truth.event("collection_gap", severity="info", at=Moment(off - 61, on + 61), before=off)


def blocked(lab, p, how):
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    victim = lab.server(p["victim"])
    block = lab.block_monitoring(victim, how)
    lab.wait(p["down"])
    back = lab.unblock_monitoring(block)
    lab.wait(AFTER)
    # A peer that listed it at the moment of a refusal may not have known yet: only a later look proves that it lives. What
    # tells a block from a freeze is that peers heard more from it, which takes two looks too.
    lab.truth.must("monitor_unreachable", victim, severity="warning", began=block.began, ended=back,
                   needs={"epochs": 2} if how == "reject" else None)
    lab.truth.cause("monitor_blocked", of="monitor_unreachable", sparse=["frozen_or_host_down"])


def one_of_three(draw):
    return {"victim": draw.choice(["e1", "e2", "e3"]), "down": round(draw.uniform(68, 80), 1)}


@scenario(parameters=one_of_three)
def monitoring_blocked(lab, p):
    """A firewall drops what the recorder sends to a server. Its peers hold working routes to it."""
    blocked(lab, p, "drop")


@scenario(parameters=one_of_three)
def monitoring_refused(lab, p):
    """A firewall refuses what the recorder sends to a server. Its peers hold working routes to it."""
    blocked(lab, p, "reject")


@scenario(parameters=lambda draw: {"off": OFF + draw.randint(0, 10)}, minutes=8)
def collector_off_during_none(lab, p):
    """The recorder is off for minutes in which nothing happens."""
    lab.truth.fields["gaps"] = True
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    off = time.time()
    lab.stop_recording()
    lab.wait(p["off"])
    lab.record()
    gap(lab, off, time.time())
    lab.wait(2 * AFTER)


@scenario(parameters=lambda draw: dict(zip(("restarted", "dead", "one", "other"), draw.sample(["e1", "e2", "e3", "e4"], 4))),
          minutes=8)
def collector_off_during_faults(lab, p):
    """While the recorder is off a server restarts, another dies and stays dead for a while, and the route of the two others
    is reset. All of it shows when it looks again."""
    lab.truth.fields["gaps"] = True
    lab.cluster("east", 4)
    lab.begin(lead=LONG)
    restarted, dead = lab.server(p["restarted"]), lab.server(p["dead"])
    off = time.time()
    lab.stop_recording()
    lab.wait(OFF / 3)
    restart = lab.restart(restarted)
    lab.wait(20)
    reset = lab.reset(p["one"], p["other"])
    lab.wait(20)
    kill = lab.kill(dead)
    lab.wait(OFF / 3)
    lab.record()
    gap(lab, off, time.time())
    lab.wait(AFTER)
    back = lab.start(dead, fault=kill)
    lab.wait(AFTER)
    lab.truth.event("server_restarted", restarted, severity="critical", at=restart.ended, before=restart.began.early)
    lab.truth.cause("restart", "process_down", of="server_restarted", server=restarted)
    expect.reset(lab, p["one"], p["other"], reset)
    expect.crash(lab, dead, kill, back, cause=False)
    lab.truth.cause("process_down", "restart", of="server_down", server=dead)


def cut_off(lab, seconds):
    """Nobody answers the recorder for so long. Gives back when that began and when it was over."""
    addresses, off = [server.address for server in lab.servers], time.time()
    for server in lab.servers:
        lab.truth.unseen(server.name, off - 1)
    lab.hub.rule("add", "lost", *addresses)
    fault = lab._fault("cut_off", lab.servers, off)
    lab.wait(seconds)
    early = time.time()
    lab.hub.rule("delete", "lost", *addresses)
    on = lab.wait_whole()
    lab._ended(fault, early, on)
    for server in lab.servers:
        lab.truth.seen(server.name, on + 3)
    return off, on


@scenario(parameters=lambda draw: {"off": OFF + 20 + draw.randint(0, 10)}, minutes=8)
def collector_cut_off(lab, p):
    """The recorder's own line is cut: nobody answers it, for three epochs of a minute. No server is down."""
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    gap(lab, *cut_off(lab, p["off"]))
    lab.wait(2 * AFTER)


@scenario(parameters=lambda draw: {"epochs": 3}, minutes=4)
def silent_for_three_epochs(lab, p):
    """Nobody answers the recorder for three epochs of a second."""
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    lab.between_epochs()
    cut_off(lab, p["epochs"])
    lab.wait(AFTER)
