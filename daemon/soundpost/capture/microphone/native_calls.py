"""Calls into PortAudio with a time-out and with the libraries' messages silenced."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Generic, TypeVar

from soundpost.errors import CaptureError

_log = logging.getLogger("soundpost.capture")

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
def quiet_native_stderr() -> Iterator[None]:
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


PATIENCE_SECONDS = 10.0
"""How long opening may take. A slow board with many cards needs two; systemd's watchdog, which is
not fed meanwhile, waits for 30."""
POLL_SECONDS = 0.1

Result = TypeVar("Result")


class NativeCall(Generic[Result]):
    """A call in a thread of its own, which is left behind if it never returns.

    A sound server that is frozen makes PortAudio wait for it inside C, where nothing can end the
    waiting but the end of the process.

    Args:
        call: What is attempted; it raises nothing but `CaptureError`.
    """

    def __init__(self, call: Callable[[], Result]) -> None:
        self._call = call
        self._over = Event()
        self._results: list[Result] = []
        self._error: CaptureError | None = None

    def make(self, seconds: float, is_stopping: Callable[[], bool] = bool) -> bool:
        """Make the attempt; whether it was over within a time, and before somebody asked to stop.

        Args:
            seconds: How long to wait for it.
            is_stopping: Whether there is no more need to wait.
        """
        until_seconds = time.monotonic() + seconds
        # Around the waiting, not inside the call: a call that hangs would never give stderr back.
        with quiet_native_stderr():
            Thread(target=self._run, name="portaudio", daemon=True).start()
            while not self._over.wait(POLL_SECONDS):
                if is_stopping() or time.monotonic() > until_seconds:
                    return False
        return True

    def result(self) -> Result:
        """What the call gave, once the attempt is over.

        Raises:
            CaptureError: The call did.
        """
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._call())
        except CaptureError as error:
            self._error = error
        finally:  # a bug has its traceback printed, and then no result
            self._over.set()


def call_with_timeout(call: Callable[[], Result], seconds: float = PATIENCE_SECONDS) -> Result:
    """What a call into PortAudio gives.

    Raises:
        CaptureError: The call did, or it hangs.
    """
    attempt = NativeCall(call)
    if not attempt.make(seconds):
        raise hung(seconds)
    return attempt.result()


def hung(seconds: float) -> CaptureError:
    """The error of a call that did not return."""
    return CaptureError(
        f"the sound system did not answer for {seconds:g} s",
        hint="its server hangs: restart it (`systemctl --user restart pipewire pulseaudio`), or "
        "the machine",
    )
