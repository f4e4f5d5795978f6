"""Capture times of frames, estimated from the arrival times of their buffers."""

from collections import deque

from soundpost.audio import NANOSECONDS, samples_to_ns

HORIZON_SECONDS = 10
"""Time over which the quickest arrival is searched. A longer horizon finds a quicker one; with this
one, a crystal that is slow by 100 ppm causes an error of no more than 1 ms."""
MAX_DRIFT_DIVISOR = 1_000
"""No clock drifts by more than 1 / 1000; USB allows its devices 500 ppm, half of that."""


class CaptureTimestamps:
    """Tracks the least delay of a stream of buffers.

    A buffer arrives when its last frame was captured, plus a delay that varies with the load of
    the machine and is never negative. So the minimum of arrival minus duration, over the recent
    past, is the best estimate of the capture time of frame 0 (the minimum filter of NTP, RFC 5905
    section 10). A delay common to all buffers, of the converter and its driver, is not detected.

    Args:
        rate_hz: Nominal frames per second.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        # Ends and origins both increase from left to right: the first origin is the least.
        self._origins: deque[tuple[int, int]] = deque()
        self._earliest_ns = 0
        self._arrived_ns = 0

    @property
    def has_buffers(self) -> bool:
        """True once a buffer has arrived."""
        return bool(self._origins)

    def record(self, end_frame: int, arrived_ns: int) -> None:
        """Records that all frames before `end_frame` had arrived at a monotonic time."""
        origin_ns = self._origin_ns(end_frame, arrived_ns)
        drift_ns = (arrived_ns - self._arrived_ns) // MAX_DRIFT_DIVISOR
        earliest_ns = self._earliest_ns + drift_ns if self._origins else origin_ns
        self._earliest_ns = min(earliest_ns, origin_ns)
        self._arrived_ns = arrived_ns
        while self._origins and self._origins[-1][1] >= origin_ns:
            self._origins.pop()
        self._origins.append((end_frame, origin_ns))
        while self._origins[0][0] < end_frame - HORIZON_SECONDS * self._rate_hz:
            self._origins.popleft()

    def captured_ns(self, frame: int) -> int:
        """Returns the monotonic time at which a frame was captured, after at least one `record`."""
        return self._origins[0][1] + samples_to_ns(frame, self._rate_hz)

    @property
    def behind_ns(self) -> int:
        """Delay of frames during the whole horizon, compared to their quickest arrival before.

        Beyond the drift of a clock, this is sound that waits unread in the sound system, or was
        lost there without an overflow flag; the count of frames cannot distinguish the two.
        """
        return max(0, self._origins[0][1] - self._earliest_ns) if self._origins else 0

    def late_frames(self, end_frame: int, arrived_ns: int) -> int:
        """Returns how many frames more than were counted should have arrived by this time."""
        if not self._origins:
            return 0
        late_ns = self._origin_ns(end_frame, arrived_ns) - self._origins[0][1]
        return max(0, late_ns * self._rate_hz // NANOSECONDS)

    def _origin_ns(self, end_frame: int, arrived_ns: int) -> int:
        return arrived_ns - samples_to_ns(end_frame, self._rate_hz)
