#!/usr/bin/env bash
# k8s/image/build.sh job|gpu|page|gateway|watch NAME:TAG  builds that image from what mvn package left. ENGINE: docker, or one with its commands.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ $# -ne 2 ]; then
  sed -n 2p "$0" >&2
  exit 2
fi
case $1 in
  job) file=$here/Dockerfile ;;
  *) file=$here/$1.Dockerfile ;;
esac
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
node "$here/assemble.mjs" "$1" "$context"
"${ENGINE:-docker}" build -t "$2" -f "$file" "$context"
