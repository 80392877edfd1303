#!/usr/bin/python3
"""Records one scenario in a laboratory of its own: record_one.py NAME --server PATH [--server PATH] …

Started by record.sh. Leaves OUT/<scenario>-<version>.tar.xz, and exits 1 with a sentence if that did not work.
"""

import argparse
import os
import re
import shutil
import signal
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "lab"), str(HERE.parents[1] / "samples/lab")]

from capture import Capture, pack  # noqa: E402
from catalogue import load  # noqa: E402
from nats import version_of  # noqa: E402
from netlab import Lab  # noqa: E402
from network import FOLDER, enter, probe  # noqa: E402
from processes import LabError  # noqa: E402


def parse_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("name", nargs="?")
    parser.add_argument("--probe", action="store_true", help="only try whether this kernel can do what scenarios need")
    parser.add_argument("--server", action="append", default=[], help="nats-server; twice for an upgrade")
    parser.add_argument("--collector")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--keep", type=Path, help="put the servers' folders and logs there")
    return parser.parse_args()


BUSY_MS = 45  # from 50 ms on a round trip can be a finding, and on one host only a machine out of breath takes so long
RTT = re.compile(rb'"rtt": ?"([0-9.]+)(ms|s)"')


def late_pings(capture):
    """Epochs in which a server tells of a round trip that no fault explains."""
    if {fault["fault"] for fault in capture.truth["faults"]} & {"slow", "stall", "freeze", "thaw"}:
        return
    for epoch in capture.epochs:
        for name, content in epoch.files.items():
            if "/routez" in name or "/gatewayz" in name:
                slowest = max((float(value) * (1 if unit == b"ms" else 1000) for value, unit in RTT.findall(content)),
                              default=0)
                if slowest >= BUSY_MS:
                    yield f"{epoch.folder}: {name.split('/')[0]} tells of a round trip of {slowest:.0f} ms"


def disturbances(capture):
    """What shows that this machine was too busy for the truth to hold: servers that did not answer though nothing was done
    to them, epochs that are missing, pings that took their time."""
    yield from late_pings(capture)
    silences = capture.truth["silences"]
    for epoch in capture.epochs:
        for target in epoch.unanswered():
            spans = silences.get(target, silences.get("*", []))
            if not any(epoch.ended >= since and (until is None or epoch.started <= until) for since, until in spans):
                yield f"{epoch.folder}: {target} did not answer"
    for one, other in zip(capture.epochs, capture.epochs[1:]):
        if other.started - one.started > 2.5 * capture.truth["interval_s"] and not capture.truth.get("gaps"):
            yield f"{one.folder}: no epoch for {other.started - one.started:.1f} s"


def record(arguments, scenario):
    versions = [".".join(map(str, version_of(server))) for server in arguments.server]
    parameters = scenario.draw(arguments.seed)
    lab = Lab(arguments.server, arguments.collector, arguments.seed)
    lab.truth.fields = {"scenario": scenario.name, "nats_server": "-".join(versions), "seed": arguments.seed,
                        "parameters": parameters, "interval_s": 1}
    try:
        scenario.run(lab, parameters)
        capture = lab.export()
        lab.truth.fields["clusters"] = {name: [m.name for m in members] for name, members in lab.clusters.items()}
        lab.truth.fields["declared"] = bool(lab.members)
        lab.truth.fields["silences"] = lab.truth.silences
        os.nice(15)  # to compress is heavy, and other laboratories keep time beside this one
        archive = arguments.out / f".{scenario.name}-{'-'.join(versions)}.tar.xz"
        pack(capture, lab.truth.text(), archive)
    finally:
        lab.close()
        if arguments.keep:
            shutil.copytree(FOLDER, arguments.keep / f"{scenario.name}-{'-'.join(versions)}", dirs_exist_ok=True,
                            ignore=shutil.ignore_patterns("capture", "store"))
    return archive


def main():
    arguments = parse_arguments()
    enter()
    if arguments.probe:
        probe()
        return
    scenario = load()[arguments.name]
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))
    arguments.out.mkdir(parents=True, exist_ok=True)
    archive = record(arguments, scenario)
    if wrong := list(disturbances(Capture(archive))):
        archive.unlink()
        raise LabError(f"disturbed, {len(wrong)} times, first {wrong[0]}")
    archive = archive.rename(archive.with_name(archive.name[1:]))
    print(f"{archive.name}: {archive.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    try:
        main()
    except LabError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
    except (OSError, ValueError, KeyError, StopIteration):
        traceback.print_exc()
        sys.exit(1)
