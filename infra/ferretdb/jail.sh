#!/bin/bash
# Runs a program of the root that provision.sh built, as user postgres.
#   usage: jail.sh ROOT DATA PROGRAM [ARGUMENT]...
# In there DATA/pg is /data and DATA/sock is /sock. The mounts live in a namespace of their own and end with the
# program, which takes this script's place: same process, same pid, so that it can be signalled.
set -euo pipefail
exec unshare -m --propagation private bash -euc '
  root=$1 data=$2
  shift 2
  mount --bind "$data/pg" "$root/data"
  mount --bind "$data/sock" "$root/sock"
  mount --bind /dev "$root/dev"
  mount -t proc proc "$root/proc"
  exec chroot --userspec=postgres:postgres "$root" "$@"' jail "$@"
