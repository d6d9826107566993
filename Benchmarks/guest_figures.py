#!/usr/bin/env python3
"""Figures of the loop in an emulated board, beside a C loop and a Python loop with the very transfers of its steps.

    guest_figures.py --edgesync FILE --work DIR --qemu-bin DIR --nodes N [--seconds S] [--peers]

DIR is what scripts/guest-image.sh made, with the peers in the image. The board's steps follow each other without a pause
(their period is far shorter than their transfers, so nothing ever sleeps), so a step's time is the time over the steps. The
transfers are recorded by the bench server while the loop runs; both peers make the same calls. While times are taken, the
relay gives the answers it had before, after as long as the bits take at 400 kHz, so that the bench's own time counts for
nobody. CPU time is the program's and the kernel's, of the loop's thread and of everything in edged's service.
"""

import argparse
import base64
import json
import os
import statistics
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "Tests", "Guest", "system"))
from emulated_board import EmulatedBoard  # noqa: E402
from figures import Figures  # noqa: E402
from system_test import Workstation, running, wait_for, write_series  # noqa: E402

# The guest's time is that of its instructions, one a nanosecond, about what a Cortex-A53 does; while it sleeps it is this
# machine's. So a step's parts stand to each other as on a board, and what else this machine does counts for nobody.
CLOCK = ["-icount", "shift=0"]
SERVICE = "/sys/fs/cgroup/system.slice/edged.service"
PYTHON = (
    "LD_LIBRARY_PATH=/usr/lib/aarch64-linux-gnu/blas:/usr/lib/aarch64-linux-gnu/lapack OPENBLAS_NUM_THREADS=1 "
    "/usr/bin/python3"
)


def measure(board, seconds):
    """Of the run that goes on: how many steps, and milliseconds of time and of CPU time a step.

    Both readings are taken in one session, which sleeps in between as the peers' sessions do: logging in is work for the
    emulated processor.
    """
    text = board.ssh(
        "now() { cut -d' ' -f1 /proc/uptime; edged status | sed -n 's/.* step \\([0-9]*\\).*/\\1/p'; "
        f"for p in $(cat {SERVICE}/cgroup.procs); do cat /proc/$p/task/*/schedstat; done | sort -n | sed -n '$s/ .*//p'; sed -n 's/^user_usec //p; s/^system_usec //p' {SERVICE}/cpu.stat; }}; "
        f"now; sleep {seconds:g}; now", seconds=seconds + 60)
    words = [float(word) for word in text.split()]
    # Seconds of the guest's clock, steps, nanoseconds of the thread that has run longest, which is the loop's, microseconds
    # of the service's user and system time. The edged that tells the steps is none of the service's.
    names = ("step_ms", "steps", "loop_ms", "user_ms", "system_ms")
    spent = {name: last - first for name, first, last in zip(names, words[:5], words[5:], strict=True)}
    steps = spent.pop("steps")
    spent = {name: spent[name] * scale / steps for name, scale in zip(spent, (1e3, 1e-6, 1e-3, 1e-3), strict=True)}
    return int(steps), spent


def recorded_step(board, calls):
    """The calls of one step: the shortest row that the recorded ones repeat."""
    board.ssh("journalctl --rotate -q; true")
    board.bench(f"record {calls}")
    def lines():
        text = board.ssh("journalctl -b -o cat -u bench-server --no-pager")
        found = [line[5:] for line in text.splitlines() if line.startswith("call ")]
        return found[-calls:] if len(found) >= calls else None
    rows = wait_for(60, "recorded calls", lines)
    # Reads and writes of the same places; the codes written differ from step to step.
    shapes = [
        tuple((word.split(":")[0], word.split(":")[1], word.split(":")[2][:2] if ":w:" in word else word.split(":")[2],
               len(word)) for word in row.split())
        for row in rows
    ]
    for period in range(1, calls // 2):
        if all(shapes[i] == shapes[i + period] for i in range(calls - period)):
            return rows[:period]
    raise RuntimeError("the recorded calls do not repeat themselves")


def start_times(station, board, count):
    """Milliseconds from the start of a run's process to its first step, of some runs."""
    times = []
    for _ in range(count):
        station.ask("run", "--standing")
        run = wait_for(60, "the run", lambda: running(station, 1))
        ticks = int(board.ssh(
            "for p in $(cat " + SERVICE + "/cgroup.procs); do cut -d' ' -f22 /proc/$p/stat; done | sort -n | sed -n 2p"))
        head = base64.b64decode(board.ssh(f"head -c 16384 /var/lib/edged/journal/{run['id']}/000000.seg | base64 -w0"))
        times.append(run_start(head) / 1e6 - ticks * 10)
        station.run("run", "--stop")
        wait_for(60, "the run's end", lambda: station.ask("status").get("run") is None)
    return times


def run_start(segment):
    """The loop's clock at step 0, nanoseconds, from the runStart frame (docs/journal.md, docs/runs.md)."""
    at = 0
    while segment[at:at + 4] == b"\xe5JNL":
        kind, _, length = struct.unpack_from("<HHI", segment, at + 4)
        if kind == 2:
            return struct.unpack_from("<Q", segment, at + 32 + 4 + 64 + 8)[0]
        at += 32 + length
    raise RuntimeError("no runStart in the segment")


def resident(board):
    """What each process of the service has resident, bytes: in all, and of that its own and its files' pages."""
    text = board.ssh(
        "for p in $(cat " + SERVICE + "/cgroup.procs); do "
        "sed -n 's/^\\(VmRSS\\|RssAnon\\|RssFile\\):[ \t]*\\([0-9]*\\) kB/\\2/p' /proc/$p/status | tr '\\n' ' '; echo; done")
    rows = [[int(word) * 1024 for word in line.split()] for line in text.splitlines() if line.split()]
    return [{"all": row[0], "own": row[1], "files": row[2]} for row in rows]


def make_network(station, folder):
    """A network to run, from the briefest of recordings: what it answers does not matter here."""
    series = os.path.join(folder, "series.csv")
    write_series(series)
    # The peers step no twins, so ours are left at home.
    settings = os.path.join(station.project, "network.toml")
    with open(settings, encoding="utf-8") as file:
        text = file.read()
    if "[residuals]\nenabled = false" not in text:
        with open(settings, "w", encoding="utf-8") as file:
            file.write(text.replace("[residuals]", "[residuals]\nenabled = false", 1))
    station.ask("characterise", "--steps", "120", "--repeats", "2", "--inputs", "1", seconds=600)
    station.ask("pull")
    station.ask("fit", seconds=900)
    station.ask("train", series, "--epochs", "1", "--allow-unaccepted", seconds=300)
    station.ask("push")


def replay(board, on):
    """With it, chips answer at once and take no time but their bits'."""
    board.ssh(f"echo {'Y' if on else 'N'} >/sys/module/i2c_relay/parameters/replay")


def end_run(station):
    station.run("run", "--stop")
    wait_for(60, "the run's end", lambda: station.ask("status").get("run") is None)


def timed(steps, spent):
    """Milliseconds of a step."""
    spent = {**spent, "cpu_ms": spent["user_ms"] + spent["system_ms"]}
    return {"steps": steps, **{name: round(value, 4) for name, value in spent.items()}}


def loop_figures(options, station, board, result):
    """A live run's times, and those of the peers with the very same transfers."""
    make_network(station, options.work)
    starts = start_times(station, board, 5)
    result["start_to_first_step_ms"] = [round(value, 1) for value in starts]
    result["start_to_first_step_ms_median"] = round(statistics.median(starts), 1)
    station.ask("run", "--standing")
    wait_for(120, "steps", lambda: running(station, 50))
    calls = recorded_step(board, 240)
    result["calls"] = calls
    result["calls_a_step"] = len(calls)
    result["messages_a_step"] = sum(len(call.split()) for call in calls)
    replay(board, True)
    steps, spent = measure(board, options.seconds)
    result["edged"] = timed(steps, spent)
    replay(board, False)
    end_run(station)
    board.ssh("cat >/run/calls <<'CALLS'\n" + "\n".join(calls) + "\nCALLS")
    # Once with the bench, so that every call has an answer to be given again.
    board.ssh("/usr/local/lib/peers/loop /dev/i2c-0 /run/calls 3", seconds=60)
    replay(board, True)
    most = max(50, int(options.seconds * 1e3 / spent["step_ms"]))
    # Python keeps its samples as edged does; the C loop makes the transfers and nothing else.
    peers = {
        "c": f"/usr/local/lib/peers/loop /dev/i2c-0 /run/calls {most}",
        "python": f"{PYTHON} /usr/local/lib/peers/loop.py /dev/i2c-0 /run/calls {most} /var/lib/edged/peer.log",
    }
    for name, command in peers.items():
        peer = json.loads(board.ssh(command, seconds=600))
        steps = peer["steps"]
        names = {"step_ms": "seconds", "user_ms": "user_seconds", "system_ms": "system_seconds"}
        result[name] = timed(steps, {new: peer[old] * 1e3 / steps for new, old in names.items()})
    replay(board, False)
    result["step_over_c"] = round(result["edged"]["step_ms"] / result["c"]["step_ms"], 4)
    python = result["python"]["cpu_ms"]
    result["python_over_loop"] = round(python / result["edged"]["loop_ms"], 2)
    result["python_over_service"] = round(python / result["edged"]["cpu_ms"], 2)
    result["python_over_c"] = round(python / result["c"]["cpu_ms"], 2)


def memory_figures(station, board, result):
    """What edged's processes have resident in the middle of a run."""
    run = station.start("characterise", "--steps", "20000", "--repeats", "0", "--inputs", "0")
    try:
        wait_for(300, "steps", lambda: running(station, 20))
        sizes = resident(board)
        result["resident_bytes"] = {"each": sizes, "largest": max(size["all"] for size in sizes)}
    finally:
        run.terminate()
        run.wait()
        end_run(station)


def judged(result):
    """The figures with what is wanted of them."""
    figures = Figures()
    if "step_over_c" in result:
        ratio, start = result["step_over_c"], result["start_to_first_step_ms_median"]
        loop, service = result["python_over_loop"], result["python_over_service"]
        figures.add("a step over a C loop's with the same transfers, in QEMU", ratio, "", "<= 1.05", ratio <= 1.05)
        figures.add("CPU time a step, Python's over the loop's, in QEMU", loop, "", ">= 10", loop >= 10)
        # What the kernel spends on the transfers is the same for everybody: a C loop that does nothing else is the limit.
        figures.add("the same over the C loop's", result["python_over_c"], "", "", True)
        figures.add("the same over all of edged's, its journal and watchers too", service, "", "", True)
        figures.add("start of a run to its first step, in QEMU", start, "ms", "<= 100", start <= 100)
    if "resident_bytes" in result:
        largest = result["resident_bytes"]["largest"]
        name = f"resident while running {result['nodes']} nodes on i2c-dev, in QEMU"
        figures.add(name, round(largest / 1048576, 2), "MiB", "<= 4", largest <= 4 * 1048576)
    return figures


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("edgesync", "work", "qemu-bin"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--nodes", type=int, required=True)
    # For chips whose conversions nobody waits for: the peers only repeat calls.
    parser.add_argument("--peers", action="store_true", help="times against the peers, in place of memory")
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args()
    with open(os.path.join(options.work, "port"), encoding="ascii") as file:
        port = int(file.read())
    board = EmulatedBoard(
        os.path.join(options.work, "board.img"), options.qemu_bin, options.work, os.path.join(options.work, "key"), port,
        os.path.join(options.work, "known_hosts"), CLOCK)
    station = Workstation(options.edgesync, os.path.join(options.work, "project"))
    board.power_on()
    try:
        board.wait_until_up()
        result = {"nodes": options.nodes}
        station.ask("enroll", "guest")
        if options.peers:
            loop_figures(options, station, board, result)
        else:
            memory_figures(station, board, result)
    finally:
        board.cut_power()
    with open(os.path.join(options.work, "figures.json"), "w", encoding="utf-8") as file:
        json.dump(result, file, indent=2)
    print(json.dumps(result, indent=2), file=sys.stderr)
    return 0 if judged(result).write("bench-guest", continues=True) else 1


if __name__ == "__main__":
    sys.exit(main())
