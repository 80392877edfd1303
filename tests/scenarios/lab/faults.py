"""What can happen to servers and to the network between them. Each verb does one thing, waits until the servers show it
(or as long as it takes by itself), and returns a Fault with the real times."""

import os
import shutil
import signal
import time
from dataclasses import dataclass, field

from nats import GATEWAYS, MONITOR, ROUTES
from processes import wait_for


@dataclass
class Moment:
    """Something happened not before `early` and not after `late`."""
    early: float
    late: float

    def __add__(self, seconds):
        return Moment(self.early, self.late + seconds)


@dataclass
class Fault:
    what: str
    of: list
    began: Moment
    ended: Moment = None
    undo: list = field(default_factory=list)
    details: dict = field(default_factory=dict)


class Faults:
    """The verbs of a Lab."""

    def _fault(self, what, of, early, late=None, **details):
        fault = Fault(what, [getattr(each, "name", each) for each in of], Moment(early, late or time.time()), details=details)
        self.truth.faults.append(fault)
        return fault

    def _ended(self, fault, early, late):
        if fault is not None:
            fault.ended = Moment(early, late)
        return Moment(early, late)

    # Processes

    def kill(self, name):
        return self._end(name, "kill", signal.SIGKILL)

    def stop(self, name):
        return self._end(name, "stop", signal.SIGTERM)

    def _end(self, name, what, number):
        server = self.server(name)
        early = time.time()
        server.gone = True
        server.signal(number)
        server.process.wait(30)
        fault = self._fault(what, [server], early)
        self.truth.unseen(server.name, early)
        return fault

    def start(self, name, binary=None, whole=True, fault=None, timeout=60):
        """Starts it again, with the configuration as it is now. The moment: from the launch until it and its links are
        there. `fault`, where given, ends with it."""
        server = self.server(name)
        server.binary = binary or server.binary
        early = time.time()
        server.launch()
        server.gone = False
        answered = self.first_answer(server)
        self.truth.seen(server.name, answered)
        late = self.wait_whole(timeout) if whole else answered
        return self._ended(fault, early, late)

    def first_answer(self, server, timeout=30):
        wait_for(lambda: server.ask("/varz", 0.5)[0] == 200, f"{server.name} answers", timeout, every=0.005)
        return time.time()

    def restart(self, name, number=signal.SIGKILL, **options):
        """Ends it and starts it at once."""
        server = self.server(name)
        fault = self._end(server, "restart", number)
        self.start(server, fault=fault, **options)
        return fault

    def freeze(self, name):
        server = self.server(name)
        early = time.time()
        server.signal(signal.SIGSTOP)
        server.frozen = True
        self.truth.unseen(server.name, early - 0.05)
        return self._fault("freeze", [server], early)

    def thaw(self, fault, whole=True, timeout=90):
        server = self.server(fault.of[0])
        early = time.time()
        server.frozen = False
        server.signal(signal.SIGCONT)
        self.truth.seen(server.name, time.time() + 1)
        return self._ended(fault, early, self.wait_whole(timeout) if whole else time.time())

    def lame_duck(self, name):
        """Tells it to drain. `drained` waits until it has exited."""
        server = self.server(name)
        early = time.time()
        server.gone = True
        server.signal(signal.SIGUSR2)
        wait_for(lambda: server.ask("/healthz")[0] != 200 or not server.running, f"{server.name} drains", 10, every=0.01)
        return self._fault("lame_duck", [server], early)

    def drained(self, fault, timeout=180):
        server = self.server(fault.of[0])
        server.process.wait(timeout)
        late = time.time()
        self.truth.unseen(server.name, late - 1)
        return self._ended(fault, late - 1, late)

    def reload(self, name):
        """Reads its configuration, as changed, while it runs."""
        server = self.server(name)
        before = server.varz().get("config_load_time")
        server.write_config()
        early = time.time()
        server.signal(signal.SIGHUP)
        wait_for(lambda: server.varz().get("config_load_time") != before, f"{server.name} reloads", 10, every=0.01)
        return self._fault("reload", [server], early)

    def empty_store(self, name):
        shutil.rmtree(self.server(name).folder / "store", ignore_errors=True)

    def hold_recovery(self, name):
        """Puts a pipe in the place of a stream's description: the server waits for it when it reads its store. Gives back
        what `released` needs."""
        server = self.server(name)
        path = next(iter(sorted((server.folder / "store").glob("jetstream/*/streams/*/meta.inf"))))
        content = path.read_bytes()
        path.unlink()
        os.mkfifo(path)
        return server, path, content

    def released(self, held, timeout=60):
        """Recovery goes on. The moment: until the server and its links are there."""
        server, path, content = held
        early = time.time()
        with open(path, "wb") as pipe:
            pipe.write(content)
        path.unlink()
        path.write_bytes(content)
        self.truth.note("recovered", time.time())
        return Moment(early, self.wait_whole(timeout))

    # Links between servers

    def _pairs(self, one, other):
        one, other = self.server(one), self.server(other)
        return ((one, other), (other, one))

    def lacks(self, one, other):
        """Whether the first lists no route to the second."""
        return not self.server(one).linked().get(self.ids[self.server(other).name])

    def remember_ids(self):
        """The ids of all that answer now: a server that is cut off or frozen is looked for by the last one."""
        self.ids = getattr(self, "ids", {}) | {s.name: s.id() for s in self.servers if s.running and not s.frozen}

    def cut(self, *links, what="cut"):
        """cut("e1", "e2") or cut(("e1", "e2"), ("e1", "e3")): lost at once at both ends, and cannot come back."""
        links = [links] if isinstance(links[0], str) else list(links)
        self.remember_ids()
        early = time.time()
        for link in links:
            for here, there in self._pairs(*link):
                here.host.rule("add", "lost", there.address)
        for link in links:
            for here, there in self._pairs(*link):
                here.host.reset("dst", there.address)
        for link in links:
            for here, there in self._pairs(*link):
                if here.cluster == there.cluster:
                    wait_for(lambda h=here, t=there: self.lacks(h, t), f"{here.name} loses {there.name}", 10, every=0.02)
        fault = self._fault(what, sorted({name for link in links for name in link}), early,
                            links=[sorted(link) for link in links])
        fault.undo = [(here, there) for link in links for here, there in self._pairs(*link)]
        return fault

    def isolate(self, name):
        """Cut off from every other server, while the collector still reaches it."""
        server = self.server(name)
        return self.cut(*[(server.name, other.name) for other in self.servers if other is not server], what="isolate")

    def split(self, *groups):
        """split(["e1", "e2"], ["e3", "e4"]): no link across."""
        links = [(a, b) for i, group in enumerate(groups) for other in groups[i + 1:] for a in group for b in other]
        return self.cut(*links, what="split")

    def blackhole(self, one, other):
        """Nothing gets through any more, and nobody is told."""
        early = time.time()
        self.remember_ids()
        pairs = self._pairs(one, other)
        for here, there in pairs:
            here.host.rule("add", "lost", there.address)
        fault = self._fault("blackhole", sorted([one, other]), early)
        fault.undo = list(pairs)
        return fault

    def one_way(self, sender, receiver):
        """What the one sends never reaches the other; the way back is open."""
        early = time.time()
        self.remember_ids()
        here, there = self.server(receiver), self.server(sender)
        here.host.rule("add", "lost", there.address)
        fault = self._fault("one_way", [sender, receiver], early)
        fault.undo = [(here, there)]
        return fault

    def wait_lost(self, one, other, timeout=150):
        """Until both ends have given the route up: the moment, from the first end's loss to the second's."""
        seen = []
        def lost():
            now = time.time()
            states = [self.lacks(here, there) for here, there in self._pairs(one, other)]
            if any(states) and not seen:
                seen.append(now)
            return all(states)
        wait_for(lost, f"{one} and {other} lose each other", timeout, every=0.2)
        return Moment(seen[0] - 1, time.time())

    def wait_lacks(self, one, other, timeout=150):
        """Until the first lists no route to the second any more."""
        wait_for(lambda: self.lacks(one, other), f"{one.name} gives {other.name} up", timeout, every=0.2)
        return Moment(time.time() - 1, time.time())

    def heal(self, fault, whole=True, timeout=90):
        early = time.time()
        for here, there in fault.undo:
            here.host.rule("delete", "lost", there.address)
        return self._ended(fault, early, self.wait_whole(timeout) if whole else time.time())

    def reset(self, one, other, whole=True, port=ROUTES):
        """Every route connection of a pair is reset, as a firewall does that forgets its state; both dial again at once
        and have them back about a second later."""
        here, there = self.server(one), self.server(other)
        early = time.time()
        here.host.reset("state", "established", "dst", there.address, "and", "(", "sport", "=", f":{port}", "or", "dport", "=",
                        f":{port}", ")")
        time.sleep(0.1)
        fault = self._fault("reset", sorted([one, other]), early)
        self._ended(fault, early, self.wait_whole(30) if whole else time.time())
        return fault

    def reset_gateway(self, one, other, **options):
        return self.reset(one, other, port=GATEWAYS, **options)

    def lose_connection(self, one, other, account=""):
        """One connection of a pair's pool is lost and never dialled again: "" is a shared one, else an account's."""
        self.remember_ids()
        # The end that accepted it lists it by the port it was dialled from, which tells it from all others.
        here, there, victim = next(
            (at, away, route) for at, away in self._pairs(one, other) for route in at.routes()
            if route["remote_id"] == self.ids[away.name] and route.get("account", "") == account and route["port"] != ROUTES)
        early = time.time()
        for at, away in self._pairs(one, other):
            at.host.rule("add", "undialled", f"{away.address} . {ROUTES}")
        here.host.reset("state", "established", "dst", f"{there.address}:{victim['port']}")
        wait_for(lambda: victim["rid"] not in {route["rid"] for route in here.routes()}, "the connection is lost", 10, every=0.02)
        fault = self._fault("lose_connection", sorted([one, other]), early, account=account)
        fault.undo = list(self._pairs(one, other))
        return fault

    def redial(self, fault, timeout=30):
        """The lost connection may be dialled again."""
        early = time.time()
        for at, away in fault.undo:
            at.host.rule("delete", "undialled", f"{away.address} . {ROUTES}")
        return self._ended(fault, early, self.wait_whole(timeout))

    # Slowness

    def relay_routes(self, one, other):
        """To be called before the servers start: the routes of a pair run through relays that `slow` can hold up."""
        for here, there in self._pairs(one, other):
            self.relay(here.host, there, ROUTES)

    def slow(self, one, other, milliseconds):
        """The route takes so much longer, each way. 0 ends it."""
        early = time.time()
        for here, there in self._pairs(one, other):
            self.pace(here.host, there, ROUTES, milliseconds)
        return self._fault("slow", sorted([one, other]), early, ms=milliseconds)

    def stall(self, sender, receiver):
        """Nothing of their route is carried on, and nothing is lost: both find the other to read no more."""
        early = time.time()
        for here, there in self._pairs(sender, receiver):
            self.pace(here.host, there, ROUTES, "stall")
        return self._fault("stall", sorted([sender.name, receiver.name]), early)

    def fast(self, fault):
        """Ends `slow` and `stall`."""
        early = time.time()
        for here, there in self._pairs(*fault.of):
            self.pace(here.host, there, ROUTES, 0)
        return self._ended(fault, early, time.time())

    # Monitoring

    def block_monitoring(self, name, how="drop"):
        """"drop": the port answers nothing; "reject": it refuses."""
        server = self.server(name)
        early = time.time()
        server.host.rule("add", {"drop": "lost_here", "reject": "refused_here"}[how], MONITOR)
        self.truth.unseen(server.name, early - 1)
        return self._fault("block_monitoring", [server], early, how=how)

    def unblock_monitoring(self, fault):
        server = self.server(fault.of[0])
        early = time.time()
        server.host.rule("delete", {"drop": "lost_here", "reject": "refused_here"}[fault.details["how"]], MONITOR)
        self.truth.seen(server.name, time.time() + 1)
        return self._ended(fault, early, time.time() + 1)
