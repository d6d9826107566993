#!/usr/bin/env bash
# The same seeded virtual run on this machine and on an emulated board must leave the same journal, byte for byte.
#
#   scripts/qemu-journal-test.sh aarch64|armv7|armv6|x86_64
#
# Needs the native build (make build) and ./cross-compile.sh for the board. BENCH and REQUEST choose another run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
root=$(project_root)
cd "$root"
board=${1:-}
bench=${BENCH:-$root/Tests/System/Cross/bench.bin}
request=${REQUEST:-$root/Tests/System/Cross/request.bin}

# run_edged PROGRAM STATE RUNNER...: the seeded virtual run, journal under STATE. The one place that knows edged's arguments.
run_edged() {
  local program=$1 state=$2
  shift 2
  "$@" "$program" selftest-run --bench "$bench" --request "$request" --state "$state"
}

sysroots=".build/cross"
case "$board" in
  aarch64) runner=(qemu-aarch64 -L "$sysroots/sysroot-arm64") ;;
  armv7) runner=(qemu-arm -L "$sysroots/sysroot-armhf") ;;
  armv6) runner=(qemu-arm -cpu arm1176) ;;
  x86_64) runner=(env) ;;
  *) die "usage: scripts/qemu-journal-test.sh aarch64|armv7|armv6|x86_64" ;;
esac
have "${runner[0]}" || die "${runner[0]} is not on PATH." "On Debian: apt-get install qemu-user"
native="$(swift build -c release --show-bin-path)/edged"
emulated=".build/cross/out/edged-$board"
[ -x "$native" ] || die "The native edged is not built." "First: make build"
[ -x "$emulated" ] || die "edged is not built for $board." "First: ./cross-compile.sh $board"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/native" "$work/board"
timed() {
  local what=$1 started
  shift
  started=$(date +%s%N)
  "$@" </dev/null >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    die "edged failed: $what"
  }
  note "$what: $((($(date +%s%N) - started) / 1000000)) ms"
}
timed "native run" run_edged "$native" "$work/native" env
timed "$board run (${runner[0]})" run_edged "$emulated" "$work/board" "${runner[@]}"

listing() { (cd "$1" && find . -type f | sort); }
[ -n "$(listing "$work/native")" ] || die "The native run left no files."
diff <(listing "$work/native") <(listing "$work/board") >&2 || die "The two runs left different files (above)."
bytes=0
while read -r file; do
  cmp "$work/native/$file" "$work/board/$file" >&2 || die "$board and native journals differ: $file"
  bytes=$((bytes + $(stat -c %s "$work/native/$file")))
done < <(listing "$work/native")
[ "$bytes" -gt 0 ] || die "Every file of the run is empty."
printf '%s: journal equal to the native one, %d bytes in %d file(s)\n' "$board" "$bytes" "$(listing "$work/native" | wc -l)"
