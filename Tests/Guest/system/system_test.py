#!/usr/bin/env python3
"""The whole system: edgesync on this machine, a packaged board in QEMU, the loop from enrolling to a power cut.

    system_test.py --edgesync FILE --project DIR --image FILE --qemu-bin DIR --key FILE --port N [--figures FILE]

scripts/guest-system-test.sh makes what is named there. Prints a line of each check; exit code 1 where one failed.
"""

import argparse
import hashlib
import json
import math
import os
import random
import subprocess
import sys
import time

from emulated_board import EmulatedBoard

STATE = "/var/lib/edged"


class Checks:
    def __init__(self):
        self.held = self.failed = 0
        self.started = time.monotonic()

    def check(self, name, held, detail=""):
        if held:
            self.held += 1
            print(f"ok - {name} ({time.monotonic() - self.started:.1f} s)", flush=True)
        else:
            self.failed += 1
            print(f"FAIL - {name}: {detail}", flush=True)
        return held


class Workstation:
    """edgesync in its project."""

    def __init__(self, program, project):
        self.program, self.project = program, project

    def run(self, *arguments, seconds=120):
        return subprocess.run(
            [self.program, *arguments, "--project", self.project], stdin=subprocess.DEVNULL, capture_output=True, text=True,
            timeout=seconds, check=False, cwd=os.path.dirname(self.project),
        )

    def start(self, *arguments):
        """A command that goes on in the background."""
        return subprocess.Popen(
            [self.program, *arguments, "--project", self.project], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, cwd=os.path.dirname(self.project),
        )

    def ask(self, *arguments, seconds=120):
        """A command that must end well (or partially, 3); its JSON."""
        done = self.run(*arguments, "--json", seconds=seconds)
        if done.returncode not in (0, 3):
            raise RuntimeError(f"edgesync {' '.join(arguments)} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return json.loads(done.stdout)

    def pulled(self, run):
        """The bytes of a run as they have been pulled: name of segment to content."""
        folder = os.path.join(self.project, "traces", "guest", run)
        segments = {}
        for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
            with open(os.path.join(folder, name), "rb") as file:
                segments[name] = file.read()
        return segments


def wait_for(seconds, what, condition):
    """Polls until the condition gives something true; that."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.5)
    raise RuntimeError(f"waited {seconds} s in vain for {what}")


def write_series(path):
    with open(path, "w", encoding="utf-8") as file:
        file.write("value\n")
        for step in range(160):
            file.write(f"{math.sin(step * 0.3) * math.cos(step * 0.07):.6f}\n")


def service_is_well(board, checks):
    """edged as systemd sees it, on the kernel's own devices."""
    shown = dict(
        line.split("=", 1)
        for line in board.ssh("systemctl show edged.service -p ActiveState,SubState,NRestarts,User,Type").splitlines()
    )
    checks.check("systemd runs edged", shown.get("ActiveState") == "active" and shown.get("SubState") == "running", shown)
    checks.check("it was not restarted", shown.get("NRestarts") == "0", shown)
    failed = board.ssh("systemctl --failed --no-legend --plain").strip()
    checks.check("no unit failed", failed == "", failed)
    device = board.ssh("stat -c '%U:%G %a' /dev/i2c-0 /dev/gpiochip1; cat /sys/class/i2c-adapter/i2c-0/name")
    checks.check("the devices are the groups'", device.count("root:i2c") == 1 and "root:gpio" in device, device)
    forced = subprocess.run(
        ["ssh", *board.ssh_options(), "edged@127.0.0.1", "id"], stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=20, check=False,
    )
    checks.check("a workstation's key opens edged and nothing else", "uid=" not in forced.stdout, forced.stdout)


def the_loop(station, board, checks, series):
    """Enrol, characterise, pull, fit, train, push, run."""
    enrolled = station.ask("enroll", "guest")
    checks.check("enroll", enrolled["nodes"] == 6, enrolled)
    run = station.ask("characterise", "--steps", "200", "--repeats", "3", "--inputs", "1", seconds=300)
    checks.check("characterise", run["steps"] > 200 and run["dropped_samples"] == 0 and run["quarantined"] == 0, run)
    # How many are late is the machine's affair, which runs an emulator; the figures are taken by make bench-guest.
    print(f"   {run['missed_deadlines']} of {run['steps']} steps were late", flush=True)
    station.ask("pull")
    sums = board.ssh(f"cd {STATE}/journal/{run['run']} && sha256sum *")
    mine = station.pulled(run["run"])
    checks.check("what was pulled is what the board has", same_bytes(sums, mine), sums)
    fit = station.ask("fit", seconds=240)
    checks.check("fit", len(fit["twins"]) == 6, fit)
    trained = station.ask("train", series, "--epochs", "3", "--allow-unaccepted", seconds=240)
    checks.check("train", trained["epochs"] >= 1, trained)
    pushed = station.ask("push", "--allow-unaccepted")
    checks.check("push", pushed["counter"] > 0, pushed)
    scored = station.ask("run", "--data", series, seconds=200)
    checks.check("run", scored["run"]["outcome"] == "finished" and scored["nrmse"] is not None, scored)
    status = station.ask("status")
    checks.check("status: the bundle is committed", status["bundle_state"] == "committed", status["bundle_state"])
    return status


def doctor_is_right(board, checks):
    """edged doctor on a sound board, and with a chip that has been unplugged."""
    sound = board.ssh("runuser -u edged -- edged doctor; echo code $?")
    checks.check("doctor: nothing is wrong with the board", "code 1" not in sound, sound)
    board.bench("unplug 0")
    torn = board.ssh("runuser -u edged -- edged doctor; echo code $?", seconds=60)
    board.bench("plug 0")
    checks.check("doctor finds the chip that was unplugged", "code 1" in torn and "combi0" in torn, torn)


def same_bytes(sums, segments):
    wanted = {line.split()[1]: line.split()[0] for line in sums.splitlines()}
    return bool(wanted) and wanted == {name: hashlib.sha256(data).hexdigest() for name, data in segments.items()}


def is_prefix(board, run, segments):
    """Whether each pulled segment is how the board's begins (one that was not ended goes on with zeros there)."""
    commands = "; ".join(f"head -c {len(data)} {name} | sha256sum" for name, data in segments.items())
    sums = [line.split()[0] for line in board.ssh(f"cd {STATE}/journal/{run} && {{ {commands}; }}").splitlines()]
    return bool(sums) and sums == [hashlib.sha256(data).hexdigest() for data in segments.values()]


def power_cuts(station, board, checks, dice, cuts):
    """A standing run outlives cuts of the power, and what was acknowledged is there afterwards."""
    started = station.ask("run", "--standing")
    first = started["standing"]
    checks.check("the standing run has begun in the service", bool(started.get("served")), started)
    known = first
    for cut in range(cuts):
        status = wait_for(60, "steps on flash", lambda: running(station, 100))
        time.sleep(dice.uniform(0, 2))
        station.ask("pull", "--run", known)
        before = station.pulled(known)
        seen = running(station, 1) or status
        board.cut_power()
        board.power_on()
        seconds = board.wait_until_up()
        checks.check(f"cut {cut + 1}: the board answers again after {seconds:.0f} s", True)
        again = wait_for(60, "the standing run", lambda: running(station, 1))
        checks.check(f"cut {cut + 1}: the run goes on by itself, as a new run", again["id"] != known, again)
        station.ask("pull", "--run", known)
        after = station.pulled(known)
        checks.check(
            f"cut {cut + 1}: every byte that was pulled is on the board",
            all(after.get(name, b"").startswith(data) or name not in after for name, data in before.items())
            and sum(map(len, after.values())) >= sum(map(len, before.values())),
            f"{ {n: len(d) for n, d in before.items()} } before, { {n: len(d) for n, d in after.items()} } after",
        )
        checks.check(
            f"cut {cut + 1}: what is pulled of the run that was cut is what the board has", is_prefix(board, known, after))
        steps = exported_steps(station, known)
        checks.check(
            f"cut {cut + 1}: steps the board called safe are there ({seen['committed']} of {steps})",
            steps >= seen["committed"] > 0, seen,
        )
        known = again["id"]
    status = station.ask("status")
    checks.check("status knows the standing run", status["standing"] == "running", status["standing"])
    stop = station.run("run", "--stop")
    checks.check("the standing run is stopped", stop.returncode == 0, stop.stderr)
    wait_for(30, "the run's end", lambda: station.ask("status").get("run") is None)
    return known


def running(station, steps):
    """The run of the board if it has put so many steps on flash."""
    done = station.run("status", "--json")
    if done.returncode != 0:
        return None
    run = json.loads(done.stdout).get("run")
    return run if run and run["committed"] >= steps else None


def exported_steps(station, run):
    """Steps in a pulled run, as edgesync counts them."""
    done = station.run("export", run, "--json")
    if done.returncode not in (0, 3):
        raise RuntimeError(f"export: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)["steps"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("edgesync", "project", "image", "qemu-bin", "key", "folder"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--cuts", type=int, default=2)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 31))
    options = parser.parse_args()
    print(f"   seed {options.seed}", flush=True)
    checks = Checks()
    board = EmulatedBoard(
        options.image, options.qemu_bin, options.folder, options.key, options.port, os.path.join(options.folder, "known_hosts"))
    station = Workstation(options.edgesync, options.project)
    series = os.path.join(options.folder, "series.csv")
    write_series(series)
    try:
        board.power_on()
        checks.check(f"the board answers by ssh after {board.wait_until_up():.0f} s", True)
        service_is_well(board, checks)
        the_loop(station, board, checks, series)
        doctor_is_right(board, checks)
        power_cuts(station, board, checks, random.Random(options.seed), options.cuts)
        board.ssh("systemctl stop edged.service")
        checks.check("edged ends in order", "Result=success" in board.ssh("systemctl show edged.service -p Result"))
    except (RuntimeError, KeyError, ValueError, subprocess.TimeoutExpired) as error:
        checks.check("the test goes on", False, error)
        try:
            print(board.ssh("journalctl -b --no-pager -u 'edged*' -u bench-server | tail -n 40", check=False), file=sys.stderr)
        except (subprocess.TimeoutExpired, OSError):
            pass
    finally:
        board.cut_power()
    print(f"{checks.held} checks held, {checks.failed} failed, {time.monotonic() - checks.started:.0f} s")
    return 1 if checks.failed or not checks.held else 0


if __name__ == "__main__":
    sys.exit(main())
