"""A stream that is reopened whenever it was lost."""

import math

from soundpost.capture.live.reconnecting import ReconnectingSource, Waits
from soundpost.capture.live.timeline import SamplePosition
from soundpost.capture.stream.options import StreamOptions
from soundpost.capture.stream.stream import StreamSource
from soundpost.health import Health

LONGEST_WAIT_SECONDS = 4.0
"""Sound is to be back within 10 s of the camera; connecting takes the rest."""

_WAITS = Waits(
    LONGEST_WAIT_SECONDS,
    math.inf,  # each attempt is a new process: a restart of this one would change nothing
    "a stream",
    "look at the camera and its connection",
)


class ReconnectingStream(ReconnectingSource[StreamSource]):
    """Records from a stream that may come and go, by at most one child process at a time.

    Args:
        options: The stream.
        health: Counts samples, losses and reopenings.
    """

    def __init__(self, options: StreamOptions, health: Health) -> None:
        super().__init__(health, _WAITS)
        self._options = options

    def _start(self, follows: SamplePosition | None) -> StreamSource:
        """Starts ffmpeg.

        Raises:
            CaptureError: It is not installed.
        """
        return StreamSource(self._options, self._health, follows)
