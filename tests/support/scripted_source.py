"""A process in place of a source, with the behaviour that its name begins with.

Usage: scripted_source.py FOLDER --source NAME. It appends what happens to FOLDER/NAME, a line each.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from soundpost.system.process.parent import end_with_parent
from soundpost.system.systemd import Notifier

SIGN_SECONDS = 0.05


class ScriptedSource:
    """A source that notifies its supervisor, and records what happens to it.

    Args:
        folder: The folder of its record.
        name: Its name.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self._record = folder / name
        self._notifier = Notifier.from_environment()
        self._is_stopped = False
        self.kind = name.partition("-")[0]

    def run(self) -> int:
        """Behaves as its name says; returns the exit status."""
        end_with_parent()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1):
            signal.signal(number, self._on_signal)
        self._note(f"start {os.getpid()}")
        match self.kind:
            case "refused":
                return 78
            case "failing":
                return 1
            case "ended":
                return 0
            case "late":
                time.sleep(600.0)
            case "parent":
                self._note(f"child {subprocess.Popen(['sleep', '600']).pid}")
        self._notifier.notify(READY="1", STATUS="capturing")
        while not self._is_stopped or self.kind == "stubborn":
            if self.kind != "silent":
                self._notifier.notify(WATCHDOG="1")
            time.sleep(SIGN_SECONDS)
        self._note("end")
        return 0

    def _on_signal(self, number: int, _frame: object) -> None:
        self._note(signal.Signals(number).name)
        if number == signal.SIGHUP:
            self._notifier.notify(RELOADING="1")
            self._notifier.notify(READY="1")
        else:
            self._is_stopped = True

    def _note(self, text: str) -> None:
        with self._record.open("a") as file:
            file.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(ScriptedSource(Path(sys.argv[1]), sys.argv[-1]).run())
