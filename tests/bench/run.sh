#!/usr/bin/env bash
# Measures what the collector, the recording and the replay must reach and prints it as one table: name, figure, floor, ratio, target,
# met or NOT MET. The same as CSV goes to build/bench.csv. A quiet machine gives steadier times. Stores are written below
# TMPDIR, so its disk is the one that is measured. tests/bench/run.sh [--short | --month]
#
#   --short   a quarter of a day, without growth: ten times as quick, to see whether a change pays
#   --month   growth up to 30 days as well, generated anew
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
day=1440 lengths=(1 2 4 8) servers=27
case ${1:-} in
  '') ;;
  --short) day=384 lengths=() ;;
  --month) lengths+=(30) ;;
  *) echo "run.sh: unknown argument $1: see the head of $0" >&2; exit 2 ;;
esac

cmake --preset release >/dev/null
cmake --build --preset release --target collect_bench nats-collector store_bench replay_bench generate nats-analyzer >/dev/null
built=$root/build/release
csv=$root/build/bench.csv
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# generated EPOCHS: the path of a store with so many of them; tells how long making a month took.
generated() {
  local store=$scratch/$1.db began=$SECONDS took
  "$built/tests/generate" --store "$store" --servers "$servers" --epochs "$1" >/dev/null
  took=$((SECONDS - began))
  if [ "$1" = $((30 * 1440)) ]; then
    awk -v took="$took" 'BEGIN { printf "A month generated into a store (s),%d,600,%.2f,1,%s\n", took, took / 600,
                                 (took <= 600 ? "met" : "NOT MET") }'
  fi
}

measured() {
  local stores=() length eight=()
  echo "name,figure,floor,ratio,target,verdict"
  for length in "${lengths[@]}"; do
    generated $((length * 1440))
    stores+=("$length=$scratch/$((length * 1440)).db")
    [ "$length" != 8 ] || eight=("$scratch/$((length * 1440)).db")
  done
  "$built/tests/collect_bench" "$built/collector/nats-collector" "$scratch"
  "$built/tests/store_bench" "$scratch" "$day" "${eight[@]}"
  [ -e "$scratch/$day.db" ] || generated "$day"
  "$built/tests/replay_bench" "$scratch/$day.db" "$scratch" tests/bench/extract.py
  [ ${#stores[@]} = 0 ] || /usr/bin/python3 -B tests/bench/growth.py "$built/analyzer/nats-analyzer" "${stores[@]}"
}

measured | tee "$csv" | awk -F, '{ printf "%-54s %12s %12s %8s %10s  %s\n", $1, $2, $3, $4, $5, $6; fflush() }'
! grep -q "NOT MET" "$csv"
