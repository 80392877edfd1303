#!/usr/bin/python3
"""Makes captures of others, for what real servers cannot do on one host: make.py [--captures DIR] [--out DIR] [--of NAME…]

Reads what its recipes need from DIR (samples/captures/scenarios) and puts what it makes beside it. --of: only from these
scenarios. record.sh does that after each recording.
"""

import argparse
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parent / "lab")]

import clock_off  # noqa: E402
import declared  # noqa: E402
import ten_clusters  # noqa: E402
from capture import Capture  # noqa: E402

ON = ("2.9.", "2.14.")  # what the source scenarios show of other versions, they show themselves


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--captures", type=Path, default=HERE.parents[2] / "samples/captures/scenarios")
    parser.add_argument("--out", type=Path)
    parser.add_argument("--of", nargs="+", metavar="NAME")
    arguments = parser.parse_args()
    for recipe in (clock_off, declared, ten_clusters):
        if arguments.of and recipe.SOURCE not in arguments.of:
            continue
        sources = sorted(arguments.captures.glob(f"{recipe.SOURCE}-*.tar.xz"))
        if not sources:
            print(f"{recipe.SOURCE} is not in {arguments.captures}: nothing derived from it")
        for source in sources:
            capture = Capture(source)
            if not capture.truth["nats_server"].startswith(ON):
                continue
            archive = recipe.make(capture, arguments.out or arguments.captures)
            print(f"{archive.name}: {archive.stat().st_size // 1024} KiB, from {source.name}")


if __name__ == "__main__":
    main()
