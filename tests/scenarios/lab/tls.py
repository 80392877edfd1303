"""Certificates with the life that a scenario wants, made by openssl."""

import time

from network import FOLDER, run

CONFIG = """[ca]
default_ca = lab
[lab]
database = {folder}/index
new_certs_dir = {folder}
rand_serial = yes
default_md = sha256
policy = any
copy_extensions = copy
unique_subject = no
[any]
commonName = supplied
[req]
distinguished_name = name
[name]
"""


def stamp(seconds):
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(seconds))


class Authority:
    """Signs certificates for servers and for what they dial."""

    def __init__(self, folder=FOLDER / "authority"):
        self.folder = folder
        self.folder.mkdir()
        (self.folder / "index").write_text("")
        (self.folder / "openssl.cnf").write_text(CONFIG.format(folder=self.folder))
        self.certificate, self.key = self.folder / "ca.pem", self.folder / "ca.key"
        self._openssl("req", "-x509", "-subj", "/CN=lab authority", "-days", "3650",
                      "-addext", "basicConstraints=critical,CA:TRUE", *self._new_key(self.key), "-out", self.certificate)

    def _openssl(self, command, *words):
        config = () if command in ("genpkey", "pkey", "pkeyutl") else ("-config", self.folder / "openssl.cnf")
        return run("openssl", command, *config, *words)

    @staticmethod
    def _new_key(path):
        return ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", path)

    def issue(self, server, until):
        """A certificate for a server's address that runs out at a time; the table for its configuration."""
        certificate, key, request = (server.folder / name for name in ("cert.pem", "key.pem", "request.pem"))
        self._openssl("req", "-new", "-subj", f"/CN={server.name}", *self._new_key(key), "-out", request,
                      "-addext", f"subjectAltName=IP:{server.address},DNS:{server.name}",
                      "-addext", "extendedKeyUsage=serverAuth,clientAuth")
        self._openssl("ca", "-batch", "-notext", "-cert", self.certificate, "-keyfile", self.key, "-in", request,
                      "-startdate", stamp(time.time() - 86400), "-enddate", stamp(until), "-out", certificate)
        return {"cert_file": str(certificate), "key_file": str(key), "ca_file": str(self.certificate), "timeout": 5}
