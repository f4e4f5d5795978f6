"""A wall clock that a test can set, for one process only: see set_clock.c."""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

HOUR_SECONDS = 3_600
YEAR_SECONDS = 365 * 24 * HOUR_SECONDS
_SOURCE = Path(__file__).with_name("set_clock.c")
_FORM = struct.Struct("=q")


class FakeClock:
    """The wall clock of a process that has this environment; other processes are not affected.

    Args:
        folder: An empty folder.

    Attributes:
        environment: Variables for the environment of the process.
    """

    def __init__(self, folder: Path) -> None:
        if not shutil.which("cc"):
            pytest.skip("no C compiler: apt-get install gcc libc6-dev")
        library = folder / "set_clock.so"
        flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Werror"]
        subprocess.run(["cc", *flags, "-o", str(library), str(_SOURCE)], check=True)
        self._file = folder / "offset"
        self._file.write_bytes(_FORM.pack(0))
        self.environment = {"LD_PRELOAD": str(library), "SET_CLOCK_FILE": str(self._file)}

    def set(self, offset_seconds: int) -> None:
        """Sets the offset of the clock from the correct time, from now on."""
        with self._file.open("r+b") as file, mmap.mmap(file.fileno(), _FORM.size) as page:
            _FORM.pack_into(page, 0, offset_seconds)
