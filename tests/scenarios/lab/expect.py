"""What follows from faults that many scenarios share: the truth of each, said once, from DETECTION's tables."""

from faults import Moment
from truth import ANY

REDIAL = 0.95  # seconds: servers wait 1 s before they dial a configured route again


def crash(lab, victim, fault, back, cause=True):
    """It was killed and, if `back` is given, started again. Its links are consequences."""
    truth = lab.truth
    truth.must("server_down", victim, severity="critical", began=fault.began, ended=back)
    if back:
        truth.event("server_restarted", victim, severity="critical", at=back, before=fault.began.early)
    if cause:
        truth.cause("process_down", of="server_down", server=victim, also=["restart"])


def drain(lab, victim, fault, back=None, retired=None):
    """It was told to drain, served out its grace period and exited; `back`: started again; `retired`: it will not come
    back, and this is when that is known."""
    truth = lab.truth
    exited = fault.ended
    seen = (fault.began.late, exited.early)
    back_or_gone = back or retired
    # Whoever has exited does not say any more that it is not ready: it may be open until it is back.
    truth.must("server_not_ready", victim, severity="info", began=fault.began,
               ended=Moment(exited.early, back_or_gone.late) if back_or_gone else ANY)
    truth.must("server_down", victim, severity="warning", proof=seen, unproven=["critical", "warning"], began=exited,
               ended=back_or_gone)
    if back:
        truth.event("server_restarted", victim, severity="info", proof=seen, unproven=["critical", "info"], at=back,
                    before=fault.began.early)
    truth.cause("lame_duck", of="server_down", server=victim, sparse=["process_down", "restart"], also=["restart"])


def link_lost(lab, one, other, lost, ended):
    """Both live, and neither has a route to the other."""
    one, other = lab.server(one), lab.server(other)
    lab.truth.must("route_down", one, other, severity="warning", began=lost, ended=ended)
    lab.truth.may("route_one_sided", one, other, reason="one end can be asked just before the loss, the other just after",
                  since=lost.early - 1, until=ended.late if ended else None)


def low_counts(lab, names, lost, ended, severity=("warning", "info")):
    """The servers that lack a peer. The losses it counts are findings of their own, so it may be their consequence."""
    for name in names:
        lab.truth.must("route_count_low", lab.server(name), severity=list(severity), began=lost, ended=ended)


def refills(lab, one, other, back):
    """While a pool is filled again, one connection after the other."""
    lab.truth.may("route_pool_degraded", lab.server(one), lab.server(other), since=back.early - 1, until=back.late + 1,
                  reason="an epoch can meet a pool that is being filled, one connection after the other")


def partition(lab, cluster, groups, fault, back, causes):
    truth = lab.truth
    truth.must("cluster_partitioned", cluster=cluster, severity="critical", began=fault.began, ended=back)
    across = [(a, b) for i, group in enumerate(groups) for other in groups[i + 1:] for a in group for b in other]
    for one, other in across:
        link_lost(lab, one, other, fault.began, back)
        refills(lab, one, other, back)
    low_counts(lab, sorted({name for pair in across for name in pair}), fault.began, back)
    truth.cause(*causes, of="cluster_partitioned", cluster=cluster, also=["server_isolated", "cluster_split", "network_cut"])


def reset(lab, one, other, fault, explained=False):
    """A route that was lost and came back after the second that servers wait before they dial again. An epoch in that
    second sees it down; where none is, the new connections tell. `explained`: by something graver, flapping say."""
    one, other = lab.server(one), lab.server(other)
    severity = ["warning", "info"] if explained else "warning"
    whole = Moment(fault.began.early, fault.ended.late)
    lab.truth.must("route_down", one, other, severity=severity, began=fault.began,
                   ended=Moment(fault.began.early + REDIAL, fault.ended.late))
    lab.truth.event("route_reconnected", one, other, severity=severity, at=whole, unless_seen=whole)
    lab.truth.may(["route_one_sided", "route_count_low", "route_pool_degraded"], since=whole.early - 1, until=whole.late + 1,
                  cluster=one.cluster, reason="it is back after about a second, and an epoch can meet that second")
    return whole
