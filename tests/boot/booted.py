"""A Debian with systemd as its first process, in a container with this machine's network."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self, TypeVar

import pytest

Result = TypeVar("Result")
PATIENCE_SECONDS = 60.0
"""Long enough for a busy machine; only a hang takes as long."""
SHARED = Path("/mnt/shared")
"""Mount point, in a booted Debian, of the folder that it shares with the test."""

_EVERY_NAMESPACE = ("-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w")
_UP = {"running", "degraded"}
_BOOT = """
echo $BASHPID > "$3/cgroup.procs"
exec unshare -m --propagation private bash -c '
    umount -R /sys/fs/cgroup; mount -t cgroup2 cgroup2 /sys/fs/cgroup
    exec systemd-nspawn --quiet --keep-unit --register=no --boot --volatile=overlay \
        --console=pipe --bind="$2:/mnt/shared" -D "$1"' _ "$1" "$2"
"""


class Booted:
    """A booted copy of a root file system; its changes are lost when it ends.

    Args:
        root: The root file system, which is not changed.
        shared: A folder of this machine, mounted at `SHARED`.
    """

    def __init__(self, root: Path, shared: Path) -> None:
        self._root = root
        self._shared = shared

    def __enter__(self) -> Self:
        # In a cgroup of its own: the inner systemd must never manage this machine's cgroups.
        unified = Path("/sys/fs/cgroup/unified")
        top = unified if unified.is_dir() else Path("/sys/fs/cgroup")
        self._errors = tempfile.TemporaryFile("w+")
        self._cgroup = Path(tempfile.mkdtemp(prefix="soundpost-test-", dir=top))
        self._container = subprocess.Popen(
            ["bash", "-c", _BOOT, "_", str(self._root), str(self._shared), str(self._cgroup)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._errors,
        )
        try:
            self._leader = self.wait_for(self._find_leader)
            self.wait_for(lambda: self.run("systemctl", "is-system-running", check=False) in _UP)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.run("systemctl", "poweroff", "--no-wall", check=False)
        self._end()

    def run(self, *command: str, check: bool = True, stdin: str = "") -> str:
        """Runs a command in it and returns both output streams; the test fails with the command."""
        inside = ["nsenter", f"--target={self._leader}", *_EVERY_NAMESPACE]
        done = subprocess.run(
            [*inside, *command],
            input=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
            env={"PATH": "/usr/sbin:/usr/bin", "DEBIAN_FRONTEND": "noninteractive"},
        )
        if check and done.returncode != 0:
            pytest.fail(f"{' '.join(command)} exits with {done.returncode}:\n{done.stdout}")
        return done.stdout.strip()

    def write(self, path: str, content: str) -> None:
        """Writes a file in it; an existing one keeps its owner and mode."""
        self.run("mkdir", "-p", str(Path(path).parent))
        self.run("tee", path, stdin=content)

    def property_of(self, unit: str, name: str) -> str:
        """Returns a property of a unit, as `systemctl show` prints it."""
        return self.run("systemctl", "show", "--value", f"--property={name}", unit)

    def journal(self, unit: str) -> str:
        """Returns the journal of a unit so far."""
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}")

    def wait_for(self, poll: Callable[[], Result]) -> Result:
        """Polls until the result is true, and returns it; else the test fails."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (result := poll()):
            if time.monotonic() > deadline:
                pytest.fail(f"not within {PATIENCE_SECONDS} s")
            time.sleep(0.1)
        return result

    def _find_leader(self) -> int:
        """Returns the pid of the first process inside; 0 while there is none."""
        if self._container.poll() is not None:
            self._errors.seek(0)
            raise RuntimeError(f"systemd-nspawn has ended:\n{self._errors.read()}")
        children = Path(f"/proc/{self._container.pid}/task/{self._container.pid}/children")
        for child in children.read_text().split():
            if Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                return int(child)
        return 0

    def _end(self) -> None:
        try:
            self._container.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.kill(self._container.pid, signal.SIGKILL)
            self._container.wait()
        for folder in sorted(self._cgroup.rglob("*/"), reverse=True):
            folder.rmdir()
        self._cgroup.rmdir()
        self._errors.close()
