"""Events: when they start, whether they hold, when they end."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import samples_to_ns
from soundpost.decide.hysteresis import HysteresisThreshold, ThresholdState
from soundpost.decide.onset import offset_frame, onset_frame
from soundpost.decide.rules.rules import Rule
from soundpost.decide.suppress.mutes import Mutes
from soundpost.decide.track import Track
from soundpost.decide.unlabelled import UnlabelledScorer
from soundpost.events import Detection, Scores, State, Window
from soundpost.features import FeatureSpec
from soundpost.health import Health


class Tracker:
    """Turns scores into events with hysteresis, telling each state once.

    `started` is told with the first window in which its label's rule starts an event. `confirmed`
    follows when a later window's own score still holds and the event has lasted its minimum.
    `ended`, or `retracted` if it was never confirmed, when the rule keeps it no longer or the
    sound breaks off. State is a function of the samples alone.

    Args:
        rules: One for each label that is listened for.
        spec: How the log-mel of the windows was made, to place onsets in them.
        mutes: Says whether an event may begin; by default each may.
        health: Where events that may not are counted.
        unlabelled: Scores `unknown` and `any`, if there are rules for them.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        spec: FeatureSpec,
        mutes: Mutes | None = None,
        health: Health | None = None,
        unlabelled: UnlabelledScorer | None = None,
    ) -> None:
        self._rules = list(rules)
        self._spec = spec
        self._mutes = mutes or Mutes(rule.label for rule in rules)
        self._health = health or Health()
        self._unlabelled = unlabelled
        self._judge = HysteresisThreshold(rules)
        # Keyed by a rule's place among the rules, which is not its label's index in the scores.
        self._rising: dict[int, Window] = {}
        self._tracks: dict[int, Track] = {}
        self._free_from: dict[int, int] = {}
        self._hushed: set[int] = set()
        self._heard_until_sample = 0
        self._events = 0

    @property
    def labels(self) -> list[str]:
        """What is tracked, in the order in which it is told."""
        return [rule.label for rule in self._rules]

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Decide by other rules from the next window on.

        An event that goes on stays the same event; whether it holds, and how it ends, is decided
        by the new rules. Its `threshold` stays the one that started it.

        Args:
            rules: For the same labels in the same order.

        Raises:
            ValueError: They are for other labels, which is the caller's bug.
        """
        labels = [(rule.index, rule.label) for rule in rules]
        if labels != [(rule.index, rule.label) for rule in self._rules]:
            raise ValueError(f"rules for other labels than those that are tracked: {labels}")
        self._rules = list(rules)
        self._judge.retune(rules)

    def update(self, scores: Scores) -> Iterator[Detection]:
        """What one more window's scores decide, in the order of the labels."""
        window = scores.window
        if window.start_sample > self._heard_until_sample:
            yield from self.flush()
        self._heard_until_sample = window.end_sample
        values = self._unlabelled.extend(scores) if self._unlabelled else scores.values
        threshold_state = self._judge.update(values)
        self._record_rising(threshold_state.rises, window)
        starting = threshold_state.starts.nonzero()[0].tolist()
        for place in sorted(self._tracks.keys() | starting):
            if place not in self._tracks:
                yield from self._start(place, threshold_state, window)
            elif threshold_state.keeps[place]:
                yield from self._continue_event(place, threshold_state, window)
            else:
                yield self._end(place)

    def flush(self) -> Iterator[Detection]:
        """The ends of all events, because for now there is nothing more to hear."""
        for place in sorted(self._tracks):
            yield self._end(place)
        self._judge.reset()
        self._rising.clear()
        self._hushed.clear()

    def _record_rising(self, rises: NDArray[np.bool_], window: Window) -> None:
        """Remember, for each label, the window in which its score began to rise."""
        places = rises.nonzero()[0].tolist()
        self._rising = {place: self._rising.get(place, window) for place in places}
        self._hushed &= self._rising.keys()

    def _start(
        self, place: int, threshold_state: ThresholdState, window: Window
    ) -> Iterator[Detection]:
        free_from = self._free_from.get(place, 0)
        if window.end_sample <= free_from:
            return
        rule = self._rules[place]
        if not self._mutes.may_begin(rule.label, window.utc_ns):
            self._keep_quiet(place)
            return
        rising = self._rising[place]
        onset = rising.start_sample + onset_frame(rising.log_mel) * self._spec.hop_samples
        onset = max(onset, free_from)
        track = Track(
            event=self._events,
            label=rule.label,
            threshold=rule.on_threshold,
            onset_sample=onset,
            onset_utc_ns=self._utc_ns(onset, window),
            peak=float(threshold_state.smoothed[place]),
            level_dbfs=window.level_dbfs,
            held=window,
        )
        self._events += 1
        self._tracks[place] = track
        yield self._make_detection(track, State.STARTED)

    def _keep_quiet(self, place: int) -> None:
        """Count what may not begin, once; if it lasts until it may, it begins there."""
        del self._rising[place]
        if place not in self._hushed:
            self._hushed.add(place)
            self._health.events_muted += 1

    def _continue_event(
        self, place: int, threshold_state: ThresholdState, window: Window
    ) -> Iterator[Detection]:
        track, rule = self._tracks[place], self._rules[place]
        track.peak = max(track.peak, float(threshold_state.smoothed[place]))
        track.level_dbfs = max(track.level_dbfs, window.level_dbfs)
        if threshold_state.values[place] < np.float32(rule.off_threshold):
            return
        track.held = window
        lasted_samples = window.end_sample - track.onset_sample
        if not track.confirmed and lasted_samples >= rule.minimum_samples:
            track.confirmed = True
            yield self._make_detection(track, State.CONFIRMED)

    def _end(self, place: int) -> Detection:
        track = self._tracks.pop(place)
        held = track.held
        offset = held.start_sample + offset_frame(held.log_mel) * self._spec.hop_samples
        offset = max(offset, track.onset_sample + self._spec.hop_samples)
        self._free_from[place] = offset + self._rules[place].refractory_samples
        state = State.ENDED if track.confirmed else State.RETRACTED
        return self._make_detection(track, state, offset)

    def _make_detection(self, track: Track, state: State, offset: int | None = None) -> Detection:
        return Detection(
            event=track.event,
            state=state,
            label=track.label,
            score=track.peak,
            threshold=track.threshold,
            onset_sample=track.onset_sample,
            offset_sample=offset,
            decided_sample=self._heard_until_sample,
            onset_utc_ns=track.onset_utc_ns,
            offset_utc_ns=None if offset is None else self._ended_ns(track, offset),
            level_dbfs=track.level_dbfs,
        )

    def _ended_ns(self, track: Track, offset: int) -> int:
        # By its samples: somebody may have set the wall clock while it lasted.
        lasted_ns = samples_to_ns(offset - track.onset_sample, self._spec.sample_rate_hz)
        return track.onset_utc_ns + lasted_ns

    def _utc_ns(self, sample: int, near: Window) -> int:
        ahead = sample - near.start_sample
        return near.utc_ns + samples_to_ns(ahead, self._spec.sample_rate_hz)
