"""An emulated board in QEMU: power, ssh, and what is said to its bench."""

import os
import subprocess
import time


class EmulatedBoard:
    """One image made by scripts/make-image.sh, on an overlay of its own, so that the image stays as it was made."""

    def __init__(self, image, qemu_bin, folder, key, port, hosts, options=()):
        """`options`: more arguments for QEMU."""
        self.options = list(options)
        self.image, self.qemu_bin, self.folder, self.key, self.port, self.hosts = image, qemu_bin, folder, key, port, hosts
        self.disk = os.path.join(folder, "disk.qcow2")
        self.process = None
        self.starts = 0
        if os.path.exists(self.disk):
            os.remove(self.disk)
        subprocess.run(
            [os.path.join(qemu_bin, "qemu-img"), "create", "-q", "-f", "qcow2", "-b", image, "-F", "raw", self.disk],
            check=True,
        )

    def power_on(self):
        self.starts += 1
        environment = dict(
            os.environ, QEMU=os.path.join(self.qemu_bin, "qemu-system-aarch64"), DISK=self.disk, DISK_FORMAT="qcow2",
            SSH_PORT=str(self.port),
        )
        with open(os.path.join(self.folder, f"console-{self.starts}.log"), "wb") as log:
            self.process = subprocess.Popen(
                ["timeout", "--kill-after=1", "600", self.image + ".sh", *self.options], env=environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )

    def cut_power(self):
        """QEMU is killed: what the guest had not put on its disk is gone."""
        if self.process and self.process.poll() is None:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        self.process = None

    def ssh_options(self, key=None):
        return [
            "-F", "none", "-p", str(self.port), "-i", key or self.key, "-o", "IdentitiesOnly=yes", "-o", "BatchMode=yes",
            "-o", f"UserKnownHostsFile={self.hosts}", "-o", "StrictHostKeyChecking=yes", "-o", "ConnectTimeout=5",
        ]

    def ssh(self, command, seconds=30, check=True):
        """A command as root on the board; its output."""
        done = subprocess.run(
            ["ssh", *self.ssh_options(), "root@127.0.0.1", command], stdin=subprocess.DEVNULL, capture_output=True,
            text=True, timeout=seconds, check=False,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"on the board, '{command}' ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def wait_until_up(self, seconds=120):
        """Waits until the board answers by ssh; how long it took."""
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            if self.process.poll() is not None:
                raise RuntimeError(f"QEMU ended by itself; see console-{self.starts}.log in {self.folder}")
            try:
                self.ssh("true", seconds=10)
                return time.monotonic() - started
            except (RuntimeError, subprocess.TimeoutExpired):
                time.sleep(0.5)
        raise RuntimeError(f"the board did not answer by ssh within {seconds} s; see console-{self.starts}.log in {self.folder}")

    def bench(self, command):
        """A command to the bench server (FaultCommands.swift)."""
        self.ssh(f"echo '{command}' >/run/bench/commands")
