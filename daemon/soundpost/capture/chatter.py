"""Keeping what sound libraries print while they look around out of people's sight."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

_log = logging.getLogger(__name__)

KNOWN = (
    b"ALSA lib ",
    b"Expression '",
    b"Cannot connect to server ",
    b"jack server is not running",
    b"JackShmReadWritePtr::",
)
"""How the lines begin that ALSA, PortAudio and JACK print for each thing that they tried and that
is not there: 80 on a machine without a sound card."""


@contextmanager
def quiet_chatter() -> Iterator[None]:
    """Send the known chatter to the log at DEBUG, and every other line to stderr as it was."""
    stderr = os.dup(2)
    heard = os.memfd_create("chatter")
    os.dup2(heard, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        with os.fdopen(heard, "rb") as file:
            file.seek(0)
            for line in file:
                if line.isspace():  # PortAudio sets off each of its lines
                    continue
                if line.startswith(KNOWN):
                    _log.debug("%s", line.decode(errors="replace").rstrip())
                else:
                    os.write(2, line)
