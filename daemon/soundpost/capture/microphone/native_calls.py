"""Calls into PortAudio with a time-out and with the native libraries' messages silenced."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Generic, TypeVar

from soundpost.errors import CaptureError

CALL_TIMEOUT_SECONDS = 10.0
"""Longest time that opening may take. A slow board with many cards needs 2 s; systemd's watchdog,
which is not fed meanwhile, waits for 30 s."""
POLL_SECONDS = 0.1
"""Time between checks for a stop while a call runs: SIGTERM ends the process without a delay that
a person would notice."""

PROBING_MESSAGES = (
    b"ALSA lib ",
    b"Expression '",
    b"Cannot connect to server ",
    b"jack server is not running",
    b"JackShmReadWritePtr::",
)
"""First words of the lines that ALSA, PortAudio and JACK print for each device that they tried
and did not find: 80 lines on a machine without a sound card."""

Result = TypeVar("Result")

_log = logging.getLogger("soundpost.capture")


def call_with_timeout(
    function: Callable[[], Result], timeout_seconds: float = CALL_TIMEOUT_SECONDS
) -> Result:
    """Returns the result of a call into PortAudio.

    Args:
        function: The call; raises only `CaptureError`.
        timeout_seconds: How long it may take.

    Raises:
        CaptureError: The call raised it, or hangs.
    """
    call = NativeCall(function)
    call.run(timeout_seconds)
    return call.result()


class NativeCall(Generic[Result]):
    """A call in a thread of its own, which is abandoned if it never returns.

    A frozen sound server makes PortAudio wait inside C, where only the end of the process can end
    the waiting.

    Args:
        function: The call; raises only `CaptureError`.
    """

    def __init__(self, function: Callable[[], Result]) -> None:
        self._function = function
        self._finished = Event()
        self._results: list[Result] = []
        self._error: CaptureError | None = None

    def run(self, timeout_seconds: float, is_stopping: Callable[[], bool] = bool) -> bool:
        """Starts the call and waits; returns False if `is_stopping` ended the waiting.

        Args:
            timeout_seconds: How long to wait.
            is_stopping: Ends the waiting early when it returns True.

        Raises:
            CaptureError: The call did not return in time.
        """
        until_seconds = time.monotonic() + timeout_seconds
        # Around the waiting, not inside the call: one that hangs would never restore stderr.
        with quiet_native_stderr():
            Thread(target=self._run, name="portaudio", daemon=True).start()
            while not self._finished.wait(POLL_SECONDS):
                if is_stopping():
                    return False
                if time.monotonic() > until_seconds:
                    raise CaptureError(
                        f"the sound system did not answer for {timeout_seconds:g} s",
                        hint="its server hangs: restart it (`systemctl --user restart pipewire "
                        "pulseaudio`), or the machine",
                    )
        return True

    def result(self) -> Result:
        """Returns the call's result, after `run` returned True.

        Raises:
            CaptureError: The call raised it.
        """
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _run(self) -> None:
        try:
            self._results.append(self._function())
        except CaptureError as error:
            self._error = error
        finally:  # a bug prints its traceback here, and leaves no result
            self._finished.set()


@contextmanager
def quiet_native_stderr() -> Iterator[None]:
    """Logs probing messages at DEBUG instead of printing them; prints other lines afterwards.

    Native libraries write to file descriptor 2, so it is the descriptor that is redirected.
    """
    stderr = os.dup(2)
    captured = os.memfd_create("native-stderr")
    os.dup2(captured, 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)
        with os.fdopen(captured, "rb") as file:
            file.seek(0)
            for line in file:
                if line.isspace():  # PortAudio prints empty lines around each of its own
                    continue
                if line.startswith(PROBING_MESSAGES):
                    _log.debug("%s", line.decode(errors="replace").rstrip())
                else:
                    os.write(2, line)
