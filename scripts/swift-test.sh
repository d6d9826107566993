#!/usr/bin/env bash
# Runs the built Swift tests.
#
#   scripts/swift-test.sh          all
#   scripts/swift-test.sh fast     all but the system suites whose name ends in Slow
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
need_swift
cd "$(project_root)"

options=(-c release --skip-build --disable-xctest)
[ "${1:-}" != fast ] || options+=(--skip '^SystemTests\..*Slow/')
EDGETWIN_BIN=$(swift build -c release --show-bin-path)
export EDGETWIN_BIN
exec swift test "${options[@]}" </dev/null
