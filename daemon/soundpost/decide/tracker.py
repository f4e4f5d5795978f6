"""Starts, confirms and ends events."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from soundpost.audio import samples_to_ns
from soundpost.decide.edges import SoundEdges
from soundpost.decide.hysteresis import HysteresisThreshold, ThresholdState
from soundpost.decide.rules.rule import Rule
from soundpost.decide.suppress.mutes import Mutes
from soundpost.decide.suppress.occurrence import Everywhere, Occurrence
from soundpost.decide.surroundings.confounders import ConfounderDetector, no_confounders
from soundpost.decide.track import Track
from soundpost.decide.unlabelled import UnlabelledScorer
from soundpost.events import AnyWindow, Detection, Scores, State
from soundpost.features import FeatureSpec
from soundpost.health import Health


class Tracker:
    """Turns scores into events with hysteresis, and yields each state of an event once.

    `started` comes with the first window in which the rule of its label starts an event.
    `confirmed` follows when a later window's own score still reaches the off-threshold and the
    event has lasted its minimum. `ended`, or `retracted` if it was never confirmed, comes when the
    rule no longer keeps the event or the sound breaks off. `retracted` also comes, of a confirmed
    event too, when a confounder is detected. The state depends on the samples alone.

    Args:
        rules: One for each label that is tracked.
        spec: The parameters of the log-mel in which onsets are located.
        mutes: The mutes and schedules that keep events from starting.
        health: Counts the events that were suppressed.
        unlabelled: Scores `unknown` and `any`; None if there are no rules for them.
        confounders: Detects the confounders of the rules; None if they have none.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        spec: FeatureSpec,
        mutes: Mutes,
        health: Health,
        unlabelled: UnlabelledScorer | None = None,
        confounders: ConfounderDetector | None = None,
    ) -> None:
        self._rules = list(rules)
        self._spec = spec
        self._edges, self._rate_hz = SoundEdges(spec), spec.sample_rate_hz
        self._mutes = mutes
        self._health = health
        self._unlabelled = unlabelled
        self._confounders = confounders or no_confounders()
        self._occurrence: Occurrence = Everywhere()
        self._threshold = HysteresisThreshold(rules)
        # Keyed by the position of a rule among the rules, not by its label's index in the scores.
        self._rising: dict[int, AnyWindow] = {}
        self._tracks: dict[int, Track] = {}
        self._refractory_until_sample: dict[int, int] = {}
        self._suppressed: set[int] = set()
        self._tracked_until_sample, self._event_count = 0, 0

    @property
    def running(self) -> Collection[Track]:
        """The events that last."""
        return self._tracks.values()

    @property
    def labels(self) -> list[str]:
        """The tracked labels, in the order of the rules."""
        return [rule.label for rule in self._rules]

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replaces the rules from the next window on.

        A running event stays the same event; the new rules decide whether it holds and when it
        ends. Its `threshold` stays the one that started it.

        Args:
            rules: For the same labels in the same order.

        Raises:
            ValueError: They are for other labels: a bug of the caller.
        """
        labels = [(rule.index, rule.label) for rule in rules]
        if labels != [(rule.index, rule.label) for rule in self._rules]:
            raise ValueError(f"rules for other labels than those that are tracked: {labels}")
        self._rules = list(rules)
        self._threshold.set_rules(rules)
        self._confounders.set_rules(rules)

    def set_occurrence(self, occurrence: Occurrence) -> None:
        """Suppresses events of labels that do not occur, from the next window on."""
        self._occurrence = occurrence

    def update(self, scores: Scores) -> Iterator[Detection]:
        """Yields the states that one more window's scores decide, in the order of the rules."""
        window = scores.window
        if window.start_sample > self._tracked_until_sample:
            yield from self.flush()
        self._tracked_until_sample = window.end_sample
        values = self._unlabelled.extend(scores) if self._unlabelled else scores.values
        threshold_state = self._threshold.update(values)
        self._record_rising(threshold_state.rises, window)
        self._confounders.update(values, window.end_sample)
        starting = threshold_state.starts.nonzero()[0].tolist()
        for position in sorted(self._tracks.keys() | starting):
            if position not in self._tracks:
                yield from self._start(position, threshold_state, window)
            elif self._confounders.confounds(self._rules[position]):
                self._health.events_confounded += self._suppress(position)
                yield self._end(position, State.RETRACTED)
            elif threshold_state.keeps[position]:
                yield from self._continue_event(position, threshold_state, window)
            else:
                yield self._end(position)

    def flush(self) -> Iterator[Detection]:
        """Yields the ends of all events, because the sound breaks off."""
        for position in sorted(self._tracks):
            yield self._end(position)
        self._threshold.reset()
        self._confounders.reset()
        self._rising.clear()
        self._suppressed.clear()

    def _record_rising(self, rises: NDArray[np.bool_], window: AnyWindow) -> None:
        """Records, for each label, the window in which its score began to rise."""
        positions = rises.nonzero()[0].tolist()
        self._rising = {position: self._rising.get(position, window) for position in positions}
        self._suppressed &= self._rising.keys()

    def _start(
        self, position: int, threshold_state: ThresholdState, window: AnyWindow
    ) -> Iterator[Detection]:
        refractory_until_sample = self._refractory_until_sample.get(position, 0)
        if window.end_sample <= refractory_until_sample:
            return
        rule = self._rules[position]
        if rule.follows_range and not self._occurrence.includes(rule.label, window.utc_ns):
            self._health.events_out_of_range += self._suppress(position)
            return
        if not self._mutes.may_start(rule.label, window.utc_ns):
            self._health.events_muted += self._suppress(position)
            return
        if self._confounders.confounds(rule):
            self._health.events_confounded += self._suppress(position)
            return
        onset = max(self._edges.onset_sample(self._rising[position]), refractory_until_sample)
        track = Track(
            event=self._event_count,
            label=rule.label,
            threshold=rule.on_threshold,
            onset_sample=onset,
            onset_utc_ns=window.utc_ns + samples_to_ns(onset - window.start_sample, self._rate_hz),
            peak=float(threshold_state.smoothed[position]),
            level_dbfs=window.level_dbfs,
            last_active_window=window,
        )
        self._event_count += 1
        self._tracks[position] = track
        self._suppressed.discard(position)
        yield track.detection(State.STARTED, self._tracked_until_sample, self._rate_hz)

    def _suppress(self, position: int) -> bool:
        """Suppresses a start, and returns whether it is the first one of this sound, to count it.

        A sound that outlasts the reason starts when that ends, with its onset there.
        """
        self._rising.pop(position, None)
        is_first = position not in self._suppressed
        self._suppressed.add(position)
        return is_first

    def _continue_event(
        self, position: int, threshold_state: ThresholdState, window: AnyWindow
    ) -> Iterator[Detection]:
        track, rule = self._tracks[position], self._rules[position]
        track.peak = max(track.peak, float(threshold_state.smoothed[position]))
        track.level_dbfs = max(track.level_dbfs, window.level_dbfs)
        if threshold_state.values[position] < np.float32(rule.off_threshold):
            return
        track.last_active_window = window
        duration_samples = window.end_sample - track.onset_sample
        if not track.confirmed and duration_samples >= rule.minimum_samples:
            track.confirmed = True
            yield track.detection(State.CONFIRMED, self._tracked_until_sample, self._rate_hz)

    def _end(self, position: int, state: State | None = None) -> Detection:
        track = self._tracks.pop(position)
        offset = self._edges.offset_sample(track.last_active_window)
        offset = max(offset, track.onset_sample + self._spec.hop_samples)
        self._refractory_until_sample[position] = offset + self._rules[position].refractory_samples
        state = state or (State.ENDED if track.confirmed else State.RETRACTED)
        return track.detection(state, self._tracked_until_sample, self._rate_hz, offset)
