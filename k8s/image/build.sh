#!/usr/bin/env bash
# k8s/image/build.sh job|gpu|page|gateway|watch NAME:TAG [MODELS]  builds that image from what mvn package left, and for job and gpu the folder of MODELS. ENGINE: docker, or one with its commands.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
if [ $# -lt 2 ] || [ $# -gt 3 ]; then
  sed -n 2p "$0" >&2
  exit 2
fi
case $1 in
  job) file=$here/Dockerfile ;;
  *) file=$here/$1.Dockerfile ;;
esac
context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
node "$here/assemble.mjs" "$1" "$context" ${3+"$3"}
"${ENGINE:-docker}" build -t "$2" -f "$file" "$context"
