#!/usr/bin/python3
"""Plans and runs recordings, several laboratories at a time: see record.sh, which starts it."""

import argparse
import os
import random
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE / "lab"), str(ROOT / "samples/lab")]

from catalogue import Budget, load  # noqa: E402
from nats import version_of  # noqa: E402
from processes import end, spawn  # noqa: E402

BUILT = Path(os.environ.get("NATSREC_BUILT", ROOT / "build/ci")).resolve()
ATTEMPTS = 3  # a machine that pauses spoils a recording; the next attempt is likely to be better


def parse_arguments():
    parser = argparse.ArgumentParser(prog="record.sh")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="scenarios, or families of them")
    parser.add_argument("--minutes", type=float, help="only what is over by then, in an order that the seed draws")
    parser.add_argument("--versions", nargs="+", required=True, metavar="SERIES=PATH")
    parser.add_argument("--jobs", type=int, default=4 * os.cpu_count())
    parser.add_argument("--out", type=Path, default=ROOT / "samples/captures/scenarios")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--list", action="store_true")
    return parser.parse_args()


def servers_by_series(words):
    servers = {}
    for word in words:
        series, equals, path = word.partition("=")
        path = path if equals else word
        servers[series if equals else ".".join(map(str, version_of(path)[:2]))] = path
    return servers


def tail(text, lines=12):
    return "\n".join(text.splitlines()[-lines:])


class Job:
    def __init__(self, scenario, on, servers):
        self.name, self.on, self.minutes = scenario.name, on, scenario.minutes
        self.binaries = [servers[series] for series in on.split(">")]
        self.process, self.attempts, self.output = None, 0, ""

    def __str__(self):
        return f"{self.name} on {self.on}"

    def start(self, arguments):
        self.attempts += 1
        self.began = time.monotonic()
        command = [sys.executable, "-B", HERE / "record_one.py", self.name, "--collector", BUILT / "collector/nats-collector",
                   "--seed", arguments.seed, "--out", arguments.out.resolve()]
        for binary in self.binaries:
            command += ["--server", binary]
        if arguments.keep:
            command += ["--keep", arguments.keep.resolve()]
        self.process = spawn(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def done(self):
        """None while it runs, else whether it worked."""
        if self.process.poll() is None:
            return None
        self.output = self.process.stdout.read().strip()
        return self.process.returncode == 0


def plan(arguments, servers):
    jobs, left_out = [], []
    scenarios = list(load().values())
    if arguments.minutes:
        random.Random(arguments.seed).shuffle(scenarios)
    else:
        scenarios.sort(key=lambda scenario: -scenario.minutes)  # the hour that one takes is there for the others
    for scenario in scenarios:
        if arguments.only and scenario.name not in arguments.only and scenario.family not in arguments.only:
            continue
        for on in scenario.on:
            if all(series in servers for series in on.split(">")):
                jobs.append(Job(scenario, on, servers))
            else:
                left_out.append(f"{scenario.name} on {on}")
    return jobs, left_out


def told(jobs):
    return ", ".join(map(str, jobs))


def run(jobs, arguments):
    """What failed, and what there was no time for."""
    waiting, running, failed = list(jobs), [], []
    budget = Budget(arguments.minutes)
    try:
        while running or budget.first_that_fits(waiting):
            while len(running) < arguments.jobs and (job := budget.first_that_fits(waiting)):
                waiting.remove(job)
                job.start(arguments)
                running.append(job)
                time.sleep(1)  # servers that start are busy
            time.sleep(0.2)
            for job in [job for job in running if job.done() is not None]:
                running.remove(job)
                took = time.monotonic() - job.began
                print(f"{took:5.0f} s  {tail(job.output) or job.name}", flush=True)
                if job.process.returncode and job.attempts < ATTEMPTS:
                    waiting.insert(0, job)
                elif job.process.returncode:
                    failed.append(job)
    finally:
        for job in running:
            end(job.process)
    return failed, waiting


def main():
    arguments = parse_arguments()
    jobs, left_out = plan(arguments, servers_by_series(arguments.versions))
    if left_out:
        print(f"Left out, for want of a server: {', '.join(left_out)}")
    if not jobs:
        sys.exit("record.sh: nothing to record: see --list")
    if arguments.list:
        print("\n".join(map(str, jobs)))
        return
    if subprocess.run([sys.executable, "-B", HERE / "record_one.py", "--probe"], check=False).returncode:
        sys.exit("record.sh: laboratories are not possible here")
    began = time.monotonic()
    failed, late = run(jobs, arguments)
    if late:
        print(f"Left out, for want of time: {told(late)}")
    recorded = [job for job in jobs if job not in failed + late]
    if recorded:
        subprocess.run([sys.executable, "-B", HERE / "derive/make.py", "--captures", arguments.out, "--of",
                        *sorted({job.name for job in recorded})], check=True)
    size = sum(archive.stat().st_size for archive in arguments.out.glob("[!.]*.tar.xz"))
    print(f"{len(recorded)} of {len(jobs)} recorded in {time.monotonic() - began:.0f} s; "
          f"{arguments.out} holds {size / 1e6:.1f} MB")
    if failed or not recorded:
        sys.exit(f"record.sh: not recorded: {told(failed) or 'anything'}")


if __name__ == "__main__":
    main()
