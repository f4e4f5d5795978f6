"""Ends the process of a source with its supervisor, however the supervisor ends."""

import ctypes
import os
import signal
from collections.abc import Mapping

from soundpost.errors import SoundpostError

SUPERVISOR = "SOUNDPOST_SUPERVISOR"
"""The environment variable with the process id of the supervisor."""

_PR_SET_PDEATHSIG = 1


def end_with_supervisor(environment: Mapping[str, str] = os.environ) -> None:
    """Makes the kernel kill this process when its supervisor ends; does nothing without one.

    SIGKILL, because a process that hangs would ignore anything else, and would hold the sound card
    and the outbox against the next supervisor. What it had not published is in its outbox, as after
    a power cut.

    Raises:
        SoundpostError: The supervisor has ended already.
    """
    supervisor = environment.get(SUPERVISOR)
    if supervisor is None:
        return
    # prctl(2) fails only for a signal that does not exist. A supervisor that ended before the call
    # is no longer the parent.
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if str(os.getppid()) != supervisor:
        raise SoundpostError(
            f"expected to be started by the supervisor {supervisor}, which has ended",
            hint="start soundpost again",
        )
