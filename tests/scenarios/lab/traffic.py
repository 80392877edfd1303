"""Clients that publish and subscribe, and requests to JetStream, over NATS's plain protocol."""

import contextlib
import json
import socket
import threading
import time

from processes import LabError


class Client:
    """One connection. `wanted` holds what came in by subject when someone waits for it; all else is counted and dropped."""

    def __init__(self, address, port=4222, **connect):
        self.socket = socket.create_connection((address, port), timeout=5)
        self.socket.settimeout(None)
        self.lines = self.socket.makefile("rb")
        self.lock = threading.Lock()
        self.received = 0
        self.answers = {}
        self.arrived = threading.Condition()
        if not self.lines.readline().startswith(b"INFO "):
            raise LabError(f"{address}:{port} did not greet its client")
        options = {"verbose": False, "name": "lab client", "lang": "lab", "version": "0", "protocol": 1, "headers": True}
        self.send(f"CONNECT {json.dumps(options | connect)}\r\nPING\r\n".encode())
        while (line := self.lines.readline().strip()) != b"PONG":
            if not line or line.startswith(b"-ERR"):
                raise LabError(f"{address}:{port} refused its client: {line.decode(errors='replace')}")
        threading.Thread(target=self._read, daemon=True).start()

    def send(self, data):
        with self.lock:
            self.socket.sendall(data)

    def _read(self):
        with contextlib.suppress(OSError, ValueError, IndexError):
            while line := self.lines.readline():
                if line.startswith(b"PING"):
                    self.send(b"PONG\r\n")
                elif line.startswith((b"MSG ", b"HMSG ")):
                    words = line.split()
                    payload = self.lines.read(int(words[-1]) + 2)[:-2]
                    self.received += 1
                    with self.arrived:
                        if words[1].decode() in self.answers:
                            self.answers[words[1].decode()] = payload
                            self.arrived.notify_all()

    def subscribe(self, subject, sid=1):
        self.send(f"SUB {subject} {sid}\r\n".encode())

    def publish(self, subject, payload=b""):
        self.send(f"PUB {subject} {len(payload)}\r\n".encode() + payload + b"\r\n")

    def request(self, subject, payload=b"", timeout=5):
        """The answer's payload, None if there was none in time."""
        inbox = f"_INBOX.lab.{id(self)}.{time.monotonic_ns()}"
        with self.arrived:
            self.answers[inbox] = None
        self.send(f"SUB {inbox} 9\r\nPUB {subject} {inbox} {len(payload)}\r\n".encode() + payload + b"\r\n")
        with self.arrived:
            self.arrived.wait_for(lambda: self.answers[inbox] is not None, timeout)
            answer = self.answers.pop(inbox)
        self.send(b"UNSUB 9\r\n")
        return answer

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Chatter:
    """Publishes at a rate until closed, from one server, to a subscriber at each of the others; goes on when its server
    comes back, as real clients do."""

    def __init__(self, publisher, subscribers, rate=20, size=128, subject="lab.chatter", **connect):
        self.where, self.readers = publisher, subscribers
        self.rate, self.payload, self.subject, self.connect = rate, b"x" * size, subject, connect
        self.stopped = threading.Event()
        for server in subscribers:
            threading.Thread(target=self._listen, args=(server,), daemon=True).start()
        threading.Thread(target=self._talk, daemon=True).start()

    def _connected(self, server, work):
        while not self.stopped.is_set():
            client = None
            with contextlib.suppress(OSError, LabError):
                client = Client(server.address, **self.connect)
                work(client)
            if client:
                client.close()
            self.stopped.wait(0.5)

    def _listen(self, server):
        def work(client):
            client.subscribe(self.subject)
            while not self.stopped.wait(0.5):
                client.send(b"PING\r\n")
        self._connected(server, work)

    def _talk(self):
        def work(client):
            while not self.stopped.wait(1 / self.rate):
                client.publish(self.subject, self.payload)
        self._connected(self.where, work)

    def close(self):
        self.stopped.set()


def create_stream(server, name, replicas=1, timeout=20, **connect):
    """A JetStream stream, asked for over the plain protocol; waits until the group can make one."""
    config = {"name": name, "subjects": [f"{name}.>"], "num_replicas": replicas, "storage": "file", "retention": "limits",
              "max_consumers": -1, "max_msgs": -1, "max_bytes": -1, "max_age": 0, "discard": "old"}
    client = Client(server.address, **connect)
    deadline = time.monotonic() + timeout
    try:
        while True:
            answer = json.loads(client.request(f"$JS.API.STREAM.CREATE.{name}", json.dumps(config).encode()) or b"{}")
            if "config" in answer:
                return answer
            if time.monotonic() > deadline:
                raise LabError(f"no stream {name} on {server.name}: {answer.get('error')}")
            time.sleep(0.5)
    finally:
        client.close()
