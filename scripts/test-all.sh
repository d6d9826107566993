#!/usr/bin/env bash
# The full test: every part in turn, each with its time; all parts run even after one failed, and a table ends it.
set -uo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
trap - ERR
cd "$(project_root)" || exit 1

names=()
results=()
seconds=()
failed=0

# part NAME COMMAND...
part() {
  local name=$1 started=$SECONDS result=ok
  shift
  printf '\n=== %s\n' "$name"
  if ! "$@" </dev/null; then
    result=FAILED
    failed=1
  fi
  names+=("$name")
  results+=("$result")
  seconds+=($((SECONDS - started)))
  printf '=== %s: %s, %d s\n' "$name" "$result" $((SECONDS - started))
  [ "$result" = ok ]
}
summary() {
  local index
  printf '\n%-24s %-8s %s\n' part result seconds
  for index in "${!names[@]}"; do
    printf '%-24s %-8s %d\n' "${names[$index]}" "${results[$index]}" "${seconds[$index]}"
  done
}
stop_here() {
  summary
  exit 1
}

(need_swift) || exit 1
part "packages" bash scripts/install.sh test || stop_here
# What emulated boards start from is fetched and set up beside the parts that follow: it takes one core for two minutes.
mkdir -p .build/guest
bash scripts/guest-prepare.sh </dev/null >.build/guest/prepare.log 2>&1 &
part "python environment" bash scripts/python-venv.sh
part "lint" bash scripts/lint.sh
part "build" bash scripts/build.sh --tests || stop_here
part "tests" bash scripts/swift-test.sh
part "scripts" bash scripts/test-scripts.sh
beside=
if part "cross builds" ./cross-compile.sh all; then
  # The journals' tests keep one core busy: meanwhile the other builds what is needed next.
  build_beside() { ./cross-compile.sh aarch64 --suite trixie && bash scripts/guest-programs.sh; }
  build_beside </dev/null >.build/guest/beside.log 2>&1 &
  beside=$!
  for board in aarch64 armv7 armv6; do
    part "journal on $board" bash scripts/qemu-journal-test.sh "$board"
  done
  part "board packages" bash scripts/check-deb.sh
fi
if [ -n "$beside" ]; then part "builds beside" wait "$beside" || tail -n 20 .build/guest/beside.log >&2; fi
if part "cross build, Debian 13" ./cross-compile.sh aarch64 --suite trixie; then
  part "package, Debian 13" bash scripts/check-deb.sh .build/cross/out/trixie
fi
# Boards in QEMU; docs/testing.md tells what each of these shows.
if part "test programs of boards" bash scripts/guest-programs.sh && part "emulated boards" bash scripts/guest-prepare.sh; then
  for board in raspi3b raspi2b raspi0; do
    part "$board in QEMU" bash scripts/guest-quick-test.sh "$board"
  done
  part "raspi3b with Debian 13 in QEMU" bash scripts/guest-quick-test.sh raspi3b trixie
  part "whole system in QEMU" bash scripts/guest-system-test.sh
fi
summary
exit "$failed"
