"""Two ways to cut one TCP connection between other processes, as a network would."""

import contextlib
import os
import shutil
import socket
import subprocess
import threading

LOOPBACK = "127.0.0.1"


def cut_with_ss(port, listening_port):
    """Asks the kernel to destroy the socket that was dialled from `port` (ss -K: root, and a kernel built with
    INET_DIAG_DESTROY). Whether it is gone is for the caller to see: ss reports success either way."""
    ss = shutil.which("ss") or "/bin/ss"
    filters = ["state", "established", "sport", "=", f":{port}", "dport", "=", f":{listening_port}"]
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run([ss, "-K", "-t", "-n", *filters], capture_output=True, timeout=5, check=False)


def ss_can_cut():
    """Tries it on a connection of our own."""
    if os.geteuid() != 0:
        return False
    with socket.create_server((LOOPBACK, 0)) as listener, socket.create_connection(listener.getsockname()) as ours:
        theirs, _ = listener.accept()
        with theirs:
            cut_with_ss(ours.getsockname()[1], listener.getsockname()[1])
            theirs.settimeout(0.5)
            try:
                return theirs.recv(1) == b""
            except ConnectionError:
                return True
            except TimeoutError:
                return False


class Relay:
    """A tiny man in the middle: carries connections to a port, and drops the one it is told to drop.

    Needs no privileges. A server that advertises its relay's address is reached through it by everybody, whether they
    dial it by configuration or by gossip."""

    def __init__(self, port, target):
        self.port, self.target = port, target
        self.connections = {}  # the port we dialled from, which the server sees as its peer's: (peer, server)
        self.listener = socket.create_server((LOOPBACK, port))
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                peer, _ = self.listener.accept()
                try:
                    server = socket.create_connection((LOOPBACK, self.target), timeout=1)
                except OSError:
                    peer.close()  # nobody home: the peer sees it hang up and dials again
                    continue
                server.settimeout(None)
                port = server.getsockname()[1]
                self.connections[port] = (peer, server)
                for source, sink in ((peer, server), (server, peer)):
                    threading.Thread(target=self._carry, args=(port, source, sink), daemon=True).start()

    def _carry(self, port, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        self.cut(port)

    def cut(self, port):
        """Drops the connection that the server sees as coming from `port`, at both ends; False if there is none."""
        pair = self.connections.pop(port, None)
        for end in pair or ():
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        return pair is not None

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for port in list(self.connections):
            self.cut(port)
