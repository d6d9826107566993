#!/usr/bin/env python3
"""Measures the twins: training speed and step latency against peers, accuracy, and the fit as a whole.

Usage: Benchmarks/bench-twins.py FOLDER_OF_PROGRAMS [--only speed,step,accuracy,spinode,sweep,fit]
                                 [--extra] [--patience SECONDS] [--embedded PROGRAM]

Prints one table a part and one of all figures, writes .build/figures/bench-twins.json, a list of {"figure", "value",
"unit", "floor", "holds"}, and ends with 1 where a figure does not hold. docs/benchmarks.md tells how it measures.
"""

import argparse
import signal
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TWINS = ROOT / "Benchmarks/twins"
sys.path.insert(0, str(TWINS))
sys.dont_write_bytecode = True

from machine import Machine, note  # noqa: E402
from report import Figures  # noqa: E402
from speed import Speed  # noqa: E402
from step import Step  # noqa: E402

# Parts our own program measures alone, each with the most seconds it may take.
OWN_PARTS = {"accuracy": 1800, "spinode": 900, "sweep": 1800, "fit": 600}
PARTS = ["speed", "step", *OWN_PARTS]


class Tools:
    """Where the programs are and how they are called."""

    def __init__(self, programs, embedded, patience):
        self.twinbench = programs / "twinbench"
        alone = programs / "twinstep-bench"
        self.step = [alone] if alone.exists() else [self.twinbench, "step"]
        self.embedded = embedded
        self.python = ROOT / ".build/venv-peers/bin/python"
        self.folder = ROOT / ".build/bench"
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = {"JAX_PLATFORMS": "cpu", "TORCHINDUCTOR_CACHE_DIR": str(self.folder / "inductor")}
        self.machine = Machine(environment, patience)

    def measure(self, command, count):
        return self.machine.measure(command, count)

    def problem(self, net, task, count):
        return ["--net", net, "--task", task, "--threads", count, "--init", self.folder / f"twins-{net}.bin"]

    def ours(self, command, net, task, count, *options):
        return self.measure([self.twinbench, command, *self.problem(net, task, count), *options], count)

    def peer(self, program, net, task, count, *options):
        return self.measure([self.python, TWINS / program, *self.problem(net, task, count), *options], count)

    def peer_step(self, program, *options):
        return self.measure([self.python, TWINS / program, *options], 1)

    def ours_gradient(self, net, task, count, out, *options):
        command = [self.twinbench, "gradient", *self.problem(net, task, count), "--out", out, *options]
        return self.machine.run(command, count).error

    def peer_gradient(self, program, net, task, out):
        command = [self.python, TWINS / program, *self.problem(net, task, 2), "--gradient", out]
        return self.machine.run(command, 2).error


def own_part(part, tools, figures):
    """Runs `twinbench PART` with all cores and takes over the figures it prints."""
    tools.machine.wait_until_idle()
    result = tools.machine.run([tools.twinbench, part], 1024, OWN_PARTS[part], quiet=False)
    if isinstance(result.values, list) and result.values:
        try:
            figures.merge(result.values)
            return
        except ValueError as error:
            result.error = f"twinbench {part} printed {error}"
    note(f"{part}: {result.error or 'no figures'}")
    figures.failed(f"{part}: the part as a whole")


def parse():
    parser = argparse.ArgumentParser(description="Benchmarks of the twins; see docs/benchmarks.md.")
    parser.add_argument("programs", type=Path, help="the folder twinbench is in")
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts, separated by commas, of: {', '.join(PARTS)}")
    parser.add_argument("--extra", action="store_true", help="peers without a floor that take long: torch.compile")
    parser.add_argument(
        "--embedded",
        type=Path,
        default=ROOT / ".build/cross/build-x86_64/x86_64-unknown-linux-gnu/release/twinstep-bench",
        help="the twin step's program built as Embedded Swift",
    )
    parser.add_argument(
        "--patience",
        type=float,
        default=300,
        metavar="SECONDS",
        help="spent at most, in all, on waiting for an idle machine and on repeats",
    )
    arguments = parser.parse_args()
    arguments.only = [part for part in arguments.only.split(",") if part]
    unknown = [part for part in arguments.only if part not in PARTS]
    if unknown or not arguments.only:
        parser.error(f"no such part: {', '.join(unknown) or '(none)'}; there are {', '.join(PARTS)}")
    arguments.programs = arguments.programs.resolve()
    return arguments


def main():
    arguments = parse()
    tools = Tools(arguments.programs, arguments.embedded.resolve(), arguments.patience)
    if not tools.twinbench.exists():
        note(f"warning: {tools.twinbench.name} is not in {arguments.programs}; its figures will be missing")
    if not tools.python.exists():
        note("warning: .build/venv-peers is not there; every peer will be missing (scripts/peers-venv.sh)")
    figures = Figures()
    for part in PARTS:
        if part not in arguments.only:
            continue
        print(f"== {part}", file=sys.stderr, flush=True)
        started = time.monotonic()
        if part in OWN_PARTS:
            own_part(part, tools, figures)
        else:
            measured = Speed(tools, figures, arguments.extra) if part == "speed" else Step(tools, figures)
            measured.run()
            print(measured.table() + "\n", flush=True)
        note(f"{part} took {time.monotonic() - started:.0f} s")
    figures.write(ROOT / ".build/figures/bench-twins.json")
    print(figures.table())
    sys.exit(0 if figures.hold else 1)


if __name__ == "__main__":
    # However it is ended, the program being measured ends too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        main()
    except KeyboardInterrupt:
        print("error: interrupted; no figures were written", file=sys.stderr)
        sys.exit(130)
