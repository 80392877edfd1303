#!/usr/bin/env bash
# Whatever happens to the host, a recording stays whole: power cuts at every sync, disks that refuse, flipped bits and cut
# files, and programs that are killed. All of it takes some minutes; tests/run.sh takes a share, in percent.
# tests/bench/durability.sh [SHARE] [SEED]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
share=${1:-100} seed=${2:-$RANDOM}
if [ "$share" = 100 ]; then
  cmake --preset ci >/dev/null
  cmake --build --preset ci --target power_cut refusals damage generate nats-collector >/dev/null
fi
export NATSREC_BUILT=${NATSREC_BUILT:-$root/build/ci}
built=$NATSREC_BUILT/tests

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
xz -dc tests/stores/version-1.db.xz >"$scratch/version-1.db"

"$built/power_cut" "$share" "$seed" "$scratch/version-1.db"
"$built/refusals" "$share" "$seed"
"$built/damage" $((2000 * share / 100)) "$seed"
/usr/bin/python3 -B tests/bench/kill9.py $((500 * share / 100)) "$seed"
