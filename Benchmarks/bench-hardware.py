#!/usr/bin/env python3
"""Measures the loop on hardware: bus time, processor time, fresh conversions, what its thread asks of the system, faults.

Usage: Benchmarks/bench-hardware.py FOLDER_OF_PROGRAMS [--quick]

Writes .build/figures/bench-hardware.json, a list of {"figure", "value", "unit", "floor", "holds"}, and prints the same.
"""

import json
import re
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

from figures import ROOT, Figures

SLOTS = 64


def loopbench(programs, *arguments):
    """The last line of loopbench's output, which is JSON, and what stands before it."""
    done = subprocess.run([str(programs / "loopbench"), *arguments], capture_output=True, text=True)
    lines = done.stdout.strip().splitlines()
    if done.returncode != 0 or not lines:
        sys.exit(f"loopbench {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return json.loads(lines[-1]), lines[:-1]


def edgesync(programs, *arguments):
    done = subprocess.run([str(programs / "edgesync"), *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"edgesync {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-2000:]}")


class Board:
    """A virtual board of four nodes whose runs can be given a program to go through."""

    def __init__(self, programs, folder):
        self.programs = programs
        self.lab = folder / "lab"
        edgesync(programs, "init", str(self.lab), "--virtual", "4", "--edged", str(programs / "edged"))
        self.config = self.lab / "edgetwin.toml"
        self.text = self.config.read_text()

    def run(self, steps, before):
        """A characterising run of about so many steps, `before` put in front of the board's program."""
        edged = '"' + str(self.programs / "edged") + '"'
        if edged not in self.text:
            sys.exit(f"{self.config} does not start {edged}")
        words = ", ".join(json.dumps(word) for word in before)
        self.config.write_text(self.text.replace(edged, words + ", " + edged, 1))
        edgesync(
            self.programs, "characterise", "--project", str(self.lab), "--steps", str(steps), "--repeats", "0",
            "--inputs", "0",
        )
        self.config.write_text(self.text)


def counted(board, library, folder, steps):
    """Allocations, locks and file operations of the loop's thread over a run of so many steps."""
    counts = folder / "counts"
    counts.write_bytes(bytes(SLOTS * 32))
    board.run(steps, ["/usr/bin/env", f"LD_PRELOAD={library}", f"EDGETWIN_COUNTS={counts}"])
    slots = list(struct.iter_unpack("<4Q", counts.read_bytes()))
    # serve, the run's supervisor, the loop: the loop's process is the last that began.
    return [slot for slot in slots if slot[0]][-1][1:]


def traced(board, folder, steps):
    """System calls of the loop's thread from its first step to its last, but for waits."""
    trace = folder / "trace"
    board.run(steps, ["/usr/bin/strace", "-f", "-qq", "-o", str(trace)])
    lines = trace.read_text(errors="replace").splitlines()
    # The loop's thread is the one that starts the journal's; what it does until it waits for that to end is the loop.
    begin = next(at for at, line in enumerate(lines) if "CLONE_THREAD" in line)
    thread = lines[begin].split()[0]
    calls = 0
    for line in lines[begin + 1 :]:
        if not line.startswith(thread + " "):
            continue
        if "futex(" in line and "FUTEX_WAIT" in line:
            break
        if not re.search(r"clone3 resumed|rt_sigprocmask|clock_nanosleep|restart_syscall|prctl|sched_|mlockall", line):
            calls += 1
    return calls


def discipline(programs, figures, steps):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        library = folder / "loop-counter.so"
        subprocess.run(
            ["cc", "-O1", "-shared", "-fPIC", "-o", str(library), str(ROOT / "Benchmarks/loop-counter.c"), "-ldl"], check=True
        )
        board = Board(programs, folder)
        few = counted(board, library, folder, 1000)
        many = counted(board, library, folder, 1000 + steps)
        for kind, before, after in zip(("allocations and frees", "locks", "file operations"), few, many):
            figures.add(f"{kind} in the loop's thread, {steps} steps", after - before, "", "= 0", after == before)
        try:
            subprocess.run(["/usr/bin/strace", "-o", "/dev/null", "/bin/true"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            print("strace cannot be used here: its row is left out", file=sys.stderr)
            return
        calls = traced(board, folder, steps)
        figures.add(f"system calls but waits in the loop's thread, {steps} steps", calls, "", "= 0", calls == 0)


def main():
    programs = Path(sys.argv[1])
    quick = "--quick" in sys.argv
    figures = Figures()
    # The best of three: the machine's other users lengthen steps, nothing shortens them.
    wires = [loopbench(programs, "wire", "500" if quick else "5000")[0] for _ in range(3)]
    wire = max(wires, key=lambda result: result["wire_share"])
    share = 100 * wire["wire_share"]
    figures.add("wire time over step time, 2 x AD5593R at 400 kHz", share, "%", ">= 95", share >= 95)
    between = min(result["between_ns"] for result in wires) / 1000
    figures.add("CPU between transactions", between, "us a step", "<= 15", between <= 15)
    fresh, _ = loopbench(programs, "fresh")
    figures.add("ADS1115 at 860 SPS, conversions read", fresh["fresh"], "", "= 20000", fresh["fresh"] == 20000)
    figures.add("... read twice", fresh["repeated"], "", "= 0", fresh["repeated"] == 0)
    figures.add("... begun before the drives were written", fresh["early"], "", "= 0", fresh["early"] == 0)
    discipline(programs, figures, 20_000 if quick else 1_000_000)
    campaign, _ = loopbench(programs, "campaign", "17" if quick else "1")
    kinds = campaign["kinds"]
    figures.add("fault kinds that struck", kinds, "", "= 12", kinds == 12)
    figures.add("faults tried", campaign["cases"], "", "> 0", campaign["cases"] > 0)
    lost = campaign["cases"] - campaign["survived"]
    figures.add("faults not survived", lost, "", "= 0", lost == 0)
    missed = campaign["missed_safe_values"]
    figures.add("missed safe values", missed, "", "= 0", missed == 0)
    sys.exit(0 if figures.write("bench-hardware") else 1)


if __name__ == "__main__":
    main()
