"""Operator mode without nsc: keys and JWTs made by openssl and the standard library."""

import base64
import hashlib
import json
import time

from network import run

PREFIX = {"operator": 14 << 3, "account": 0, "user": 20 << 3}  # they make the key begin with O, A or U
SEED = 18 << 3                                                 # and the secret with S and that letter


def base32(data):
    return base64.b32encode(data).decode().rstrip("=")


def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc.to_bytes(2, "little")


def base64url(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Key:
    """An nkey: `public` is how NATS writes it."""

    def __init__(self, folder, role, name):
        self.file = folder / f"{role}-{name}.key"
        run("openssl", "genpkey", "-algorithm", "ed25519", "-out", self.file)
        der = self.file.with_suffix(".der")
        run("openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER", "-out", der)
        raw = bytes([PREFIX[role]]) + der.read_bytes()[-32:]
        self.role, self.name, self.public = role, name, base32(raw + crc16(raw))

    @property
    def seed(self):
        der = self.file.with_suffix(".secret")
        run("openssl", "pkey", "-in", self.file, "-outform", "DER", "-out", der)
        prefix = PREFIX[self.role]
        raw = bytes([SEED | prefix >> 5, (prefix & 31) << 3]) + der.read_bytes()[-32:]
        return base32(raw + crc16(raw))

    def sign(self, text):
        message, signature = self.file.with_suffix(".message"), self.file.with_suffix(".signature")
        message.write_text(text)
        run("openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.file, "-in", message, "-out", signature)
        return signature.read_bytes()

    def attest(self, subject, nats):
        """A JWT about another key (or this one), signed by this one."""
        claims = {"jti": "", "iat": int(time.time()), "iss": self.public, "name": subject.name, "sub": subject.public,
                  "nats": {"type": subject.role, "version": 2} | nats}
        claims["jti"] = base32(hashlib.sha256(json.dumps(claims).encode()).digest())
        head = {"typ": "JWT", "alg": "ed25519-nkey"}
        text = ".".join(base64url(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
        return f"{text}.{base64url(self.sign(text))}"


NO_LIMITS = {"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}
ANYTHING = {"pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1}


CREDENTIALS = """-----BEGIN NATS USER JWT-----
{jwt}
------END NATS USER JWT------

-----BEGIN USER NKEY SEED-----
{seed}
------END USER NKEY SEED------
"""


def operator_mode(folder):
    """(what every server's configuration needs, the public key of the system account, what a client of the account APP says
    when it connects). The client's is a bearer token, so that it has no challenge to sign. A user of the system account has
    its credentials in the folder's system.creds."""
    folder.mkdir()
    operator, system, app = Key(folder, "operator", "lab"), Key(folder, "account", "SYS"), Key(folder, "account", "APP")
    user = Key(folder, "user", "worker")
    preload = {key.public: operator.attest(key, {"limits": NO_LIMITS, "default_permissions": {"pub": {}, "sub": {}}})
               for key in (system, app)}
    settings = {"operator": operator.attest(operator, {"system_account": system.public}), "system_account": system.public,
                "resolver": "MEMORY", "resolver_preload": preload}
    watcher = Key(folder, "user", "watcher")
    (folder / "system.creds").write_text(CREDENTIALS.format(jwt=system.attest(watcher, ANYTHING), seed=watcher.seed))
    return settings, system.public, {"jwt": app.attest(user, ANYTHING | {"bearer_token": True})}
