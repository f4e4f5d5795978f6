"""An event while it goes on."""

from dataclasses import dataclass

from soundpost.events import Window


@dataclass(slots=True)
class Track:
    """What is known of it so far.

    Attributes:
        event: Its number within this run.
        label: What it is.
        threshold: The smoothed score that started it.
        onset_sample: First sample.
        onset_utc_ns: When that was, nanoseconds since 1970 UTC.
        peak: Highest smoothed score.
        level_dbfs: Of the loudest window.
        held: The last window whose own score held.
        confirmed: Whether it has been told that it holds.
    """

    event: int
    label: str
    threshold: float
    onset_sample: int
    onset_utc_ns: int
    peak: float
    level_dbfs: float
    held: Window
    confirmed: bool = False
