#!/usr/bin/env bash
# Measures one control step of eight twins (3 -> 32 -> 32 -> 2), batch 1, one core: the ordinary build and the Embedded one
# for x86-64, which must give the same bits and take at most 1.3 times as long.
# Writes .build/figures/bench-twinstep.json and prints the same.
#
#   Benchmarks/bench-twinstep.sh [COUNT]     3 x COUNT calls of each kind (default 1,000,000)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"
cd "$(project_root)"
[ "$(uname -m)" = x86_64 ] || die "The Embedded build runs on an x86-64 machine only; this is $(uname -m)."
need_swift

native=${EDGETWIN_BIN:-$(swift build -c release --show-bin-path)}
if [ -z "${EDGETWIN_BIN:-}" ]; then swift build -c release --product twinstep-bench >&2; fi
scratch=.build/cross/build-x86_64
bash Benchmarks/embedded-twinstep.sh >&2

# The best of some runs of each, by turns: others on the machine only ever make a step slower.
results=$(mktemp)
trap 'rm -f "$results"' EXIT
for _ in 1 2 3; do
  "$native/twinstep-bench" "$@" >>"$results"
  "$scratch/x86_64-unknown-linux-gnu/release/twinstep-bench" "$@" >>"$results"
done
mkdir -p .build/figures
python3 - "$results" <<'PYTHON'
import json
import sys

runs = [json.loads(line) for line in open(sys.argv[1])]
native, embedded = runs[0::2], runs[1::2]
best = lambda kind, side, figure: min(run[kind][figure] for run in side)
rows = []
for kind, floor in (("nets", 310), ("steps", None), ("watching", None)):
    p50, tail = best(kind, native, "p50_ns"), best(kind, native, "p99_9_ns")
    worst = max(run[kind]["worst_ns"] for run in native)
    rows.append({"figure": f"eight twins, {kind}: p50", "value": p50, "unit": "ns", "floor": floor and f"<= {floor}",
                 "holds": floor is None or p50 <= floor})
    rows.append({"figure": f"eight twins, {kind}: p99.9", "value": tail, "unit": "ns", "floor": floor and "<= 1000",
                 "holds": floor is None or tail <= 1000})
    rows.append({"figure": f"eight twins, {kind}: worst", "value": worst, "unit": "ns", "floor": None, "holds": True})
    ratio = best(kind, embedded, "p50_ns") / p50
    rows.append({"figure": f"eight twins, {kind}: Embedded over native", "value": round(ratio, 3), "unit": "", "floor": "<= 1.3",
                 "holds": ratio <= 1.3})
    sums = {run[kind]["checksum"] for run in runs}
    rows.append({"figure": f"eight twins, {kind}: different results", "value": len(sums) - 1, "unit": "", "floor": "0",
                 "holds": len(sums) == 1})
text = json.dumps(rows, indent=1)
open(".build/figures/bench-twinstep.json", "w").write(text + "\n")
print(text)
sys.exit(0 if all(row["holds"] for row in rows) else 1)
PYTHON
