"""An event while it lasts."""

import msgspec

from soundpost.audio import samples_to_ns
from soundpost.events import AnyWindow, Detection, State


class Track(msgspec.Struct):
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

    def detection(
        self,
        state: State,
        decided_sample: int,
        sample_rate_hz: int,
        offset_sample: int | None = None,
    ) -> Detection:
        """Returns a state of the event.

        Args:
            state: The state.
            decided_sample: End of the window that decided it.
            sample_rate_hz: Converts samples into time.
            offset_sample: One past the last sample of the event; None while it lasts.
        """
        offset_utc_ns = None
        if offset_sample is not None:
            # By its samples: the wall clock may have been set while the event lasted.
            duration_ns = samples_to_ns(offset_sample - self.onset_sample, sample_rate_hz)
            offset_utc_ns = self.onset_utc_ns + duration_ns
        return Detection(
            event=self.event,
            state=state,
            label=self.label,
            score=self.peak,
            threshold=self.threshold,
            onset_sample=self.onset_sample,
            offset_sample=offset_sample,
            decided_sample=decided_sample,
            onset_utc_ns=self.onset_utc_ns,
            offset_utc_ns=offset_utc_ns,
            level_dbfs=self.level_dbfs,
        )
