#!/usr/bin/env bash
# Measures what the facts must reach and prints it as rows like tests/bench/run.sh: name, figure, floor, ratio, target, met or NOT MET.
# tests/bench/facts.sh [DAYS…] generates a recording of 27 servers for each number of days (default 1 2 4 8) below TMPDIR; the last one is
# the one that is measured against a full replay. 30 is the corpus of the targets, and takes its time.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
cmake --preset release >/dev/null
cmake --build --preset release --target nats-analyzer generate facts_bench >/dev/null
build/release/tests/facts_bench
exec /usr/bin/python3 -B tests/bench/facts.py "${@:-1}"
