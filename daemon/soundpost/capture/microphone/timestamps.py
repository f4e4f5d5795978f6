"""When a frame was heard, told from when its buffer arrived."""

from collections import deque

from soundpost.audio import NANOSECONDS, samples_to_ns

HORIZON_SECONDS = 10
"""How far back the quickest arrival is looked for. Longer finds a quicker one; shorter lets a
crystal that runs slow by 100 ppm mislead by no more than 1 ms."""
DRIFT = 1_000
"""One part in so many is more than any clock is off; USB allows its devices 500 ppm."""


class CaptureTimestamps:
    """Follows the delay of a stream of buffers by its minimum.

    A buffer arrives when its last frame was heard, plus a delay that varies with what the machine
    is busy with and is never negative. Arrival minus duration, at its minimum over the recent
    past, is therefore the best guess of when frame 0 was heard (the minimum filter of NTP,
    RFC 5905 section 10). What all buffers are late by, the converter and its driver, is not seen.

    Args:
        rate_hz: Nominal frames per second.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        # Ends and origins both grow from left to right: the first is the least of the horizon.
        self._origins: deque[tuple[int, int]] = deque()
        self._earliest_ns = 0
        self._arrived_ns = 0

    @property
    def has_heard(self) -> bool:
        """Whether anything has arrived."""
        return bool(self._origins)

    def record(self, end_frame: int, arrived_ns: int) -> None:
        """Take in that all frames before `end_frame` had arrived at a monotonic time."""
        origin_ns = self._origin_ns(end_frame, arrived_ns)
        drift_ns = (arrived_ns - self._arrived_ns) // DRIFT
        earliest_ns = self._earliest_ns + drift_ns if self._origins else origin_ns
        self._earliest_ns = min(earliest_ns, origin_ns)
        self._arrived_ns = arrived_ns
        while self._origins and self._origins[-1][1] >= origin_ns:
            self._origins.pop()
        self._origins.append((end_frame, origin_ns))
        while self._origins[0][0] < end_frame - HORIZON_SECONDS * self._rate_hz:
            self._origins.popleft()

    def captured_ns(self, frame: int) -> int:
        """The monotonic time at which a frame was heard, after at least one `note`."""
        return self._origins[0][1] + samples_to_ns(frame, self._rate_hz)

    @property
    def behind_ns(self) -> int:
        """How much later frames have come, for all of the horizon, than they did once.

        More than drift explains is sound that waits in front of the converter's reader, or that
        was lost there and never told; the count of frames cannot say which.
        """
        return max(0, self._origins[0][1] - self._earliest_ns) if self._origins else 0

    def late_frames(self, end_frame: int, arrived_ns: int) -> int:
        """How many frames more than were counted the time that passed had room for."""
        if not self._origins:
            return 0
        late_ns = self._origin_ns(end_frame, arrived_ns) - self._origins[0][1]
        return max(0, late_ns * self._rate_hz // NANOSECONDS)

    def _origin_ns(self, end_frame: int, arrived_ns: int) -> int:
        return arrived_ns - samples_to_ns(end_frame, self._rate_hz)
