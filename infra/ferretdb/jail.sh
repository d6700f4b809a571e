#!/bin/bash
# Runs a program of the root that provision.sh built, as an account that owns nothing else on this machine.
#   usage: jail.sh ROOT FOLDER GATEWAY ACCOUNT PROGRAM [ARGUMENT]...
# ACCOUNT is a name in FOLDER/passwd. In there FOLDER/pg is /data, FOLDER/sock is /sock, FOLDER/gateway is /srv, and
# GATEWAY, the folder of FerretDB, is /opt. No processes of the machine are seen (no /proc), no right can be gained
# again, and only `gateway` has a network. The mounts live in a namespace of their own and end with the program, which
# takes this script's place: same process, same pid, so that it can be signalled.
set -euo pipefail
case $4 in
  gateway) namespaces=(-m) ;;
  *) namespaces=(-m -n) ;;
esac
exec unshare "${namespaces[@]}" --propagation private bash -euc '
  root=$1 folder=$2 gateway=$3 account=$4
  shift 4
  mount --bind "$folder/pg" "$root/data"
  mount --bind "$folder/sock" "$root/sock"
  mount --bind "$folder/gateway" "$root/srv"
  mount --bind "$gateway" "$root/opt"
  mount --bind "$folder/passwd" "$root/etc/passwd"
  for node in null urandom; do
    [ -e "$root/dev/$node" ] || : >"$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
  done
  IFS=: read -r _ _ uid gid _ home _ < <(grep "^$account:" "$folder/passwd")
  exec chroot "$root" setpriv --reuid "$uid" --regid "$gid" --clear-groups \
    --no-new-privs --inh-caps=-all --bounding-set=-all \
    env -i -C "$home" PATH=/usr/bin:/bin LANG=C.UTF-8 "$@"' jail "$@"
