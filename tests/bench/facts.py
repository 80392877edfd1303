"""Facts against full replay: R4, R5, R6 and growth. Called by facts.sh with the lengths of the recordings in days."""

import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(os.environ.get("NATSREC_BUILT", ROOT / "build/release"))
ANALYZER, GENERATE = BUILT / "analyzer/nats-analyzer", BUILT / "tests/generate"
EPOCHS = int(os.environ.get("NATSREC_EPOCHS_A_DAY", 1440))
REPEATS = 7


def measure(*words):
    """Seconds of CPU and megabytes at the peak of one run of the analyzer."""
    with open(os.devnull, "wb") as nowhere:
        process = subprocess.Popen([ANALYZER, *map(str, words)], stdout=nowhere)
        _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"nats-analyzer {' '.join(map(str, words))} failed")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def median(*words):
    runs = [measure(*words) for _ in range(REPEATS)]
    return statistics.median(run[0] for run in runs), max(run[1] for run in runs)


def row(name, figure, floor, ratio, target, met):
    print(f"{name},{figure},{floor},{ratio},{target},{'met' if met else 'NOT MET'}", flush=True)


def line_fit(points):
    """Slope and intercept by least squares."""
    xs, ys = zip(*points)
    mean_x, mean_y = statistics.mean(xs), statistics.mean(ys)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / (sum((x - mean_x) ** 2 for x in xs) or 1)
    return slope, mean_y - slope * mean_x


def main():
    days = sorted({int(word) for word in sys.argv[1:]})
    looked, replayed, memory = [], [], {}
    with tempfile.TemporaryDirectory(prefix="facts-bench-") as folder:
        for length in days:
            store = Path(folder, f"d{length}.db")
            pause = max(60, length * EPOCHS // 50)  # so that a month has 50 incidents
            subprocess.run([GENERATE, "--store", store, "--epochs", str(length * EPOCHS), "--pause", str(pause)],
                           check=True, stdout=subprocess.DEVNULL)
            full, full_mb = measure("incidents", store, "--no-facts")
            indexed, index_mb = measure("index", store)
            all_of_it, all_mb = median("incidents", store)
            window, window_mb = median("incidents", store, "--since", "24h")
            page, page_mb = median("report", store, "--html", Path(folder, "page.html"))
            print(f"# D{length}: full replay {full:.2f} s {full_mb:.0f} MB, index {indexed:.2f} s {index_mb:.0f} MB, incidents {all_of_it:.3f} s {all_mb:.0f} MB, "
                  f"--since 24h {window:.3f} s {window_mb:.0f} MB, page {page:.3f} s {page_mb:.0f} MB, "
                  f"facts {Path(f'{store}.facts').stat().st_size / 1e6:.1f} MB of {store.stat().st_size / 1e6:.0f} MB", file=sys.stderr)
            looked.append((length, window))
            replayed.append((length, full))
            memory[length] = max(full_mb, index_mb, all_mb, window_mb, page_mb)
            if length == days[-1]:
                row(f"R4 incidents over D{length} with facts", f"{all_of_it:.3f} s", f"{full:.2f} s", f"{full / all_of_it:.0f}", ">= 300", full / all_of_it >= 300)
                row(f"H1 page of D{length} with facts", f"{page:.3f} s", f"{full:.2f} s", f"{full / page:.0f}", ">= 20", full / page >= 20)
                size = Path(folder, "page.html").stat().st_size / 1e6
                row("H1 its size", f"{size:.2f} MB", "2 MB", f"{size / 2:.2f}", "<= 1", size <= 2)
            store.unlink()
    longest, shortest = days[-1], days[0]
    row(f"R6 peak memory D{longest}", f"{memory[longest]:.0f} MB", "300 MB", f"{memory[longest] / 300:.2f}", "<= 1", memory[longest] <= 300)
    if len(days) > 1:
        before = days[-2]
        ratio = memory[longest] / memory[before]
        row(f"R6 peak memory D{longest} against D{before}", f"{memory[longest]:.0f} MB", f"{memory[before]:.0f} MB", f"{ratio:.2f}", "<= 1.1", ratio <= 1.1)
        slope, base = line_fit(looked)
        row("growth of incidents --since 24h, per day", f"{slope * 1000:.2f} ms", f"{base * 1000:.1f} ms", f"{slope / base:.3f}", "<= 0.02", slope / base <= 0.02)
        slope, base = line_fit(replayed)
        print(f"# full replay: {slope:.3f} s a day and {base:.3f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
