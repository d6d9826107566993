"""Waits for an idle machine, runs programs with a timeout on given cores, and tells what others used meanwhile."""

import contextlib
import json
import os
import resource
import signal
import subprocess
import sys
import time

from peer import MISSING

BUSY_SHARE = 0.12  # of one core; more, used by others, makes a measurement contended
GATE_SECONDS, RETRIES = 60, 2


def note(text):
    print(f"   {text}", file=sys.stderr, flush=True)


def cores(count):
    """The last `count` cores this process may use: interrupts like the first. Empty where it cannot be told."""
    if not hasattr(os, "sched_getaffinity"):
        return set()
    return set(sorted(os.sched_getaffinity(0))[-count:])


def _busy_seconds():
    """CPU time the whole machine has used; None where /proc does not say."""
    try:
        with open("/proc/stat") as file:
            ticks = [int(word) for word in file.readline().split()[1:]]
    except (OSError, ValueError):
        return None
    return (sum(ticks[:3]) + sum(ticks[5:8])) / os.sysconf("SC_CLK_TCK")


def _own_seconds():
    """CPU time of this process and of the programs it ran."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


class Result:
    """What a program printed: `values` (its JSON) or `error` (one line); `others`, cores used by others meanwhile."""

    def __init__(self, values=None, error=None, missing=False, others=None):
        self.values, self.error, self.missing, self.others = values, error, missing, others

    @property
    def contended(self):
        return self.values is not None and self.others is not None and self.others > BUSY_SHARE


class Machine:
    """Runs programs one at a time, the measured ones behind a gate that waits for an idle machine.

    `patience` is how many seconds may go, in all, into waiting and into repeating contended runs.
    """

    def __init__(self, environment, patience):
        self.environment = {**os.environ, **environment, "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1"}
        self.patience = patience

    def wait_until_idle(self):
        """Returns when others used next to nothing for a second; or after GATE_SECONDS, or out of patience."""
        if _busy_seconds() is None:
            return
        started = time.monotonic()
        while self.patience > 0 and time.monotonic() - started < GATE_SECONDS:
            before, moment = _busy_seconds(), time.monotonic()
            time.sleep(1)
            if _busy_seconds() - before < BUSY_SHARE:
                return
            self.patience -= time.monotonic() - moment

    def measure(self, command, count, timeout=120):
        """Runs `command` on `count` cores on an idle machine; contended runs are tried again, the quietest is kept."""
        if not os.access(command[0], os.X_OK):
            return Result(error=f"{os.path.basename(command[0])} is not there", missing=True)
        best = None
        for attempt in range(RETRIES + 1):
            if attempt > 0 and self.patience <= 0:
                break
            self.wait_until_idle()
            started = time.monotonic()
            result = self.run(command, count, timeout)
            if attempt > 0:
                self.patience -= time.monotonic() - started
            if best is None or result.others is not None and (best.others is None or result.others < best.others):
                best = result
            if not result.contended:
                break
        return best

    def run(self, command, count, timeout=120, quiet=True):
        """Runs `command`, whose stdout is JSON. With `quiet` its stderr shows only as the reason of a failure."""
        pinned = cores(count)
        environment = dict(self.environment)
        for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
            environment[name] = str(count)
        name = os.path.basename(str(command[0]))
        busy, own, started = _busy_seconds(), _own_seconds(), time.monotonic()
        try:
            process = subprocess.Popen(
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE if quiet else None,
                env=environment,
                text=True,
                start_new_session=True,
                preexec_fn=(lambda: os.sched_setaffinity(0, pinned)) if pinned else None,
            )
        except OSError as error:
            return Result(error=f"{name} does not start: {error.strerror}")
        try:
            output, talk = process.communicate(timeout=timeout)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                return Result(error=f"{name} was stopped after {timeout} s")
            raise
        others = None
        if busy is not None:
            used = (_busy_seconds() - busy) - (_own_seconds() - own)
            others = max(0.0, used / (time.monotonic() - started))
        return _read(name, process.returncode, output, talk or "", others)


def _read(name, code, output, talk, others):
    """The program's result from its last line of output, or all of it where the JSON spans lines."""
    text = output.strip()
    values = None
    for candidate in (text, text.rsplit("\n", 1)[-1]):
        try:
            values = json.loads(candidate)
            break
        except ValueError:
            continue
    if code == MISSING and isinstance(values, dict) and "missing" in values:
        return Result(error=values["missing"], missing=True)
    if values is not None and (code == 0 or isinstance(values, list)):
        return Result(values=values, others=others)
    lines = [line for line in talk.strip().splitlines() if line.strip()]
    reason = lines[-1].strip() if lines else "it printed no JSON"
    how = f"ended with {code}" if code >= 0 else f"was killed by signal {-code}"
    return Result(error=f"{name} {how}: {reason}" if code != 0 or not lines else f"{name} printed no JSON: {reason}")
