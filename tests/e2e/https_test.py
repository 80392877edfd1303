"""Monitoring behind TLS, client certificates, credentials and a path prefix: a terminating proxy before a real server."""

import time
import unittest
from types import SimpleNamespace

from gatekeeper import Gatekeeper
from support import COLLECTOR, SERVERS, Case, analyzer, collector

from lab import Lab
from processes import LOOPBACK
from tls import Authority
from watch import Watch

SECRET = "s3cret-that-must-not-show"


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
        gatekeeper = Gatekeeper(certificate, self.lab.server("a1").monitor_port, wanted)
        self.addCleanup(gatekeeper.close)
        return gatekeeper.url

    def write_config(self, url, **keys):
        keys = {"url": url, "ca": self.authority.certificate, "cert": self.client["cert_file"],
                "key": self.client["key_file"], "name": "a1"} | keys
        config = self.folder / "collector.toml"
        config.write_text("[[target]]\n" + "".join(f'{key} = "{value}"\n' for key, value in keys.items() if value))
        return config

    def collect(self, url, **keys):
        config = self.write_config(url, **keys)
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

    def test_the_servers_own_certificate_is_recorded_with_each_epoch(self):
        until = time.time() + 86400
        self.write_config(self.serve(self.certificate("good", until=until)))
        # The second epoch has the first one's connection, and so no handshake.
        self.done(collector("watch", "--every", "500ms", "--epochs", "2", "--config", self.folder / "collector.toml",
                            "--store", self.store))
        for epoch in ("1", "2"):
            shown = self.done(analyzer("show", self.store, "--epoch", epoch, "--server", "a1", "--endpoint", "envelope"))
            certificate = shown.json["certificate"]
            self.assertEqual(certificate["not_after"], time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(until)))
            self.assertIn("good", certificate["subject"])
            self.assertIn("lab authority", certificate["issuer"])

    def test_a_certificate_is_forgotten_with_its_target(self):
        first, second = (self.write_config(self.serve(self.certificate(name)), name=name).read_text() for name in ("a", "b"))
        targets, config = self.folder / "targets.toml", self.folder / "watch.toml"
        config.write_text(f'[[target]]\nfile = "{targets}"\n')
        targets.write_text(first)
        watch = Watch(COLLECTOR, self.store, [], "500ms", self.folder / "log", "--config", config)
        self.addCleanup(watch.close)
        watch.wait_epochs(2)
        for text in (second, first):
            targets.write_text(text)
            watch.wait_epochs(2)  # the first may have begun before
        # The connection was kept, so that the handshake is none that is remembered.
        words = ("--epoch", watch.epochs, "--server", "a", "--endpoint")
        self.done(analyzer("show", self.store, *words, "varz"))
        self.assertIn("envelope", analyzer("show", self.store, *words, "envelope").err)

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
