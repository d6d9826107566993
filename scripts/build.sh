#!/usr/bin/env bash
# Builds everything in the one configuration the project has, release, so that the demo and the tests share a build.
#
#   scripts/build.sh            the programs
#   scripts/build.sh --tests    the tests as well
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

need_swift
cd "$(project_root)"
options=(-c release)
[ "${1:-}" != --tests ] || options+=(--build-tests)
[ -d .build/checkouts ] || say "first build: fetches and compiles the libraries too, some minutes on two cores"
started=$SECONDS
swift build "${options[@]}" </dev/null
note "built in $((SECONDS - started)) s"
