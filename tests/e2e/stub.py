"""HTTP servers that answer what a test tells them to, for what real nats-servers cannot be made to say."""

import contextlib
import http.server
import threading
from pathlib import Path

ENDPOINTS = ("varz", "routez", "gatewayz", "healthz")
JSON = "application/json"


class Answer:
    """Status, content type and body; `body` may also be a list of chunks, sent one after the other. `encoding` is what the
    body is said to be compressed with."""

    def __init__(self, body, status=200, content_type=JSON, length=None, encoding=None):
        self.chunks = body if isinstance(body, list) else [body]
        self.status, self.content_type, self.encoding = status, content_type, encoding
        self.length = sum(map(len, self.chunks)) if length is None else length


class Stub:
    """One monitoring port. `answers` maps an endpoint to its Answer and may be changed at any time."""

    def __init__(self, answers):
        self.answers = answers
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                answer = stub.answers.get(self.path.partition("?")[0].strip("/"))
                if answer is None:
                    answer = Answer(b"404 page not found\n", 404, "text/plain")
                with contextlib.suppress(OSError):  # the client may have heard enough
                    self.send_response(answer.status)
                    self.send_header("Content-Type", answer.content_type)
                    self.send_header("Content-Length", str(answer.length))
                    if answer.encoding:
                        self.send_header("Content-Encoding", answer.encoding)
                    self.end_headers()
                    for chunk in answer.chunks:
                        self.wfile.write(chunk)
                if answer.length != sum(map(len, answer.chunks)):
                    self.close_connection = True

            def handle(self):
                with contextlib.suppress(ConnectionError):  # so may one that is killed
                    super().handle()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def label(self):
        return f"127.0.0.1_{self.server.server_address[1]}"

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def recorded_answers(folder: Path):
    """What a real server answered once, from its folder in a capture."""
    answers = {}
    for endpoint in ENDPOINTS:
        for path in folder.glob(f"{endpoint}*.json"):
            status = path.name.removeprefix(endpoint).removesuffix(".json").lstrip(".")
            answers[endpoint] = Answer(path.read_bytes(), int(status or 200))
    return answers
