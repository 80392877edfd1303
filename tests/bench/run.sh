#!/usr/bin/env bash
# Measures what the store must reach and prints it as one table: name, figure, floor, ratio, target, met or NOT MET.
# The same as CSV goes to build/bench.csv. Takes some minutes; a quiet machine gives steadier times. Stores are written
# below TMPDIR, so its disk is the one that is measured. tests/bench/run.sh [EPOCHS [STORE OF 8 DAYS]]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
cmake --preset ci >/dev/null
cmake --build --preset ci --target store_bench >/dev/null
csv=build/bench.csv
{
  echo "name,figure,floor,ratio,target,verdict"
  build/ci/tests/store_bench "${TMPDIR:-/tmp}" "${1:-1440}" "${@:2}"
} | tee "$csv" | awk -F, '{ printf "%-48s %10s %10s %8s %8s  %s\n", $1, $2, $3, $4, $5, $6; fflush() }'
! grep -q "NOT MET" "$csv"
