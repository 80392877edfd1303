#!/usr/bin/python3
"""Runs the tests of a folder and writes how many passed and failed to a file: run.py COUNTS FOLDER [NAME…]

Without names each test file is a process of its own, all at once: they wait for real servers most of the time.
"""

import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path


def run_names(names, counts, tests):
    sys.path.insert(0, str(tests))
    result = unittest.TextTestRunner(verbosity=2).run(unittest.TestLoader().loadTestsFromNames(names))
    # A test that did not run has not passed.
    failed = len(result.failures) + len(result.errors) + len(result.skipped)
    counts.write_text(f"{max(0, result.testsRun - failed)} {failed}\n", encoding="utf-8")
    return 1 if failed or not result.testsRun else 0


def run_files(counts, tests):
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        running = {}
        for path in sorted(tests.glob("*_test.py")):
            name, part = path.stem, Path(folder, path.stem)
            with open(f"{part}.log", "wb") as log:
                running[name] = part, subprocess.Popen([sys.executable, "-B", __file__, part, tests, name], stdout=log, stderr=log)
        try:
            while running:
                time.sleep(0.1)
                for name in [name for name, (_, process) in running.items() if process.poll() is not None]:
                    part, process = running.pop(name)
                    print(Path(f"{part}.log").read_text(errors="replace"), flush=True)
                    good, bad = part.read_text().split() if part.exists() else (0, 1)
                    passed, failed = passed + int(good), failed + max(int(bad), process.returncode != 0)
        finally:
            for _, process in running.values():
                process.terminate()
                process.wait()
    counts.write_text(f"{passed} {failed}\n", encoding="utf-8")
    return 1 if failed else 0


if __name__ == "__main__":
    # unittest takes any other exception for a failure of the test at hand and goes on with the next.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    COUNTS, TESTS, *NAMES = sys.argv[1:]
    sys.exit(run_names(NAMES, Path(COUNTS), Path(TESTS)) if NAMES else run_files(Path(COUNTS), Path(TESTS)))
