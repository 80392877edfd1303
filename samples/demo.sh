#!/usr/bin/env bash
# Real faults on real servers, recorded and explained: builds the two programs, starts two clusters of three
# nats-servers on loopback, records them while things break, and prints what the recording says happened.
#
#   samples/demo.sh [--out DIR] [--built DIR] [--keep]
#     --out DIR     where recording and reports go (build/demo)
#     --built DIR   use the programs of this build folder instead of building them
#     --keep        keep the servers' folders and logs, and say where
#   NATS_SERVER=/path/to/nats-server   use this server instead of Debian's
#
# Installs missing packages with apt-get (as root or through sudo); needs neither network nor privileges once they are
# there. Leaves no process behind.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
. "$root/samples/lab/setup.sh"

usage() {
  sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"
}

out=$build/demo built='' keep=()
while [ $# -gt 0 ]; do
  case $1 in
    --out | --built)
      [ $# -ge 2 ] || { echo "demo.sh: $1 needs a folder" >&2; exit 2; }
      declare "${1#--}=$2"
      shift 2
      ;;
    --keep) keep=(--keep); shift ;;
    -h | --help) usage; exit 0 ;;
    *) echo "demo.sh: unknown argument $1: see --help" >&2; exit 2 ;;
  esac
done

if [ -n "$built" ]; then need_packages "${lab_packages[@]}"; else need_packages "${build_packages[@]}" "${lab_packages[@]}"; fi
need_nats_server
if [ -z "$built" ]; then
  built=$build/release
  echo "Building nats-collector and nats-analyzer in $built"
  mkdir -p "$build"
  run env -C "$root" cmake --preset release >"$build/configure.log" 2>&1 ||
    { tail -n 20 "$build/configure.log" >&2; fail "cmake could not configure the build: see $build/configure.log"; }
  run cmake --build "$built" --target nats-collector nats-analyzer || fail "The build failed: see above"
fi

# From here on everything is a child of this one process, which ends what it started.
exec /usr/bin/python3 -B "$root/samples/lab/demo.py" --built "$built" --out "$out" --nats-server "$NATS_SERVER" "${keep[@]}"
