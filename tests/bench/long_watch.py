"""`nats-collector watch --every 1s` on three real nats-servers for as long as asked: its memory and its open files must not
grow, and no slot may be missed without a reason on record. long_watch.py COLLECTOR NATS-SERVER [MINUTES]   (20 minutes)"""

import contextlib
import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "samples/lab"))

from processes import LOOPBACK, Ports, end, spawn

EVERY_S = 1
LOOK_S = 10
MAY_GROW_MB = 1  # between the second quarter and the last one


def looked_at(pid):
    """Resident memory in MB, and open files."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, len(os.listdir(f"/proc/{pid}/fd"))


def slots(store):
    with contextlib.closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as database:
        return [round(started / 1e6 / EVERY_S) for (started,) in
                database.execute("SELECT started_us FROM epoch ORDER BY number")]


def row(name, figure, floor, target, good):
    print(f"{name},{figure:.2f},{floor:.2f},,{target},{'met' if good else 'NOT MET'}", flush=True)
    return good


def main():
    collector, server, minutes = sys.argv[1], sys.argv[2], float(sys.argv[3]) if len(sys.argv) > 3 else 20
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nats-watch-")))
        store, targets = folder / "history.db", []

        def start(*command):
            process = spawn(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(end, process)
            return process

        ports = stack.enter_context(contextlib.closing(Ports()))

        for name in ("a1", "a2", "a3"):
            port = ports.take()
            start(server, "-a", LOOPBACK, "-p", "-1", "-m", port, "-n", name)
            targets += ["--target", f"http://{LOOPBACK}:{port}"]
        time.sleep(1)
        watch = start(collector, "watch", "--every", f"{EVERY_S}s", "--store", store, *targets)
        seen, over = [], time.monotonic() + minutes * 60
        while time.monotonic() < over:
            time.sleep(min(LOOK_S, max(0, over - time.monotonic())))
            seen.append(looked_at(watch.pid))
        watch.send_signal(signal.SIGTERM)
        code = watch.wait(30)
        status = json.loads(subprocess.run([collector, "status", "--store", store, "--format", "json"],
                                           capture_output=True, check=True).stdout)
        recorded = slots(store)
    quarter = max(1, len(seen) // 4)
    before, after = (statistics.median(memory for memory, _ in part) for part in (seen[quarter:2 * quarter], seen[-quarter:]))
    files_before, files_after = seen[quarter][1], seen[-1][1]
    missed = recorded[-1] - recorded[0] + 1 - len(set(recorded))
    unexplained = [gap for gap in status["gaps"] if not gap.get("reason")]
    good = [row("Memory of watch; last quarter and second (MB)", after, before, f"+{MAY_GROW_MB}", after <= before + MAY_GROW_MB),
            row("Open files of watch; at the end and after a quarter", files_after, files_before, "same", files_after == files_before),
            row(f"Slots missed; of {len(recorded) + missed}", missed, 0, "0, or told", missed == 0 or not unexplained),
            row("Exit code on SIGTERM", code, 0, "0", code == 0)]
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
