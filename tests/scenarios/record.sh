#!/usr/bin/env bash
# Records the scenarios anew, on real nats-servers in network namespaces. As root.
#
#   tests/scenarios/record.sh [--seed N] [--only NAME…] [--minutes N] [--versions SERIES=PATH…] [--jobs N] [--out DIR]
#                             [--keep DIR] [--list]
#     --seed N       what is left to chance: which server or link, how long, how many (0, the committed captures)
#     --minutes N    as many as are over in that time, in an order that the seed draws; the others are named
#     --versions     nats-servers by series, as in 2.9=/usr/sbin/nats-server 2.14=/opt/nats-server. Without it: Debian's,
#                    those in NATSREC_NEWER (paths separated by colons) and those that tests/run.sh has built. A scenario
#                    that needs another is left out, and the script says so
#     --jobs N       laboratories at a time: they mostly wait (4 for each processor)
#     --out DIR      where the archives go (samples/captures/scenarios)
#     --keep DIR     keep the servers' logs there
#     --list         say what would be recorded
# The collector is that of NATSREC_BUILT (build/ci).
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$root/build
. "$root/samples/lab/setup.sh"
case ${1:-} in -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}"; exit 0 ;; esac

need_packages "${lab_packages[@]}" "${scenario_packages[@]}"
versions=()
case " $* " in
  *" --versions "*) ;;
  *)
    need_nats_server
    versions=(--versions "$NATS_SERVER")
    IFS=: read -ra newer <<<"${NATSREC_NEWER:-}"
    for server in "$build"/nats-servers/*/nats-server "${newer[@]}"; do
      if [ -x "$server" ]; then versions+=("$server"); fi
    done
    ;;
esac
run /usr/bin/python3 -B "$root/tests/scenarios/record.py" "$@" "${versions[@]}"
