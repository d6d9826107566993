#!/usr/bin/env bash
# Measures the board's program: its stripped size for aarch64, and what stays resident while it runs 32 nodes in real time
# (the Embedded build for x86-64, which differs from the boards' in its instructions alone).
# Writes .build/figures/bench-board.json and prints the same.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
cd "$(project_root)"
./cross-compile.sh aarch64 x86_64 >&2
programs=$(swift build -c release --show-bin-path)
[ -x "$programs/edgesync" ] || die "edgesync is not built." "First: make build"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$programs/edgesync" init "$work/lab" --virtual 32 --edged "$PWD/.build/cross/out/edged-x86_64" >/dev/null
sed -i 's/"serve"/"serve", "--real-time"/' "$work/lab/edgetwin.toml"
"$programs/edgesync" characterise --project "$work/lab" --steps 200 --repeats 0 --inputs 0 >"$work/run" 2>&1 &
follower=$!
# The loop's process is the one with two threads; its high-water mark is what counts.
resident=0
while kill -0 "$follower" 2>/dev/null; do
  for status in $(pgrep -f "$work/lab" | sed 's,.*,/proc/&/status,'); do
    read -r threads peak < <(awk '/^VmHWM/ { peak = $2 } /^Threads/ { threads = $2 } END { print threads + 0, peak + 0 }' "$status" 2>/dev/null || echo 0 0)
    if [ "$threads" = 2 ] && [ "$peak" -gt "$resident" ] && grep -q '^Name:.*edged' "$status" 2>/dev/null; then resident=$peak; fi
  done
  sleep 0.1
done
wait "$follower" || { cat "$work/run" >&2; die "the run failed"; }
[ "$resident" -gt 0 ] || die "the loop's process was not seen"

size=$(stat -c %s .build/cross/out/edged-aarch64)
PYTHONPATH=Benchmarks python3 - "$size" "$resident" <<'PYTHON'
import sys

from figures import Figures

size, resident = int(sys.argv[1]), int(sys.argv[2])
figures = Figures()
figures.add("edged for aarch64, stripped", size, "bytes", "<= 524288", size <= 524288)
figures.add("edged resident, 32 nodes", resident, "KiB", "<= 4096", resident <= 4096)
sys.exit(0 if figures.write("bench-board") else 1)
PYTHON
