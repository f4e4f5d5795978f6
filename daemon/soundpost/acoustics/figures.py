"""The figures of a minute, and the reasons for which some of them are missing."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from soundpost.acoustics.indices import (
    LOWEST_RATE_HZ,
    acoustic_complexity_index,
    bioacoustic_index,
    normalized_difference_soundscape_index,
)
from soundpost.acoustics.levels import Levels
from soundpost.acoustics.spectrum import SpectrumSums
from soundpost.audio import NANOSECONDS

MINUTE_SECONDS = 60
LEAST_SECONDS = 59.9
"""Of a minute that is whole: a sound card may be fast or slow by 0.1 s a minute, which is more than
any is, and a minute by UTC has so many samples less or more."""

LEVEL_DECIMALS = 2
INDEX_DECIMALS = 4
"""Of published figures: less than their change by one more sound, and more than processors of
different kinds differ in the last bits of a sum."""

_BANDED = ("ndsi", "bi")
"""The indices of bands with fixed limits."""


class Reason(StrEnum):
    """The reason for which a figure is missing; the value is its name in tables and messages."""

    TOO_SHORT = "too_short"
    RATE_TOO_LOW = "rate_too_low"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class MinuteFigures:
    """The figures of a minute; None where one is missing, with the reason in `missing`.

    Attributes:
        start_ns: The start of the minute: nanoseconds since 1970 UTC, or, of a recording, since its
            start.
        seconds: The sound of it that there was.
        rate_hz: The sample rate; there is no sound above half of it.
        leq_dbfs: Equivalent level, not weighted, without a constant offset.
        laeq_dbfs: Equivalent level, A-weighted.
        laf10_dbfs: A- and F-weighted level that is exceeded for 10 % of the time.
        laf50_dbfs: For 50 %.
        laf90_dbfs: For 90 %.
        lafmax_dbfs: The highest A- and F-weighted level.
        aci: Acoustic Complexity Index.
        ndsi: Normalized Difference Soundscape Index.
        bi: Bioacoustic Index.
        missing: The reason for each figure that is missing, by its name without unit.
    """

    start_ns: int
    seconds: float
    rate_hz: int
    leq_dbfs: float
    laeq_dbfs: float
    laf10_dbfs: float | None = None
    laf50_dbfs: float | None = None
    laf90_dbfs: float | None = None
    lafmax_dbfs: float | None = None
    aci: float | None = None
    ndsi: float | None = None
    bi: float | None = None
    missing: dict[str, Reason] = field(default_factory=dict)

    @property
    def start_seconds(self) -> int:
        """The start of the minute in whole seconds."""
        return self.start_ns // NANOSECONDS

    @property
    def is_partial(self) -> bool:
        """True if sound of the minute is missing."""
        return self.seconds < LEAST_SECONDS

    def limited_to(self, recorded_rate_hz: int) -> "MinuteFigures":
        """Returns the figures without those that need more than the rate of the recording.

        Sound that is resampled to a higher rate has empty upper bands.
        """
        rate_hz = min(self.rate_hz, recorded_rate_hz)
        if rate_hz >= LOWEST_RATE_HZ:
            return replace(self, rate_hz=rate_hz)
        reasons = dict.fromkeys(_BANDED, Reason.RATE_TOO_LOW)
        return replace(self, rate_hz=rate_hz, ndsi=None, bi=None, missing=self.missing | reasons)


@dataclass(frozen=True, slots=True)
class MinuteMeasures:
    """The measures from which the figures of a minute follow.

    Attributes:
        rate_hz: The sample rate.
        samples: The samples of the minute that there were, at least one.
        levels: Their levels.
        spectrum: The sums of their spectra.
    """

    rate_hz: int
    samples: int
    levels: Levels
    spectrum: SpectrumSums

    def figures(self, start_ns: int) -> MinuteFigures:
        """Returns the figures of a minute that starts at a time."""
        levels, sums = self.levels, self.spectrum
        missing = self._missing_indices()
        if levels.lafmax is None:
            missing |= dict.fromkeys(("laf10", "laf50", "laf90", "lafmax"), Reason.TOO_SHORT)
        return MinuteFigures(
            start_ns,
            self.samples / self.rate_hz,
            self.rate_hz,
            levels.leq,
            levels.laeq,
            levels.laf10,
            levels.laf50,
            levels.laf90,
            levels.lafmax,
            aci=None if "aci" in missing else acoustic_complexity_index(sums),
            ndsi=None if "ndsi" in missing else normalized_difference_soundscape_index(sums),
            bi=None if "bi" in missing else bioacoustic_index(sums),
            missing=missing,
        )

    def _missing_indices(self) -> dict[str, Reason]:
        sums = self.spectrum
        missing = {}
        if self.rate_hz < LOWEST_RATE_HZ:
            missing = dict.fromkeys(_BANDED, Reason.RATE_TOO_LOW)
        if not sums.frames:
            return dict.fromkeys(("aci", *_BANDED), Reason.TOO_SHORT) | missing
        if not sums.amplitude.any():
            return dict.fromkeys(("aci", *_BANDED), Reason.SILENCE) | missing
        return missing if sums.changes else {"aci": Reason.TOO_SHORT} | missing
