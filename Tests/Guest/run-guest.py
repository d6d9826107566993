#!/usr/bin/env python3
"""Runs an emulated board to its end and judges what it printed.

    run-guest.py --seconds N [--log FILE] -- qemu-system-aarch64 ARGUMENTS...

The guest prints lines as Tests/Guest/guest.sh tells. A line `@host COMMAND ...` is carried out through QEMU's monitor (QMP)
and answered with one line on the guest's console:

    @host peek ADDRESS              the word of 32 bits at this physical address, as 0x%08x
    @host set PATH PROPERTY NUMBER  sets a property of an emulated device (a thermometer's temperature)
    @host wait SECONDS              answers `waited`

Exit code 0 when the guest came to its end (DONE 0), nothing failed, and something was checked.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time


class Monitor:
    """QEMU's machine protocol over a socket."""

    def __init__(self, path, until):
        while True:
            try:
                self.socket = socket.socket(socket.AF_UNIX)
                self.socket.connect(path)
                break
            except OSError:
                self.socket.close()
                if time.monotonic() > until:
                    raise
                time.sleep(0.05)
        self.socket.settimeout(10)
        self.file = self.socket.makefile("rw")
        self.file.readline()
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.file.write(json.dumps({"execute": command, "arguments": arguments}) + "\n")
        self.file.flush()
        while True:
            reply = json.loads(self.file.readline())
            if "error" in reply:
                raise RuntimeError(reply["error"]["desc"])
            if "return" in reply:
                return reply["return"]

    def peek(self, address):
        text = self.ask("human-monitor-command", **{"command-line": f"xp /1wx {address:#x}"})
        return int(re.search(r": (0x[0-9a-f]+)", text).group(1), 16)


def answer(monitor, words):
    try:
        if words[0] == "peek":
            return f"{monitor.peek(int(words[1], 0)):#010x}"
        if words[0] == "set":
            monitor.ask("qom-set", path=words[1], property=words[2], value=int(words[3]))
            return "set"
        if words[0] == "wait":
            time.sleep(float(words[1]))
            return "waited"
        return f"unknown {words[0]}"
    except (RuntimeError, ValueError, IndexError, AttributeError) as error:
        return f"error {error}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, required=True, help="the guest is stopped after this time")
    parser.add_argument("--log", help="keeps everything the guest printed")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    started = time.monotonic()
    lines, failed, checked, done = [], 0, 0, None
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "qmp")
        board = subprocess.Popen(
            command + ["-qmp", f"unix:{path},server=on,wait=off"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        alarm = threading.Timer(options.seconds, board.kill)
        alarm.start()
        try:
            monitor = None
            for raw in board.stdout:
                line = raw.decode(errors="replace").rstrip()
                lines.append(line)
                if line.startswith("@host "):
                    monitor = monitor or Monitor(path, started + options.seconds)
                    board.stdin.write((answer(monitor, line.split()[1:]) + "\n").encode())
                    board.stdin.flush()
                elif line.startswith("ok "):
                    checked += 1
                elif line.startswith("FAIL"):
                    failed += 1
                    print(f"   {line}", file=sys.stderr)
                elif line.startswith("DONE "):
                    done = int(line.split()[1])
                elif line.startswith("figure "):
                    print(line)
            board.wait()
        finally:
            timed_out = not alarm.is_alive()
            alarm.cancel()
            board.kill()
            board.wait()
    if options.log:
        with open(options.log, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
    seconds = time.monotonic() - started
    if done == 0 and failed == 0 and checked > 0 and not timed_out:
        print(f"{checked} checks held, {seconds:.1f} s")
        return 0
    reason = "was stopped: out of time" if timed_out else "ended"
    print(f"error: the guest {reason} after {seconds:.1f} s; {checked} checks held, {failed} failed, "
          f"its end was {'not ' if done is None else ''}reached. Its last lines:", file=sys.stderr)
    for line in lines[-25:]:
        print(f"   {line}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
