"""An event while it lasts."""

from dataclasses import dataclass

from soundpost.events import AnyWindow


@dataclass(slots=True)
class Track:
    """The state of a running event.

    Attributes:
        event: Number of the event within this run.
        label: Its label.
        threshold: The smoothed score that started it.
        onset_sample: First sample.
        onset_utc_ns: Wall time of the onset, nanoseconds since 1970 UTC.
        peak: Highest smoothed score.
        level_dbfs: RMS level of its loudest window.
        last_active_window: The last window whose own score reached the off-threshold.
        confirmed: True once `confirmed` was reported.
    """

    event: int
    label: str
    threshold: float
    onset_sample: int
    onset_utc_ns: int
    peak: float
    level_dbfs: float
    last_active_window: AnyWindow
    confirmed: bool = False
