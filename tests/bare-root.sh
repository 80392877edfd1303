#!/usr/bin/env bash
# Proves both commands where nothing is installed: on a fresh minimal Debian 12, from a clone of what is committed, first
# from nothing, then once more without network. Needs root, debootstrap and git; no part of tests/run.sh.
#
#   tests/bare-root.sh DIR [COMMAND…]      default commands: samples/demo.sh tests/run.sh
#
# DIR keeps a pristine system as a tarball between runs, and the last run's system in DIR/root to look into.
set -euo pipefail

[ $# -ge 1 ] || { sed -n '2,/^set /{/^#/s/^# \{0,1\}//p}' "$0"; exit 2; }
source=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
commands=("$@")
[ $# -gt 0 ] || commands=(samples/demo.sh tests/run.sh)
bare=$dir/root

# Its own mount and process namespaces: /proc is gone with the last process, and what is left behind shows, and ends.
# Where Debian boots, or a container starts, the root is a mount of its own, without which tests could not make namespaces,
# and /dev/shm is in memory; on a disk, captures are graded ten times slower.
# It is the root of its mount namespace, not only of its processes, since who enters a namespace starts at that.
# shellcheck disable=SC2016
inside() {
  unshare --mount --pid --fork \
    sh -c 'mount --bind "$0" "$0" && mount -t proc proc "$0/proc" && mount -t tmpfs -o mode=1777 shm "$0/dev/shm" &&
      cd "$0" && pivot_root . mnt && umount -l /mnt && exec "$@"' \
    "$bare" "$@"
}
enter=(env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb bash -c)

# Runs a command in the clone and tells how it went, how long it took and what it left running.
# shellcheck disable=SC2016
script='cd /root/nats-recorder && began=$SECONDS status=0
"$0" || status=$?
left=
for entry in /proc/[0-9]*; do
  pid=${entry#/proc/}
  [ "$pid" = 1 ] || [ "$pid" = $$ ] || [ ! -r "$entry/cmdline" ] || left+=" $(tr "\0" " " <"$entry/cmdline" 2>/dev/null)"
done
echo "## $0: exit code $status, $((SECONDS - began)) s, left running:${left:- nothing}"
[ $status = 0 ] && [ -z "$left" ]'

if [ ! -f "$dir/pristine.tar" ]; then
  debootstrap --variant=minbase bookworm "$bare" ${MIRROR:+"$MIRROR"}
  tar -C "$bare" -cf "$dir/pristine.tar" .
fi
rm -rf "$bare"
mkdir "$bare"
tar -C "$bare" -xf "$dir/pristine.tar"
cp --dereference /etc/resolv.conf "$bare/etc/resolv.conf"
git clone --quiet --no-hardlinks "$source" "$bare/root/nats-recorder"

for command in "${commands[@]}"; do
  echo "## $command, from nothing"
  inside "${enter[@]}" "$script" "$command"
done
for command in "${commands[@]}"; do
  echo "## $command, without network"
  inside unshare --net -- sh -c 'ip link set lo up && exec "$@"' sh "${enter[@]}" "$script" "$command"
done
