# shellcheck shell=bash disable=SC2034,SC2154
# What samples/demo.sh and tests/run.sh share: packages, the nats-server, and children that end with the script.
# They source it with $root and $build set. When nothing is missing it needs neither network nor privileges.

build_packages=(g++ cmake ninja-build pkg-config libcurl4-openssl-dev libsqlite3-dev libsqlitecpp-dev
  libhowardhinnant-date-dev libfmt-dev libsimdjson-dev libtomlplusplus-dev nlohmann-json3-dev libzstd-dev
  libxxhash-dev libc-ares-dev libnats-dev libsystemd-dev libcli11-dev libcereal-dev catch2)
# The laboratory is Python; setpriv ends children together with their parent; ss cuts connections.
lab_packages=(python3 util-linux iproute2)
# The proving ground cuts links between network namespaces; its captures are packed with xz. Members that come and go are
# told by a real name server.
scenario_packages=(nftables mount openssl xz-utils dnsmasq-base)
# Reports are looked at in a browser, their print is read back, tables are opened in a spreadsheet, and parsers that are not
# ours read the other outputs.
browser_packages=(chromium poppler-utils libreoffice-calc-nogui python3-jsonschema python3-prometheus-client)

fail() {
  printf '%s\n' "$*" >&2
  exit 1
}

# run COMMAND…: as a process group of its own, so that a signal to the script alone ends what the command started too.
child=
run() {
  local status=0
  set -m
  "$@" </dev/null &
  child=$!
  set +m
  wait "$child" || status=$?
  child=
  return "$status"
}
stop() {
  if [ -n "$child" ]; then
    kill -TERM -- "-$child" 2>/dev/null || true
    wait "$child" || true
  fi
  exit "$1"
}
trap 'stop 130' INT
trap 'stop 143' TERM
trap 'stop 129' HUP

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o Dpkg::Use-Pty=0 "$@" >>"$build/apt.log" 2>&1
}

# need_packages NAME…: says what it installs, or why it cannot.
need_packages() {
  local missing=() package
  for package; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  echo "Installing with apt-get, which can take minutes: ${missing[*]}"
  command -v apt-get >/dev/null || fail "There is no apt-get here: install what these Debian 12 packages hold: ${missing[*]}"
  [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
    fail "Packages are missing and there is no sudo: as root, run apt-get install ${missing[*]}"
  mkdir -p "$build"
  : >"$build/apt.log"
  # Package lists may be absent or stale; new ones are fetched only if it does not work with those that are there.
  apt install --no-install-recommends "${missing[@]}" ||
    { apt update && apt install --no-install-recommends "${missing[@]}"; } ||
    { tail -n 20 "$build/apt.log" >&2; fail "apt-get could not install ${missing[*]}: see $build/apt.log"; }
}

# Sets NATS_SERVER to the path of the server to run: the one it already names, else Debian's.
need_nats_server() {
  local PATH=$PATH:/usr/sbin systemd=
  if [ -n "${NATS_SERVER:-}" ]; then
    NATS_SERVER=$(command -v -- "$NATS_SERVER") || fail "NATS_SERVER names no program: set it to the path of a nats-server"
    return
  fi
  if ! command -v nats-server >/dev/null; then
    # Only the program is wanted: without the mask the package starts a server on port 4222, now and at every boot.
    [ -d /run/systemd/system ] && systemd=yes && as_root systemctl --quiet mask --runtime nats-server.service
    need_packages nats-server
    if [ -n "$systemd" ]; then
      as_root systemctl --quiet disable nats-server.service 2>>"$build/apt.log"
      as_root systemctl --quiet unmask --runtime nats-server.service
    fi
  fi
  NATS_SERVER=$(command -v nats-server)
}
