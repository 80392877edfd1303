"""A terminating proxy before a nats-server's monitoring port, which itself never asks for a client's certificate."""

import contextlib
import http.client
import http.server
import ssl
import threading

LOOPBACK = "127.0.0.1"

PREFIX = "/nats/a1"


class Gatekeeper:
    """Lets in who shows a certificate of its authority and says the right word, if one is `wanted`, and passes on what the
    server answers. While that does not answer, neither does this."""

    def __init__(self, certificate, monitor_port, wanted=None):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                status, body = 401, b"who are you?"
                if self.headers["Authorization"] == wanted and self.path.startswith(PREFIX + "/"):
                    with contextlib.closing(http.client.HTTPConnection(LOOPBACK, monitor_port)) as upstream:
                        upstream.request("GET", self.path.removeprefix(PREFIX))
                        response = upstream.getresponse()
                        status, body = response.status, response.read()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer((LOOPBACK, 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate["cert_file"], certificate["key_file"])
        context.load_verify_locations(certificate["ca_file"])
        context.verify_mode = ssl.CERT_REQUIRED
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # clients that are sent away are what the tests are about
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"https://{LOOPBACK}:{self.server.server_port}{PREFIX}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()
