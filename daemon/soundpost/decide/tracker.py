"""Events: when they start, whether they hold, when they end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import samples_to_ns
from soundpost.decide.boundary import offset_frame, onset_frame
from soundpost.decide.rules import Rule
from soundpost.decide.smoothing import MovingMean
from soundpost.events import Detection, Scores, State, Window
from soundpost.features import FeatureSpec


@dataclass(slots=True)
class _Track:
    """An event that is going on."""

    event: int
    rule: Rule
    onset_sample: int
    onset_utc_ns: int
    peak: float
    level_dbfs: float
    held: Window
    confirmed: bool = False


class Tracker:
    """Turns scores into events with hysteresis, telling each state once.

    `started` is told with the first window whose smoothed score reaches the on-threshold.
    `confirmed` follows when a later window's own score still holds and the event has lasted its
    minimum. `ended`, or `retracted` if it was never confirmed, when the smoothed score falls
    below the off-threshold or the sound breaks off. State is a function of the samples alone.

    Args:
        rules: One for each label that is listened for.
        spec: How the log-mel of the windows was made, to place onsets in them.
    """

    def __init__(self, rules: Sequence[Rule], spec: FeatureSpec) -> None:
        self._rules = list(rules)
        self._spec = spec
        self._indices = np.array([rule.index for rule in rules])
        self._on = np.array([rule.on_threshold for rule in rules], np.float32)
        self._off = np.array([rule.off_threshold for rule in rules], np.float32)
        self._mean = MovingMean([rule.smoothing_windows for rule in rules])
        # Keyed by a rule's place among the rules, which is not its label's index in the scores.
        self._rising: dict[int, Window] = {}
        self._tracks: dict[int, _Track] = {}
        self._free_from: dict[int, int] = {}
        self._heard_until_sample = 0
        self._events = 0

    def follow(self, scores: Scores) -> Iterator[Detection]:
        """What one more window's scores decide, in the order of the labels."""
        window = scores.window
        if window.start_sample > self._heard_until_sample:
            yield from self.rest()
        self._heard_until_sample = window.end_sample
        values = scores.values[self._indices]
        smoothed = self._mean.add(values)
        self._note_rising((values >= self._off) | (smoothed >= self._off), window)
        starting = np.flatnonzero(smoothed >= self._on).tolist()
        for place in sorted(self._tracks.keys() | starting):
            value, mean = float(values[place]), float(smoothed[place])
            if place in self._tracks:
                yield from self._go_on(place, value, mean, window)
            else:
                yield from self._start(place, mean, window)

    def rest(self) -> Iterator[Detection]:
        """The ends of all events, because for now there is nothing more to hear."""
        for place in sorted(self._tracks):
            yield self._end(place)
        self._mean.forget()
        self._rising.clear()

    def _note_rising(self, high: NDArray[np.bool_], window: Window) -> None:
        """Remember, for each label, the window in which its score began to rise."""
        places = np.flatnonzero(high).tolist()
        self._rising = {place: self._rising.get(place, window) for place in places}

    def _start(self, place: int, mean: float, window: Window) -> Iterator[Detection]:
        free_from = self._free_from.get(place, 0)
        if window.end_sample <= free_from:
            return
        rising = self._rising[place]
        onset = rising.start_sample + onset_frame(rising.log_mel) * self._spec.hop_samples
        onset = max(onset, free_from)
        track = _Track(
            event=self._events,
            rule=self._rules[place],
            onset_sample=onset,
            onset_utc_ns=self._utc_ns(onset, window),
            peak=mean,
            level_dbfs=window.level_dbfs,
            held=window,
        )
        self._events += 1
        self._tracks[place] = track
        yield self._tell(track, State.STARTED)

    def _go_on(self, place: int, value: float, mean: float, window: Window) -> Iterator[Detection]:
        track = self._tracks[place]
        if mean < track.rule.off_threshold:
            yield self._end(place)
            return
        track.peak = max(track.peak, mean)
        track.level_dbfs = max(track.level_dbfs, window.level_dbfs)
        if value < track.rule.off_threshold:
            return
        track.held = window
        lasted_samples = window.end_sample - track.onset_sample
        if not track.confirmed and lasted_samples >= track.rule.minimum_samples:
            track.confirmed = True
            yield self._tell(track, State.CONFIRMED)

    def _end(self, place: int) -> Detection:
        track = self._tracks.pop(place)
        held = track.held
        offset = held.start_sample + offset_frame(held.log_mel) * self._spec.hop_samples
        offset = max(offset, track.onset_sample + self._spec.hop_samples)
        self._free_from[place] = offset + track.rule.refractory_samples
        state = State.ENDED if track.confirmed else State.RETRACTED
        return self._tell(track, state, offset)

    def _tell(self, track: _Track, state: State, offset: int | None = None) -> Detection:
        return Detection(
            event=track.event,
            state=state,
            label=track.rule.label,
            score=track.peak,
            threshold=track.rule.on_threshold,
            onset_sample=track.onset_sample,
            offset_sample=offset,
            decided_sample=self._heard_until_sample,
            onset_utc_ns=track.onset_utc_ns,
            offset_utc_ns=None if offset is None else self._utc_ns(offset, track.held),
            level_dbfs=track.level_dbfs,
        )

    def _utc_ns(self, sample: int, near: Window) -> int:
        ahead = sample - near.start_sample
        return near.utc_ns + samples_to_ns(ahead, self._spec.sample_rate_hz)
