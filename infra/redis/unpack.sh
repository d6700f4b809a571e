#!/bin/bash
# Gets the redis-server of this Debian or Ubuntu for somebody who is not root: apt-get downloads its packages and those
# that it needs, and checks their signatures; they are unpacked into a folder, and nothing is installed.
#   usage: unpack.sh TARGET      -> TARGET/redis-server, complete or not at all
set -euo pipefail

TARGET=$1
DRAFT=$TARGET.building
cleanup() { rm -rf "$DRAFT"; }
cleanup # left behind by a killed call
trap cleanup EXIT
mkdir -p "$DRAFT"/apt/{state,cache}
cd "$DRAFT"

apt() { # apt-get with lists and downloads of its own, which says what it did
  apt-get -qq -o Dir::State="$DRAFT/apt/state" -o Dir::Cache="$DRAFT/apt/cache" -o Dir::State::status=/var/lib/dpkg/status \
    -o Debug::NoLocking=true -o APT::Sandbox::User= -o Acquire::Languages=none \
    -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 -o Acquire::Retries=1 "$@" 2>&1
}
apt update || true # that one source of packages fails need not matter: the download decides
apt install -y --no-install-recommends --download-only --reinstall redis-server redis-tools

for package in apt/cache/archives/*.deb; do dpkg-deb -x "$package" .; done
rm -rf apt
cat >redis-server <<'END'
#!/bin/sh
here=$(dirname "$0")
for libraries in "$here"/usr/lib/*-linux-gnu*; do LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}; done
export LD_LIBRARY_PATH
exec "$here/usr/bin/redis-server" "$@"
END
chmod 755 redis-server
rm -rf "$TARGET"
mv "$DRAFT" "$TARGET"
