"""Routes between servers that live: cut, lost silently, reset, flapping, slow, clogged."""

import expect
from catalogue import ALL, scenario
from faults import Moment
from truth import ANY

LONG, AFTER = 130, 70  # see process.py


def a_pair(names):
    return lambda draw: {"link": sorted(draw.sample(names, 2)), "down": round(draw.uniform(66, 85), 1)}


@scenario(on=ALL, parameters=a_pair(["e1", "e2", "e3"]))
def one_link_cut(lab, p):
    """Two servers lose each other; both live, and the third sees both."""
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    cut = lab.cut(*p["link"])
    lab.wait(p["down"])
    back = lab.heal(cut)
    lab.wait(AFTER)
    expect.link_lost(lab, *p["link"], cut.began, back)
    expect.low_counts(lab, p["link"], cut.began, back)
    expect.refills(lab, *p["link"], back)
    lab.truth.cause("network_cut", of="route_down")


@scenario(parameters=lambda draw: {"victim": draw.choice(["e1", "e2", "e3", "e4"]), "down": round(draw.uniform(66, 85), 1)})
def one_server_isolated(lab, p):
    """A server loses all its peers and they lose it, while the collector reaches all of them."""
    lab.cluster("east", 4)
    lab.begin(lead=LONG)
    victim = lab.server(p["victim"])
    cut = lab.isolate(victim)
    lab.wait(p["down"])
    back = lab.heal(cut)
    lab.wait(AFTER)
    others = [server.name for server in lab.servers if server is not victim]
    expect.partition(lab, "east", [[victim.name], others], cut, back, ["server_isolated"])


def split(lab, names, size, p, lead=LONG):
    lab.cluster("east", len(names))
    lab.begin(lead=lead)
    groups = [p["one_side"], [name for name in names if name not in p["one_side"]]]
    assert len(groups[0]) == size
    cut = lab.split(*groups)
    lab.wait(p["down"])
    back = lab.heal(cut)
    lab.wait(AFTER)
    return groups, cut, back


def sides(names, size):
    return lambda draw: {"one_side": sorted(draw.sample(names, size)), "down": round(draw.uniform(66, 80), 1)}


FOUR, FIVE = ["e1", "e2", "e3", "e4"], ["e1", "e2", "e3", "e4", "e5"]


@scenario(parameters=sides(FOUR, 2))
def split_2_2(lab, p):
    """A cluster of four falls into halves."""
    expect.partition(lab, "east", *split(lab, FOUR, 2, p), ["cluster_split"])


@scenario(parameters=sides(FIVE, 2))
def split_2_3(lab, p):
    """A cluster of five falls into a minority and a majority."""
    expect.partition(lab, "east", *split(lab, FIVE, 2, p), ["cluster_split"])


@scenario(parameters=sides(["e1", "e2"], 1))
def split_of_two(lab, p):
    """A cluster of two falls apart: there is no majority."""
    expect.partition(lab, "east", *split(lab, ["e1", "e2"], 1, p), ["cluster_split", "network_cut"])


@scenario(parameters=a_pair(["e1", "e2", "e3"]), minutes=6)
def one_way_loss(lab, p):
    """What one server sends another is lost, the way back is open, and nobody is told: they give up when pings go
    unanswered. Pings every 10 s, so that this takes half a minute."""
    lab.cluster("east", 3, config={"ping_interval": "10s"})
    lab.begin(lead=LONG)
    loss = lab.one_way(*p["link"])
    lost = lab.wait_lost(*p["link"])
    lab.wait(p["down"])
    back = lab.heal(loss)
    lab.wait(AFTER)
    gone_dark(lab, p, loss, lost, back)


@scenario(parameters=a_pair(["e1", "e2", "e3"]), minutes=6)
def blackhole(lab, p):
    """A firewall begins to drop everything between two servers. Pings every 10 s, as above."""
    lab.cluster("east", 3, config={"ping_interval": "10s"})
    lab.begin(lead=LONG)
    hole = lab.blackhole(*p["link"])
    lost = lab.wait_lost(*p["link"])
    lab.wait(p["down"])
    back = lab.heal(hole)
    lab.wait(AFTER)
    gone_dark(lab, p, hole, lost, back)


def gone_dark(lab, p, fault, lost, back):
    expect.link_lost(lab, *p["link"], lost, back)
    expect.low_counts(lab, p["link"], lost, back)
    expect.refills(lab, *p["link"], back)
    one, other = (lab.server(name) for name in p["link"])
    lab.truth.may(["route_pool_degraded", "route_one_sided", "route_rtt_high", "link_backlog", "route_reconnected"], one, other,
                  since=fault.began.early, until=back.late, reason="connection after connection is given up, at each end when "
                  "its own pings go unanswered, and what was written waits")
    for server in (one, other):
        lab.truth.may("link_backlog", server, since=fault.began.early, until=lost.late + 1, severity="warning",
                      reason="since 2.12 whichever end gives up first counts a stale connection")
    lab.truth.cause("network_cut", of="route_down")


@scenario(on=ALL, parameters=lambda draw: {"links": [sorted(link) for link in draw.sample(
    [["e1", "e2"], ["e1", "e3"], ["e2", "e3"]], 2)], "apart": round(draw.uniform(35, 45), 1)}, minutes=3)
def link_reset(lab, p):
    """A route is reset and back within about a second, as after a firewall's restart; later another one."""
    lab.cluster("east", 3)
    lab.begin()
    for link in p["links"]:
        lab.between_epochs()
        reset = lab.reset(*link)
        expect.reset(lab, *link, reset)
        lab.truth.cause("unknown", "network_cut", of="route_reconnected", server=link[0], peer=link[1], cluster="east")
        lab.truth.cause("unknown", "network_cut", of="route_down", server=link[0], peer=link[1], cluster="east")
        lab.wait(p["apart"])


def flapping(lab, p, every, lasting):
    lab.cluster("east", 3)
    lab.begin()
    one, other = p["link"]
    resets = []
    for number in range(int(lasting / every)):
        lab.wait(every if number else 0)
        resets.append(expect.reset(lab, one, other, lab.reset(one, other), explained=True))
    lab.wait(AFTER)
    # A quiet quarter of an hour would end it.
    lab.truth.must("route_flapping", lab.server(one), lab.server(other), severity="warning", alive=False,
                   began=Moment(resets[0].early, resets[-1].late), needs={"moments": resets, "count": 3})
    lab.truth.cause("unknown", "network_cut", of="route_flapping", server=one, peer=other, cluster="east")


def one_link(draw):
    return {"link": sorted(draw.sample(["e1", "e2", "e3"], 2)), "jitter": round(draw.uniform(0.9, 1.1), 2)}


@scenario(parameters=one_link, minutes=4)
def flapping_every_2_seconds(lab, p):
    """A link is reset about every 2 seconds."""
    flapping(lab, p, 2 * p["jitter"], 60)


@scenario(parameters=one_link, minutes=4)
def flapping_every_7_seconds(lab, p):
    """A link is reset about every 7 seconds."""
    flapping(lab, p, 7 * p["jitter"], 90)


@scenario(parameters=one_link, minutes=4)
def flapping_every_20_seconds(lab, p):
    """A link is reset about every 20 seconds."""
    flapping(lab, p, 20 * p["jitter"], 140)


@scenario(parameters=one_link)
def flapping_every_50_seconds(lab, p):
    """A link is reset about every 50 seconds."""
    flapping(lab, p, 50 * p["jitter"], 250)


@scenario(on=("2.10", "2.12", "2.14"), parameters=a_pair(["e1", "e2", "e3"]))
def pool_connection_lost(lab, p):
    """One of a pair's pooled connections is lost and not dialled again; the rest of the pool goes on."""
    pool_degraded(lab, p, "")


@scenario(on=("2.10", "2.12", "2.14"), parameters=a_pair(["e1", "e2", "e3"]))
def system_account_route_lost(lab, p):
    """The connection that a pair keeps for the system account is lost and not dialled again."""
    pool_degraded(lab, p, "$SYS")


def pool_degraded(lab, p, account):
    lab.cluster("east", 3)
    lab.begin(lead=LONG)
    lost = lab.lose_connection(*p["link"], account=account)
    lab.wait(p["down"])
    back = lab.redial(lost)
    lab.wait(AFTER)
    one, other = (lab.server(name) for name in p["link"])
    lab.truth.must("route_pool_degraded", one, other, account=account or None, severity="warning", began=lost.began, ended=back,
                   needs={"epochs": 2})  # one look can meet the second in which any slot is dialled anew
    lab.truth.may("route_reconnected", one, other, since=lost.began.early - 1, until=back.late + 1,
                  reason="where one look at most falls into the time without it, it is lost and back between looks")
    lab.truth.cause("unknown", "network_cut", of="route_pool_degraded")


@scenario(parameters=lambda draw: {"link": sorted(draw.sample(["e1", "e2", "e3"], 2)), "ms": draw.randint(60, 200),
                                   "slow": round(draw.uniform(100, 115))}, minutes=7)
def route_rtt_raised(lab, p):
    """A route takes a detour. Pings every 5 s, so that the servers notice soon."""
    lab.cluster("east", 3, config={"ping_interval": "5s"})
    lab.relay_routes(*p["link"])
    lab.begin(lead=LONG + 60)
    slow = lab.slow(*p["link"], p["ms"])
    lab.wait(p["slow"])
    fast = lab.fast(slow)
    lab.wait(AFTER + 20)
    one, other = (lab.server(name) for name in p["link"])
    # Before 2.10 pings give way to traffic: one end may go on telling an old round trip for hours.
    lab.truth.must("route_rtt_high", one, other, severity="warning", began=slow.began + 40,
                   ended=fast + 40 if lab.version >= (2, 10) else ANY)


@scenario(on=("2.9", "2.10", "2.14"),
          parameters=lambda draw: {"link": draw.sample(["e1", "e2", "e3"], 2), "stall": round(draw.uniform(13, 15), 1)},
          minutes=3)
def slow_consumer_on_a_route(lab, p):
    """One end of a busy route stops reading. After its write deadline, 10 s, the other counts a slow consumer and closes."""
    sender, stall = clog(lab, p)
    resumed = lab.fast(stall)
    lab.wait(40)
    if lab.version >= (2, 10):  # before, it counts among the clients', and the route stays: nothing tells what it was
        lab.truth.must("link_backlog", cluster="east", about=sender, severity="warning", needs={"after": resumed.early},
                       began=Moment(stall.began.early, resumed.late), ended=ANY)
    span = {"since": stall.began.early, "until": resumed.late + 15, "reason": "the link is closed and made again"}
    ends = [lab.server(name) for name in p["link"]]
    lab.truth.may(["route_down", "route_one_sided", "route_pool_degraded", "route_reconnected"], *ends, **span)
    for end in ends:
        lab.truth.may("route_count_low", end, **span)
    lab.truth.cause("slow_consumer", of="link_backlog")


@scenario(parameters=lambda draw: {"link": draw.sample(["e1", "e2", "e3"], 2), "stall": round(draw.uniform(52, 55), 1)},
          minutes=3)
def backlog_on_a_route(lab, p):
    """One end of a busy route reads nothing for a while. The write deadline is long, so that the other only holds more and
    more back."""
    sender, stall = clog(lab, p, {"write_deadline": "2m", "max_pending": 512 << 20})
    resumed = lab.fast(stall)
    lab.wait(60)
    if lab.version >= (2, 10):  # before, pending_size stays 0 whatever is held back: nothing can be proven
        lab.truth.must("link_backlog", cluster="east", about=sender, severity="warning", began=stall.began + 50,
                       ended=resumed + 10)
    span = {"since": stall.began.early, "until": resumed.late + 30}
    ends = [lab.server(name) for name in p["link"]]
    lab.truth.may("route_rtt_high", *ends, **span, reason="the ping that was held up came late")
    lab.truth.may("link_backlog", *ends, **span, reason="30 s of it may or may not have been seen")
    lab.truth.cause("unknown", of="link_backlog")  # held back, and in the end delivered: nobody was too slow to be cut off


def clog(lab, p, config=None):
    lab.cluster("east", 3, config=config)
    sender, receiver = (lab.server(name) for name in p["link"])
    lab.relay_routes(sender.name, receiver.name)
    lab.launch()
    lab.chatter(sender, rate=80, size=32768)
    lab.wait(5)
    lab.record()
    lab.wait(30)
    stall = lab.stall(sender, receiver)
    lab.wait(p["stall"])
    return sender, stall


@scenario(parameters=lambda draw: {"hub": draw.choice(FOUR), "down": round(draw.uniform(66, 80), 1)})
def one_switch_three_links(lab, p):
    """A switch takes three links at once. The mesh still hangs together: one server sees all others, but does not relay."""
    lab.cluster("east", 4)
    lab.begin(lead=LONG)
    a, b, c = [name for name in FOUR if name != p["hub"]]
    links = [(a, b), (a, c), (b, c)]
    cut = lab.cut(*links)
    lab.wait(p["down"])
    back = lab.heal(cut)
    lab.wait(AFTER)
    for link in links:
        expect.link_lost(lab, *link, cut.began, back)
        expect.refills(lab, *link, back)
    expect.low_counts(lab, (a, b, c), cut.began, back)
    lab.truth.cause("network_cut", of="route_down")
    lab.truth.one_incident("route_down")


@scenario(parameters=lambda draw: {"link": ["e1", "e2"], "victim": draw.choice(["e4", "e5"]),
                                   "apart": round(draw.uniform(66, 70), 1)}, minutes=7)
def two_unrelated_faults(lab, p):
    """A link is cut; a minute later, with the cut still there, a server that has nothing to do with it crashes."""
    lab.cluster("east", 5)
    lab.begin(lead=LONG)
    victim = lab.server(p["victim"])
    cut = lab.cut(*p["link"])
    lab.wait(p["apart"])
    kill = lab.kill(victim)
    lab.wait(70)
    up = lab.start(victim, whole=False, fault=kill)
    lab.wait(15)
    back = lab.heal(cut)
    lab.wait(AFTER)
    up = Moment(up.early, up.late + 3)
    expect.link_lost(lab, *p["link"], cut.began, back)
    expect.refills(lab, *p["link"], back)
    lab.truth.may("route_count_low", cluster="east", since=cut.began.early, until=back.late,
                  reason="low for the cut link from then on, and lower for the dead server, whose consequence it then also is")
    expect.crash(lab, victim, kill, up)
    lab.truth.cause("network_cut", of="route_down", server="e1", peer="e2", cluster="east")
