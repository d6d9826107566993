#!/usr/bin/env bash
# Times the first build from a clean clone of what is committed, and writes .build/figures/bench-build.json.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
need_swift
cd "$(project_root)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
say "cloning and building afresh"
git clone -q . "$work/clone"
started=$SECONDS
make -C "$work/clone" build >&2
seconds=$((SECONDS - started))
holds=$([ "$seconds" -le 600 ] && echo true || echo false)
mkdir -p .build/figures
printf '[{"figure": "first build from a clean clone", "value": %d, "unit": "s", "floor": "<= 600", "holds": %s}]\n' \
  "$seconds" "$holds" | tee .build/figures/bench-build.json
[ "$holds" = true ]
