"""An upper bound of `seq` in a side file, for the day the outbox's file cannot be read."""

import os
import re
from pathlib import Path

import msgspec

from soundpost.publish.outbox.record import LARGEST_SEQ

_AHEAD = 1_000
"""The bound is set a thousand numbers ahead, so that the file is written once for as many messages;
such a gap in `seq` is rare, and a thousand of 2^53 numbers are few."""
_FILE_MODE = 0o640
_LINE_BYTES = 26
_FORM = re.compile(rb"(\d{19}) (saved|loose)\n")


class HighWaterMark(msgspec.Struct):
    """An upper bound of `seq`, in a file that is overwritten in place.

    The outbox's file holds the last number exactly, and numbers continue from it. When that file
    is damaged or gone, or was not writable while messages were sent from memory, numbers continue
    from here: a gap, which a subscriber takes for the loss that it may be, and never a number
    twice. Overwriting a line in place needs no space on a full disk.

    Attributes:
        path: The file.
        bound: No higher number was given to a message; 0 when nothing is known.
        has_unsaved_numbers: True if numbers were given that never reached the outbox's file;
            the word `loose` in this one.
    """

    path: Path
    bound: int = 0
    has_unsaved_numbers: bool = False

    def read(self) -> None:
        """Reads the bound of an earlier run; ignores a file of another form or kind.

        Raises:
            OSError: The file exists and cannot be read.
        """
        if not self.path.is_file():  # to read a FIFO would take for ever
            return
        with self.path.open("rb") as file:
            found = _FORM.fullmatch(file.read(_LINE_BYTES + 1))
        if found and int(found[1]) <= LARGEST_SEQ:
            self.bound, self.has_unsaved_numbers = int(found[1]), found[2] == b"loose"

    def last_seq(self, stored_seq: int) -> int:
        """Returns the last number that was given, or one above it.

        Args:
            stored_seq: The last number in the outbox's file; 0 if there is none.
        """
        if stored_seq and not self.has_unsaved_numbers:
            return stored_seq
        return max(stored_seq, self.bound)

    def raise_above(self, seq: int, *, has_unsaved_numbers: bool) -> None:
        """Raises the bound above a number if necessary; returns when it is on the disk.

        Raises:
            OSError: It cannot be written.
        """
        if seq <= self.bound and has_unsaved_numbers == self.has_unsaved_numbers:
            return
        bound = max(self.bound, seq + _AHEAD)
        state = b"loose" if has_unsaved_numbers else b"saved"
        flags = os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC | os.O_NONBLOCK  # a FIFO is an error
        handle = os.open(self.path, flags, _FILE_MODE)
        try:
            os.pwrite(handle, b"%019d %s\n" % (bound, state), 0)
            os.fdatasync(handle)
        finally:
            os.close(handle)
        self.bound, self.has_unsaved_numbers = bound, has_unsaved_numbers


def mark_path(outbox: Path) -> Path:
    """Returns the path of the side file of an outbox."""
    return outbox.with_name(outbox.name + ".mark")
