#!/bin/bash
# Builds a MongoDB-compatible server from packages, for machines where mongod itself cannot be had:
# FerretDB (from Go modules) as gateway, and PostgreSQL with the DocumentDB extension (from Debian) in a root of its own.
#   usage: provision.sh CACHE      -> CACHE/root-forky-pg18/, CACHE/ferretdb-v2.7.0/ferretdb
# Needs root and apt; where there is no Go 1.25, one comes from the Go module proxy (GOPROXY). What is there is kept; each
# part appears complete or not at all; two calls at once build once. Prints a line for each step; what the programs say
# goes to stderr, shortened, and to no file: the disk may be full.
set -euo pipefail
umask 022  # what is built runs under accounts of its own

CACHE=$(realpath -m "$1")
SUITE=forky
ROOT=$CACHE/root-$SUITE-pg18
FERRETDB=v2.7.0
GATEWAY=$CACHE/ferretdb-$FERRETDB
GO=go1.26.8
GO_FOLDER=$CACHE/go.building
declare -A GO_SUMS=( # of the module golang.org/toolchain
  [amd64]=30c2b1bf7dcc88d3eb0a1364e47ddd9128edb3110a30e8a0ef61cd5856b31de7
  [arm64]=02b36b6787b3ac767668f630e2998df45a3b1f9ffee08d1bf3ef6487cd658d99
)
APT_OPTIONS=(-o APT::Sandbox::User= -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o Acquire::Retries=1)

mkdir -p "$CACHE"
# Children inherit the lock: a build whose script was killed keeps it until its last program has ended.
exec 9>"$CACHE/.lock"
flock 9
cleanup() { rm -rf "$CACHE"/*.building; }
cleanup   # left behind by a killed build
trap cleanup EXIT

shortened() { tail -n 200 >&2 || true; } # a build goes on when the one who started it was killed
fail() {
  echo "$1"
  exit 1
}

# What the steps below need from Debian.
install_tools() {
  local packages=()
  command -v mmdebstrap >/dev/null || packages+=(mmdebstrap)
  [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || packages+=(debian-archive-keyring) # Ubuntu
  [ -e /etc/ssl/certs/ca-certificates.crt ] || packages+=(ca-certificates)
  has_go || command -v unzip >/dev/null || packages+=(unzip)
  [ ${#packages[@]} -eq 0 ] || { apt-get update -qq; apt-get install -y -qq --no-install-recommends "${packages[@]}"; }
}

has_go() { # FerretDB needs Go 1.25
  [[ $(GOTOOLCHAIN=local go env GOVERSION 2>/dev/null) =~ ^go1\.([0-9]+) ]] && [ "${BASH_REMATCH[1]}" -ge 25 ]
}

# Where Go is missing or too old: the toolchain as the go command itself would get it, for this one build.
download_go() {
  local arch sum proxy file
  arch=$(dpkg --print-architecture)
  sum=${GO_SUMS[$arch]:?there is no Go for $arch}
  mkdir -p "$GO_FOLDER"
  for proxy in $(tr ',|' '  ' <<<"${GOPROXY:-https://proxy.golang.org}"); do
    [[ $proxy == *://* ]] || continue # "direct" and "off" are no places
    file=golang.org/toolchain/@v/v0.0.1-$GO.linux-$arch.zip
    /usr/lib/apt/apt-helper "${APT_OPTIONS[@]}" download-file "$proxy/$file" "$GO_FOLDER/go.zip" "SHA256:$sum" || continue
    # A module has no go.mod below its root; like the go command, give the toolchain its own back.
    unzip -q "$GO_FOLDER/go.zip" -d "$GO_FOLDER" && mv "$GO_FOLDER"/golang.org/toolchain@* "$GO_FOLDER/go" &&
      cp "$GO_FOLDER"/go/src/{_go.mod,go.mod} && cp "$GO_FOLDER"/go/src/cmd/{_go.mod,go.mod}
    return
  done
  return 1
}

build_gateway() (
  if ! has_go; then
    download_go 2>&1 | shortened || exit
    export PATH="$GO_FOLDER/go/bin:$PATH" GOPATH="$GO_FOLDER/path" GOCACHE="$GO_FOLDER/cache"
  fi
  GOTOOLCHAIN=local GOBIN="$GATEWAY.building" go install -trimpath -ldflags='-s -w' \
    "github.com/FerretDB/FerretDB/v2/cmd/ferretdb@$FERRETDB" 2>&1 | shortened &&
    mv "$GATEWAY.building" "$GATEWAY"
)

build_root() {
  # In a mount namespace of its own: whatever happens, no mount is left in the folder.
  # Documentation is left out, and so is the database cluster that the package makes.
  unshare -m --propagation private mmdebstrap --quiet --mode=root --variant=apt --include=postgresql-18-documentdb \
    --aptopt='Acquire::Check-Valid-Until "false"' \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/lib/postgresql/18' \
    --customize-hook='mkdir -p "$1"/data "$1"/sock' \
    "$SUITE" "$ROOT.building" 2>&1 | shortened &&
    mv "$ROOT.building" "$ROOT"
}

install_tools 2>&1 | shortened || fail 'the tools to build FerretDB could not be installed'
gateway_job=
if [ ! -x "$GATEWAY/ferretdb" ]; then
  has_go && with=Go || with="$GO from the module proxy"
  echo "building FerretDB $FERRETDB with $with"
  build_gateway & gateway_job=$!
fi
if [ ! -d "$ROOT" ]; then
  echo "installing PostgreSQL 18 with DocumentDB from Debian $SUITE"
  if ! build_root; then
    [ -z "$gateway_job" ] || wait "$gateway_job" || true
    fail 'PostgreSQL with DocumentDB could not be installed'
  fi
fi
[ -z "$gateway_job" ] || wait "$gateway_job" || fail 'FerretDB could not be built'
