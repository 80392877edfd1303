"""Monitoring behind TLS, client certificates, credentials and a path prefix: a terminating proxy before a real server."""

import http.client
import http.server
import ssl
import threading
import time
import unittest
from types import SimpleNamespace

from support import SERVERS, Case, analyzer, collector

from lab import Lab
from processes import LOOPBACK
from tls import Authority

SECRET = "s3cret-that-must-not-show"


class Gatekeeper(http.server.BaseHTTPRequestHandler):
    """Lets in who says the right word, and passes on what a nats-server answers."""

    protocol_version = "HTTP/1.1"
    wanted = monitor_port = None

    def do_GET(self):
        status, body = 401, b"who are you?"
        if self.headers["Authorization"] == self.wanted and self.path.startswith("/nats/a1/"):
            upstream = http.client.HTTPConnection(LOOPBACK, self.monitor_port)
            upstream.request("GET", self.path.removeprefix("/nats/a1"))
            response = upstream.getresponse()
            status, body = response.status, response.read()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class HttpsTest(Case):
    @classmethod
    def setUpClass(cls):
        cls.lab = Lab({"east": ["a1"]}, SERVERS[0])
        cls.addClassCleanup(cls.lab.close)
        cls.lab.start()

    def setUp(self):
        super().setUp()
        self.authority = Authority(self.folder / "authority")
        self.client = self.certificate("recorder", "10.0.0.1")

    def certificate(self, name, address=LOOPBACK, until=None):
        folder = self.folder / name
        folder.mkdir()
        return self.authority.issue(SimpleNamespace(name=name, folder=folder, address=address), until or time.time() + 86400)

    def serve(self, certificate, wanted=None):
        """The URL of a server that shows this certificate and wants one of the client."""
        handler = type("Handler", (Gatekeeper,), {"wanted": wanted, "monitor_port": self.lab.server("a1").monitor_port})
        server = http.server.ThreadingHTTPServer((LOOPBACK, 0), handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate["cert_file"], certificate["key_file"])
        context.load_verify_locations(certificate["ca_file"])
        context.verify_mode = ssl.CERT_REQUIRED
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # clients that are sent away are what these tests are about
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"https://{LOOPBACK}:{server.server_port}/nats/a1"

    def collect(self, url, **keys):
        keys = {"url": url, "ca": self.authority.certificate, "cert": self.client["cert_file"],
                "key": self.client["key_file"], "name": "a1"} | keys
        config = self.folder / "collector.toml"
        config.write_text("[[target]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items() if value))
        return self.done(collector("collect", "--verbose", "--config", config, "--store", self.store)).err

    def assert_failed(self, said, *words):
        self.assertIn("0 of 1 targets answered", said)
        for word in words:
            self.assertIn(word, said)

    def test_client_certificate_and_bearer_token_from_a_file(self):
        token = self.folder / "token"
        token.write_text(SECRET + "\n")
        url = self.serve(self.certificate("good"), f"Bearer {SECRET}")
        self.assertIn("1 of 1 targets answered", self.collect(url, token_file=token))
        self.assertEqual([server["server"] for server in self.analysis()["recording"]["servers"]], ["east/a1"])
        self.assertNotIn(SECRET.encode(), self.store.read_bytes())
        token.write_text("wrong\n")
        body = self.done(self.collect_and_show(url, token_file=token)).out
        self.assertEqual(body, b"who are you?")

    def collect_and_show(self, url, **keys):
        self.collect(url, **keys)
        return analyzer("show", self.store, "--epoch", "2", "--server", "a1", "--endpoint", "varz")

    def test_without_a_client_certificate_there_is_no_session(self):
        said = self.collect(self.serve(self.certificate("good")), cert=None, key=None)
        self.assertIn("0 of 1 targets answered", said)

    def test_a_certificate_that_ran_out(self):
        self.assert_failed(self.collect(self.serve(self.certificate("old", until=time.time() - 3600))), "tls: ", "expired")

    def test_a_certificate_for_another_name(self):
        url = self.serve(self.certificate("other", address="10.0.0.9"))
        self.assert_failed(self.collect(url), "tls: ")
        self.assertIn("1 of 1 targets answered", self.collect(url, server_name="other"))

    def test_an_authority_that_is_not_trusted(self):
        self.assert_failed(self.collect(self.serve(self.certificate("good")), ca=None), "tls: ")

    def test_a_secret_that_cannot_be_read_costs_its_target_only(self):
        self.assert_failed(self.collect(self.serve(self.certificate("good")), token_file=self.folder / "none"),
                           "other: the secret in ", "cannot be read")


if __name__ == "__main__":
    unittest.main()
