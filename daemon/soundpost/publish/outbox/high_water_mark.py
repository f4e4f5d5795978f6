"""A number that no message has passed, kept beside the outbox for the day that it cannot tell."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from soundpost.publish.outbox.record import LARGEST_SEQ

_AHEAD = 1_000
"""It is written once for so many messages."""
_FILE_MODE = 0o640
_FORM = re.compile(rb"(\d{19}) (saved|loose)\n")


@dataclass(slots=True)
class HighWaterMark:
    """An upper bound of `seq`, in a file that is overwritten in place.

    The outbox itself knows the last number exactly, and goes on from it. When it is damaged or
    gone, or took no more while messages were told from memory, the numbers go on from here: a gap,
    which a subscriber takes for the loss that it may be, and never a number given twice. To
    overwrite a line in place needs no room on a full disk.

    Attributes:
        path: The file.
        bound: No number above it was told; 0 when nothing is known.
        is_loose: Whether numbers were told that never reached the outbox's file.
    """

    path: Path
    bound: int = 0
    is_loose: bool = False

    def read(self) -> None:
        """Learn what an earlier run left; what is no mark is none.

        Raises:
            OSError: There is one, and it cannot be read.
        """
        try:
            found = _FORM.fullmatch(self.path.read_bytes())
        except FileNotFoundError:
            return
        if found and int(found[1]) <= LARGEST_SEQ:
            self.bound, self.is_loose = int(found[1]), found[2] == b"loose"

    def last_seq(self, known: int) -> int:
        """The last number that was told, or one above it, given the last one in the outbox."""
        return known if known and not self.is_loose else max(known, self.bound)

    def cover(self, seq: int, *, is_loose: bool) -> None:
        """See to it that it holds for a number; returns when the disk has it.

        Raises:
            OSError: The disk does not take it.
        """
        if seq <= self.bound and is_loose == self.is_loose:
            return
        bound = max(self.bound, seq + _AHEAD)
        handle = os.open(self.path, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, _FILE_MODE)
        try:
            os.pwrite(handle, b"%019d %s\n" % (bound, b"loose" if is_loose else b"saved"), 0)
            os.fdatasync(handle)
        finally:
            os.close(handle)
        self.bound, self.is_loose = bound, is_loose
