#!/usr/bin/env python3
"""Measures the closed loop: accuracy over seeds, time, steps a second, journal overhead, repeatability, memory.

Usage: Benchmarks/bench-loop.py FOLDER_OF_PROGRAMS

Writes .build/figures/bench-loop.json, a list of {"figure", "value", "unit", "floor", "holds"}, and prints the same.
"""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from figures import ROOT, Figures

SEEDS = [1, 2, 3, 4, 5]


def edgesync(programs, *arguments, folder=None):
    """Runs edgesync and returns its JSON result and its seconds."""
    started = time.monotonic()
    done = subprocess.run(
        [str(programs / "edgesync"), *arguments, "--json"], cwd=folder or ROOT, capture_output=True, text=True
    )
    seconds = time.monotonic() - started
    if done.returncode != 0:
        sys.exit(f"edgesync {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout), seconds


def digest(folder):
    """One SHA-256 over all journal files of a demo, with their names."""
    total = hashlib.sha256()
    journal = folder / "boards/virtual/state/journal"
    for path in sorted(journal.rglob("*.seg")):
        total.update(str(path.relative_to(journal)).encode() + path.read_bytes())
    return total.hexdigest()


def without_seconds(report):
    return {key: value for key, value in report.items() if key != "seconds"}


def steps_per_second(programs, work):
    """From two runs of different lengths on 32 nodes, so that starting and connecting cancel."""
    folder = work / "speed"
    edgesync(programs, "init", str(folder), "--virtual", "32")
    best = 0.0
    short, long = 20_000, 220_000
    for _ in range(3):
        seconds = []
        for steps in (short, long):
            _, taken = edgesync(
                programs, "characterise", "--project", str(folder), "--steps", str(steps), "--repeats", "0", "--inputs", "0"
            )
            seconds.append(taken)
        best = max(best, (long - short) / max(seconds[1] - seconds[0], 1e-9))
    return best


def main():
    programs = Path(sys.argv[1])
    figures = Figures()
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        reports = {}
        slowest = 0.0
        for seed in SEEDS:
            report, seconds = edgesync(programs, "demo", "--seed", str(seed), "--out", str(work / f"seed{seed}"))
            reports[seed] = report
            slowest = max(slowest, seconds)
            accuracy = 100 * report["board_accuracy"]
            gap = abs(accuracy - 100 * report["twin_accuracy"])
            figures.add(f"vowels on the board, seed {seed}", accuracy, "%", ">= 95", accuracy >= 95)
            figures.add(f"board to twin, seed {seed}", gap, "points", "<= 1.5", gap <= 1.5)
        again, _ = edgesync(programs, "demo", "--seed", "1", "--out", str(work / "again"))
        figures.add("demo, slowest of the seeds", slowest, "s", "<= 180", slowest <= 180)
        ratio = max(report["journal_bytes_over_raw"] for report in reports.values())
        figures.add("journal bytes over raw codes", ratio, "", "<= 1.05", ratio <= 1.05)
        same = digest(work / "seed1") == digest(work / "again")
        figures.add("same seed twice: journals equal", int(same), "", "= 1", same)
        same = without_seconds(reports[1]) == without_seconds(again)
        figures.add("same seed twice: reports equal", int(same), "", "= 1", same)
        mismatches = sum(report["readout_replay_mismatches"] for report in reports.values())
        figures.add("logged read-outs not replayed to the bit", mismatches, "", "= 0", mismatches == 0)
        missed = sum(report["missed_deadlines"] for report in reports.values())
        figures.add("missed deadlines, virtual time", missed, "", "= 0", missed == 0)
        rate = steps_per_second(programs, work)
        figures.add("virtual steps a second, 32 nodes", rate, "1/s", ">= 20000", rate >= 20_000)
    sys.exit(0 if figures.write("bench-loop") else 1)


if __name__ == "__main__":
    main()
