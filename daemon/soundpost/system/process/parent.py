"""Ends processes with the one that has started them, however that ends."""

import ctypes
import os
import signal
from collections.abc import Mapping
from contextlib import suppress

from soundpost.errors import SoundpostError

PARENT = "SOUNDPOST_SUPERVISOR"
"""The environment variable with the id of the process that this one ends with: the supervisor of a
source, or the daemon that is taught."""

_PR_SET_PDEATHSIG = 1


def end_with_parent(environment: Mapping[str, str] = os.environ) -> None:
    """Makes the kernel kill this process when its parent ends; does nothing without `PARENT`.

    SIGKILL, because a process that hangs would ignore anything else, and a source would hold the
    sound card and the outbox against the next supervisor. What a source had not published is in its
    outbox, and a head is stored whole or not at all, as after a power cut.

    Raises:
        SoundpostError: The parent has ended already.
    """
    parent = environment.get(PARENT)
    if parent is None:
        return
    # prctl(2) fails only for a signal that does not exist. A parent that ended before the call is
    # no longer the parent.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if str(os.getppid()) != parent:
        raise SoundpostError(
            f"expected to be started by the process {parent}, which has ended",
            hint="start soundpost again",
        )


def kill_group(process: int) -> None:
    """Kills a process and all that it has started, also once it has ended itself.

    Args:
        process: A child that was started with `process_group=0`.
    """
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
