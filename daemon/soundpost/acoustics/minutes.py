"""The minutes that samples belong to: of a recording from its start, of live sound by UTC."""

from typing import NamedTuple, Protocol

from soundpost.acoustics.figures import MINUTE_SECONDS
from soundpost.audio import NANOSECONDS, Chunk, samples_to_ns

MINUTE_NS = MINUTE_SECONDS * NANOSECONDS

DRIFT_NS = 20_000_000
"""The clock of capture is compared with UTC for every chunk. It is followed once it is 20 ms off:
less is jitter of its time stamps, and of rounding in those of a file."""
SET_BACK_NS = NANOSECONDS
"""A clock that goes back by less than a second behind the start of a minute makes that minute
longer; by more, it begins an earlier one."""


class Minute(NamedTuple):
    """A minute.

    Attributes:
        start_ns: Its start: nanoseconds since 1970 UTC, or since the start of the recording.
        end_sample: One past its last sample, as far as is known now.
    """

    start_ns: int
    end_sample: int


class _Anchor(NamedTuple):
    """A sample, and its time in nanoseconds since 1970 UTC."""

    sample: int
    utc_ns: int


class Minutes(Protocol):
    """Divides samples into minutes."""

    def minute(self, sample: int, chunk: Chunk) -> Minute:
        """Returns the minute of a sample of the chunk; samples are asked for in order."""


class RecordingMinutes:
    """Minutes from the first sample on.

    Args:
        rate_hz: The sample rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self._minute_samples = MINUTE_SECONDS * rate_hz

    def minute(self, sample: int, _chunk: Chunk) -> Minute:
        """Returns the minute of a sample."""
        number = sample // self._minute_samples
        return Minute(number * MINUTE_NS, (number + 1) * self._minute_samples)


class UtcMinutes:
    """Minutes by UTC, found from the capture time of chunks.

    Ends of minutes are counted in samples from an anchor, one sample whose time is taken as exact,
    so that they do not depend on the size of the chunks. A new anchor is set once the time of a
    chunk differs by `DRIFT_NS`: the clock of a sound card drifts, and the clock of the machine may
    be set.

    Args:
        rate_hz: The sample rate.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._anchor: _Anchor | None = None
        self._start_ns: int | None = None

    def minute(self, sample: int, chunk: Chunk) -> Minute:
        """Returns the minute of a sample of the chunk."""
        anchor = self._anchor
        if anchor is None or abs(self._off_ns(chunk, anchor)) > DRIFT_NS:
            anchor = self._anchor = _Anchor(chunk.start_sample, chunk.utc_ns)
        at_ns, start_ns = self._utc_ns(sample, anchor), self._start_ns
        if start_ns is None or not start_ns - SET_BACK_NS <= at_ns < start_ns + MINUTE_NS:
            start_ns = at_ns // MINUTE_NS * MINUTE_NS
        self._start_ns = start_ns
        ahead_ns = start_ns + MINUTE_NS - anchor.utc_ns
        # Rounded up: the first sample whose time is not before the end.
        ahead_samples = -(-ahead_ns * self._rate_hz // NANOSECONDS)
        return Minute(start_ns, anchor.sample + ahead_samples)

    def _off_ns(self, chunk: Chunk, anchor: _Anchor) -> int:
        return self._utc_ns(chunk.start_sample, anchor) - chunk.utc_ns

    def _utc_ns(self, sample: int, anchor: _Anchor) -> int:
        return anchor.utc_ns + samples_to_ns(sample - anchor.sample, self._rate_hz)
