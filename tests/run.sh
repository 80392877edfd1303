#!/usr/bin/env bash
# Everything that must hold before a change is merged, from a fresh clone on Debian 12: tests/run.sh [--all]
#
# Installs missing packages with apt-get (as root or through sudo); once they are there it needs no network. Nothing is
# skipped in silence: a tool that is missing is installed, or the run fails. Ends with a line "N passed, N failed" that
# counts stages, unit tests and end-to-end tests.
#
#   --all            as CI does: faults recorded live as well (ten minutes, as root or through sudo), reports in a browser,
#                    the unit tests under sanitizers, and clang-tidy. Without them a first run on two cores stays under ten minutes
#   NATS_SERVER=…    the nats-server to test against, instead of Debian's
#   NATSREC_NEWER=…  a newer one to test against too; if unset, it is built with go where there is a go and a network
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
build=$root/build
. "$root/samples/lab/setup.sh"
cd "$root"

all=
case ${1:-} in
  '') ;;
  --all) all=yes ;;
  -h | --help) sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 0 ;;
  *) echo "run.sh: unknown argument $1: see --help" >&2; exit 2 ;;
esac

scratch=$(mktemp -d)
declare -A beside_pid beside_began
leave() {
  local pid
  for pid in "${beside_pid[@]}"; do kill -TERM -- "-$pid" 2>/dev/null || :; done
  rm -rf "$scratch"
}
trap leave EXIT
passed=0 failed=0
failures=()

# told NAME SECONDS STATUS: tells how a stage ended, and counts it.
told() {
  if [ "$3" = 0 ]; then
    passed=$((passed + 1))
    printf '   %s: ok, %d s\n' "$1" "$2"
  else
    failed=$((failed + 1)) failures+=("$1")
    printf '   %s: FAILED, %d s\n' "$1" "$2"
  fi
}

# stage NAME COMMAND…: runs it and goes on if it failed.
stage() {
  local name=$1 began=$SECONDS status=0
  shift
  printf '\n== %s\n' "$name"
  run "$@" || status=$?
  told "$name" $((SECONDS - began)) "$status"
}

# beside NAME COMMAND…: starts a stage next to others; stage_beside NAME waits for it, and shows what it said. What works
# next to one that must not be late does so nicely COMMAND…
beside() {
  local said=$scratch/beside.$1
  beside_began[$1]=$SECONDS
  set -m
  { "${@:2}" && echo $SECONDS >"$said.ended"; } >"$said" 2>&1 </dev/null &
  beside_pid[$1]=$!
  set +m
}
stage_beside() {
  local status=0 said=$scratch/beside.$1 began=${beside_began[$1]}
  printf '\n== %s (begun %d s ago)\n' "$1" $((SECONDS - began))
  wait "${beside_pid[$1]}" || status=$?
  unset "beside_pid[$1]"
  cat "$said"
  told "$1" $(($(cat "$said.ended" 2>/dev/null || echo $SECONDS) - began)) "$status"
}

nicely() {
  renice -n 10 "$BASHPID" >/dev/null
  "$@"
}

# count FILE: adds the "passed failed" that a stage left there; a stage that left none has told enough by failing.
count() {
  local ok bad
  if [ -s "$1" ] && read -r ok bad <"$1"; then passed=$((passed + ok)) failed=$((failed + bad)); fi
}

finish() {
  printf '\n%d s' $SECONDS
  [ ${#failures[@]} = 0 ] || printf ', failed: %s' "${failures[*]}"
  printf '\n%d passed, %d failed\n' $passed $failed
  [ $failed = 0 ]
  exit
}

sources() {
  find collector analyzer schema tests -name '*.[ch]pp' | sort
}
scripts() {
  find samples tests .ci \( -name '*.sh' -o -path .ci/run \) | sort
}

# build_preset PRESET TARGET OPTION…
build_preset() {
  cmake --preset "$1" "${@:3}" >"$build/configure.log" 2>&1 || { tail -n 20 "$build/configure.log"; return 1; }
  cmake --build --preset "$1" --target "$2"
}

as_released=(-DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON '-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -DNDEBUG')

# catch_tests PRESET PROGRAM: leaves the counts in the scratch folder's PRESET.PROGRAM.count.
catch_tests() {
  local preset=$1 program=$2 status=0
  "build/$preset/tests/$program" >"$scratch/unit" 2>&1 || status=$?
  # Catch2 says "All tests passed (9 assertions in 3 test cases)" or "test cases: 3 | 2 passed | 1 failed".
  sed -nE 's/^All tests passed \(.* in ([0-9]+) test cases?\)$/\1 0/p
           s/^test cases: .*\| *([0-9]+) passed \| *([0-9]+) failed.*$/\1 \2/p
           s/^test cases: *([0-9]+) \| *([0-9]+) failed$/0 \2/p' "$scratch/unit" >"$scratch/$preset.$program.count"
  if [ "$status" != 0 ]; then cat "$scratch/unit"; else tail -n 2 "$scratch/unit"; fi
  return "$status"
}

# Warnings are the ci build's business: under sanitizers GCC 12 warns of uninitialised memory in its own std::regex.
sanitized() {
  build_preset "$1" "$2" -DNATSREC_WERROR=OFF && catch_tests "$1" "$2"
}

format() {
  sources | xargs clang-format-14 --dry-run -Werror
}
shell_scripts() {
  scripts | xargs shellcheck --severity warning -x
}

# The newest nats-server speaks of more than Debian's: pooled routes, other health errors. It comes from source, so only
# where there is a go; elsewhere the tests against Debian's server have to do, and the run says so.
newer_version=v2.14.5
newer_server() {
  local folder=$build/nats-servers/$newer_version module=github.com/nats-io/nats-server/v2@$newer_version
  if [ ! -x "$folder/nats-server" ]; then
    timeout 20 go list -m "$module" >/dev/null 2>&1 || { echo "No network for go: $module cannot be had"; return 1; }
    GOBIN=$folder timeout 400 go install "$module"
  fi
}
choose_servers() {
  need_nats_server
  servers=$NATS_SERVER
  if [ -z "${NATSREC_NEWER:-}" ] && [ -x "$(command -v go)" ] && run newer_server; then
    NATSREC_NEWER=$build/nats-servers/$newer_version/nats-server
  fi
  [ -z "${NATSREC_NEWER:-}" ] || servers+=:$NATSREC_NEWER
  local server
  for server in ${servers//:/ }; do echo "Testing against $("$server" --version) ($server)"; done
  [ -n "${NATSREC_NEWER:-}" ] || echo "Not tested: newer servers, for want of go or network (NATSREC_NEWER=/path/to/nats-server)"
}

# The units in samples/, with the program that was built: no mistake in them, and little that a break-in could use.
systemd_units() {
  local unit
  mkdir "$scratch/units"
  for unit in samples/systemd/*; do
    sed "s|/usr/local/bin/|$build/ci/collector/|" "$unit" >"$scratch/units/${unit##*/}"
  done
  systemd-analyze verify --man=no "$scratch"/units/* || return 1
  for unit in "$scratch"/units/*.service; do
    systemd-analyze security --offline=yes --threshold=15 --no-pager "$unit" | tail -n 1
  done
}

end_to_end() {
  NATSREC_BUILT=$build/ci NATSREC_SERVERS=$servers /usr/bin/python3 -B tests/e2e/run.py "$scratch/e2e.count" tests/e2e
}
# The report as a reader meets it, in Debian's Chromium: a large package, so only with --all.
browser() {
  NATSREC_BUILT=$build/ci /usr/bin/python3 -B tests/e2e/run.py "$scratch/browser.count" tests/browser
}

# Python's unittest says "Ran 29 tests in 0.1s", then OK or FAILED.
scenario_tests() {
  local test
  for test in tests/scenarios/*_test.py tests/scenarios/derive/*_test.py; do
    echo "$test"
    /usr/bin/python3 -B "$test" 2>&1 | tail -n 30 || return 1
  done
}
# A share of what tests/bench/oracle.sh goes through; the same histories every time.
oracle() {
  build/ci/tests/oracle --share 2 --random 20000 --seed 1
}
# The same moments every time; tests/bench/durability.sh takes all of them.
durability() {
  NATSREC_BUILT=$build/ci tests/bench/durability.sh 4 1
}
# Real faults with known truth, each seen every 1, 10 and 60 s.
grade() {
  NATSREC_BUILT=$build/ci /usr/bin/python3 -B tests/scenarios/grade
}

# The same faults anew, on the servers at hand: as many as fit into ten minutes, other ones with every commit. Few at a
# time, since laboratories out of breath tell of slow round trips.
live() {
  local seed
  seed=$((16#$(git rev-parse --short HEAD 2>/dev/null || date +%Y%m%d)))
  as_root rm -rf "$build/live"
  as_root env NATSREC_BUILT="$build/ci" /usr/bin/python3 -B tests/scenarios/grade --seed "$seed" --minutes 9 \
    --laboratories $((3 * $(nproc))) --captures "$build/live" --versions ${servers//:/ }
}

echo "== Packages and servers"
need_packages "${build_packages[@]}" "${lab_packages[@]}" "${scenario_packages[@]}" clang-format-14 shellcheck sqlite3
[ -z "$all" ] || need_packages clang-tidy-14 systemd "${browser_packages[@]}"
choose_servers

mkdir -p "$build"
stage "Format of sources" format
stage "Shell scripts" shell_scripts
# What is built in little time has some warnings that GCC makes up.
stage "Build, warnings are errors" build_preset ci all ${all:+"${as_released[@]}"}
stage "Unit tests" catch_tests ci unit_tests
count "$scratch/ci.unit_tests.count"
beside "End to end, on real servers" end_to_end
beside "Power cuts, full disks, damage and kills" nicely durability
stage "The detection rules worked out apart, on made-up histories" nicely oracle
stage "Properties of random histories" nicely catch_tests ci properties
count "$scratch/ci.properties.count"
stage "Tests of the proving ground" nicely scenario_tests
stage_beside "Power cuts, full disks, damage and kills"
stage "Captures of real faults, graded" nicely grade
stage_beside "End to end, on real servers"
count "$scratch/e2e.count"
if [ -n "$all" ]; then
  stage "Units for systemd" systemd_units
  beside "Faults live, graded" live
  stage "Reports in a browser" nicely browser
  count "$scratch/browser.count"
  stage "Unit tests under address and undefined-behaviour sanitizers" nicely sanitized asan unit_tests
  count "$scratch/asan.unit_tests.count"
  # Only a replay has more than one thread.
  stage "Tests of the replay under the thread sanitizer" nicely sanitized tsan thread_tests
  count "$scratch/tsan.thread_tests.count"
  stage "clang-tidy" nicely /usr/bin/python3 -B tests/tidy.py "$build/ci"
  stage_beside "Faults live, graded"
fi
finish
