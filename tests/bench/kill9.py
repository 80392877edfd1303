#!/usr/bin/python3
"""Kills nats-collector at random moments of collecting, sealing, pruning, migrating and copying: kill9.py [MOMENTS] [SEED]

After each kill the recording must be whole (`verify`), no epoch that was there may be missing, and every body must be
what the servers said. tests/run.sh takes a share of it; the whole is 500 moments.
"""

import lzma
import random
import signal
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

from stub import Answer, Stub
from support import BUILT, COLLECTOR, collector

BODIES = {name: f'{{\n  "server_name": "a1",\n  "what": "{name}",\n  "text": "{"x" * 3000}"\n}}'.encode()
          for name in ("varz", "routez", "gatewayz", "healthz")}


class Broken(Exception):
    pass


def epochs(store):
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as database:
        return [number for number, in database.execute("SELECT number FROM epoch ORDER BY number")]


class Bench:
    def __init__(self, folder, seed):
        self.folder, self.random = Path(folder), random.Random(seed)
        self.stub = Stub({name: Answer(body) for name, body in BODIES.items()})
        self.sealed = self.folder / "sealed.db"
        subprocess.run([BUILT / "tests/generate", "--store", self.sealed, "--servers", "9", "--epochs", "140"],
                       check=True, stdout=subprocess.DEVNULL)
        self.old = self.folder / "old.db"
        self.old.write_bytes(lzma.decompress((ROOT / "tests/stores/version-1.db.xz").read_bytes()))
        self.long = {}

    def run_and_kill(self, key, words):
        """Runs once to the end to learn how long it takes, from then on until a random moment."""
        began = time.monotonic()
        process = subprocess.Popen([COLLECTOR, *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if key in self.long:
            time.sleep(self.random.uniform(0, self.long[key] * 1.1))
            process.send_signal(signal.SIGKILL)
        process.wait()
        self.long.setdefault(key, time.monotonic() - began)

    def check_whole(self, store, at_least):
        found = collector("verify", "--store", store)
        if found.code != 0:
            raise Broken(f"verify: {found.out.decode()}{found.err}")
        there = epochs(store)
        missing = set(at_least) - set(there)
        if missing:
            raise Broken(f"epochs are gone: {sorted(missing)[:5]}")
        return there

    def check_bodies(self, store, number):
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            exported = Path(folder, "capture")
            if collector("export", "--store", store, exported).code not in (0, 1):
                raise Broken("export failed")
            for path in exported.glob(f"*/{self.stub.label}/*.json"):
                if path.read_bytes() != BODIES[path.stem]:
                    raise Broken(f"epoch {number}: {path} is not what was served")

    def collecting(self):
        """Also seals: the store has a full run that is not sealed yet."""
        store = self.folder / "collect.db"
        if not store.exists() or len(epochs(store)) > 200:
            shutil.copy(self.sealed, store)
        before = epochs(store)
        self.run_and_kill("collect", ["collect", "--store", store, "--target", self.stub.url])
        after = self.check_whole(store, before)
        if self.random.random() < 0.1:
            self.check_bodies(store, after[-1])

    def pruning(self):
        store = self.folder / "prune.db"
        for suffix in ("", "-wal", "-shm"):
            Path(f"{store}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.sealed, store)
        self.run_and_kill("prune", ["prune", "--store", store, "--max-age", "30m"])
        # What is left begins with a run.
        there = self.check_whole(store, range(128, 141))
        if there != list(range(there[0], 141)) or there[0] not in (1, 64, 128):
            raise Broken(f"half a run is left: {there[0]}")

    def migrating(self):
        store = self.folder / "migrate.db"
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{store}{suffix}").unlink(missing_ok=True)
        shutil.copy(self.old, store)
        before = epochs(store)
        self.run_and_kill("migrate", ["prune", "--store", store, "--max-age", "9999d"])
        collector("prune", "--store", store, "--max-age", "9999d")
        self.check_whole(store, before)

    def copying(self):
        copy = self.folder / "copy.db"
        copy.unlink(missing_ok=True)
        self.run_and_kill("backup", ["backup", "--store", self.sealed, copy])
        if copy.exists():
            self.check_whole(copy, epochs(self.sealed))
        for part in self.folder.glob("copy.db.part*"):
            part.unlink()

    def moment(self):
        kind = self.random.choices([self.collecting, self.pruning, self.migrating, self.copying], [6, 2, 1, 1])[0]
        try:
            kind()
        except Broken as broken:
            raise Broken(f"{kind.__name__}: {broken}") from None


def run(moments, seed):
    with tempfile.TemporaryDirectory(prefix="nats-kill9-") as folder:
        bench = Bench(folder, seed)
        try:
            for _ in range(moments):
                bench.moment()
        finally:
            bench.stub.close()


if __name__ == "__main__":
    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    chosen = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    print(f"seed {chosen}", flush=True)
    try:
        run(asked, chosen)
    except Broken as why:
        sys.exit(f"kill9: {why}")
    print(f"{asked} moments, every time whole")
