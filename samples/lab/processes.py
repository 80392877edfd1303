"""Children that end with us, waiting with a deadline, and ports that stay ours."""

import contextlib
import random
import signal
import socket
import subprocess
import time
from pathlib import Path

LOOPBACK = "127.0.0.1"


class LabError(Exception):
    """Something the laboratory needs did not happen; the sentence says what and where to look."""


def spawn(command, **options):
    """Starts a child in its own session, so that Ctrl-C in the terminal reaches only us and we decide what ends when,
    and with a death signal, so that it never outlives us."""
    return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *map(str, command)],
                            **{"stdin": subprocess.DEVNULL, "start_new_session": True, **options})


@contextlib.contextmanager
def undisturbed():
    """Holds signals back until the block is done: a child that was just started must be noted down before anything
    cleans up."""
    pending = []
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.signal(number, lambda number, _: pending.append(number)) for number in numbers}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for number in pending:
            signal.raise_signal(number)


def end(process, timeout=5):
    """Ends a child: politely, then not. Waits until it is gone."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGCONT)  # a frozen one hears nothing else
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout)
    if process.poll() is None:
        process.kill()
        process.wait()


def wait_for(condition, what, timeout=30, every=0.05):
    """Waits until the condition holds and gives back what it returned."""
    deadline = time.monotonic() + timeout
    while True:
        if value := condition():
            return value
        if time.monotonic() > deadline:
            raise LabError(f"{what}: not within {timeout} s")
        time.sleep(every)


class Ports:
    """Free ports on loopback, for as long as this lives. They come from a block of their own: a UDP socket on the block's
    first number is the claim that keeps other laboratories away from it, and dies with us.

    Blocks lie outside the range the kernel gives to outgoing connections: while a server is down, one of the collector's
    connections could otherwise take its port and keep it from coming back."""

    SIZE = 64

    def __init__(self):
        first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
        blocks = range(10000, 65536 - self.SIZE, self.SIZE)
        blocks = [start for start in blocks if start + self.SIZE <= first or start > last] or blocks
        for start in random.sample(blocks, len(blocks)):
            self.claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            with contextlib.suppress(OSError):
                self.claim.bind((LOOPBACK, start))
                self.free = [port for port in range(start, start + self.SIZE) if self._free(port)]
                return
            self.claim.close()
        raise LabError("no free ports on loopback: other laboratories hold them all")

    @staticmethod
    def _free(port):
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as servers do, past connections that linger
            with contextlib.suppress(OSError):
                listener.bind((LOOPBACK, port))
                return True
        return False

    def take(self):
        if not self.free:
            raise LabError(f"a laboratory has {self.SIZE} ports, which is not enough for this one")
        return self.free.pop()

    def close(self):
        self.claim.close()
