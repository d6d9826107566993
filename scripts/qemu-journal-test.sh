#!/usr/bin/env bash
# The whole loop on a virtual board, once with the native edged and once with the board's own binary under qemu-user: the
# journals and the pulled traces must be equal byte for byte, and so must the report but for its seconds.
#
#   scripts/qemu-journal-test.sh aarch64|armv7|armv6|x86_64
#
# Needs the native build (make build) and ./cross-compile.sh for the board. NODES, SEED and EPOCHS choose another run.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
root=$(project_root)
cd "$root"
board=${1:-}

sysroots="$root/.build/cross"
case "$board" in
  aarch64) runner=(qemu-aarch64 -L "$sysroots/sysroot-arm64") ;;
  armv7) runner=(qemu-arm -L "$sysroots/sysroot-armhf") ;;
  armv6) runner=(qemu-arm -cpu arm1176) ;;
  x86_64) runner=(env) ;;
  *) die "usage: scripts/qemu-journal-test.sh aarch64|armv7|armv6|x86_64" ;;
esac
have "${runner[0]}" || die "${runner[0]} is not on PATH." "On Debian: apt-get install qemu-user"
programs=$(swift build -c release --show-bin-path)
emulated="$root/.build/cross/out/edged-$board"
[ -x "$programs/edged" ] || die "The native edged is not built." "First: make build"
[ -x "$programs/edgesync" ] || die "edgesync is not built." "First: make build"
[ -x "$emulated" ] || die "edged is not built for $board." "First: ./cross-compile.sh $board"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The workstation starts a program; an emulated board is one that starts the emulator.
printf '#!/bin/sh\nexec %s %s "$@"\n' "${runner[*]}" "$emulated" >"$work/edged-$board"
chmod +x "$work/edged-$board"

# run_loop WHAT PROGRAM FOLDER: the seeded loop with this program as the board.
run_loop() {
  local started
  started=$(date +%s%N)
  "$programs/edgesync" demo --nodes "${NODES:-9}" --seed "${SEED:-5}" --epochs "${EPOCHS:-8}" --edged "$2" --out "$3" \
    </dev/null >"$work/log" 2>&1 || {
    tail -n 20 "$work/log" >&2
    die "the loop failed: $1"
  }
  note "$1: $((($(date +%s%N) - started) / 1000000)) ms"
}
run_loop "native run" "$programs/edged" "$work/native"
run_loop "$board run (${runner[0]})" "$work/edged-$board" "$work/board"

listing() { (cd "$1" && find boards/virtual/state/journal traces -type f | sort); }
[ -n "$(listing "$work/native")" ] || die "The native run left no journal."
diff <(listing "$work/native") <(listing "$work/board") >&2 || die "The two runs left different files (above)."
bytes=0
while read -r file; do
  cmp "$work/native/$file" "$work/board/$file" >&2 || die "$board and native journals differ: $file"
  bytes=$((bytes + $(stat -c %s "$work/native/$file")))
done < <(listing "$work/native")
[ "$bytes" -gt 1000000 ] || die "The runs are too short to say anything: $bytes bytes."
without_seconds() { python3 -c 'import json, sys; r = json.load(open(sys.argv[1])); r.pop("seconds"); print(json.dumps(r))' "$1"; }
[ "$(without_seconds "$work/native/report.json")" = "$(without_seconds "$work/board/report.json")" ] ||
  die "$board and native reports differ."
printf '%s: journals and traces equal to the native ones, %d bytes in %d files\n' \
  "$board" "$bytes" "$(listing "$work/native" | wc -l)"
