#!/bin/sh
# Starts a server of aquasurf's own; the server takes this script's place: same process, same pid.
#   usage: serve.sh LOCK PROGRAM [ARGUMENT]...
# What it writes is for its owner only. The kernel keeps the lock on the file LOCK ('' for none) until the server and
# all of its children have ended; where another server holds it, this one does not start.
set -eu
umask 077
lock=$1
shift
if [ -n "$lock" ]; then
  exec 9>>"$lock"
  (PATH="$PATH:/usr/bin:/bin"; flock -n 9) || { echo "another server works on these data: $lock is locked"; exit 75; }
fi
exec "$@"
