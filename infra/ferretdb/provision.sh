#!/bin/bash
# Builds a MongoDB-compatible server from packages, for machines where mongod itself cannot be had:
# FerretDB (from Go modules) as gateway, and PostgreSQL with the DocumentDB extension (from Debian) in a root of its own.
#   usage: provision.sh CACHE      -> CACHE/root-forky-pg18/, CACHE/ferretdb-v2.7.0/ferretdb
# Needs root, Go 1.25 or newer, apt. What is there is kept; each part appears complete or not at all; two calls at once
# build once. Prints a line for each step; details go to CACHE/*.log.
set -euo pipefail

CACHE=$(realpath -m "$1")
SUITE=forky
ROOT=$CACHE/root-$SUITE-pg18
FERRETDB=v2.7.0
GATEWAY=$CACHE/ferretdb-$FERRETDB

mkdir -p "$CACHE"
# Children inherit the lock: a build whose script was killed keeps it until its last program has ended.
exec 9>"$CACHE/.lock"
flock 9
cleanup() { rm -rf "$CACHE"/*.building; }
cleanup   # left behind by a killed build
trap cleanup EXIT

fail() { # fail STEP LOG: names the step, and gives the end of the log on stderr, where its cause is looked for
  echo "$1"
  tail -n 200 "$2" >&2
  exit 1
}

build_gateway() {
  GOTOOLCHAIN=local GOBIN="$GATEWAY.building" go install -trimpath -ldflags='-s -w' \
    "github.com/FerretDB/FerretDB/v2/cmd/ferretdb@$FERRETDB" >"$CACHE/gateway.log" 2>&1 &&
    mv "$GATEWAY.building" "$GATEWAY"
}

build_root() {
  if ! command -v mmdebstrap >/dev/null; then
    { apt-get update -qq; apt-get install -y -qq --no-install-recommends mmdebstrap; } >"$CACHE/root.log" 2>&1 || return
  fi
  # In a mount namespace of its own: whatever happens, no mount is left in the folder.
  # Documentation is left out, and so is the database cluster that the package makes.
  unshare -m --propagation private mmdebstrap --quiet --mode=root --variant=apt --include=postgresql-18-documentdb \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/lib/postgresql/18' \
    --customize-hook='mkdir -p "$1"/data "$1"/sock' \
    "$SUITE" "$ROOT.building" >"$CACHE/root.log" 2>&1 &&
    mv "$ROOT.building" "$ROOT"
}

gateway_job=
if [ ! -x "$GATEWAY/ferretdb" ]; then
  echo "building FerretDB $FERRETDB with Go"
  build_gateway & gateway_job=$!
fi
if [ ! -d "$ROOT" ]; then
  echo "installing PostgreSQL 18 with DocumentDB from Debian $SUITE"
  if ! build_root; then
    [ -z "$gateway_job" ] || wait "$gateway_job" || true
    fail 'PostgreSQL with DocumentDB could not be installed' "$CACHE/root.log"
  fi
fi
[ -z "$gateway_job" ] || wait "$gateway_job" || fail 'FerretDB could not be built' "$CACHE/gateway.log"
