#!/usr/bin/env bash
# The whole oracle, of which tests/run.sh takes a share: every history of the three small families and a million random
# ones of four servers. Prints what it took. tests/bench/oracle.sh [SEED]
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"
seed=${1:-$RANDOM}
cmake --preset ci >/dev/null
cmake --build --preset ci --target oracle
echo "Seed $seed"
time build/ci/tests/oracle --share 100 --random 1000000 --seed "$seed"
