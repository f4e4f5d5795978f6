"""A tracker that sums up the events of labels that go on all the time."""

from collections.abc import Iterable, Iterator, Sequence

from soundpost.audio import Chunk, samples_to_ns
from soundpost.decide.rules.rule import Rule
from soundpost.decide.surroundings.lasting_label import LastingLabel, PeriodSum
from soundpost.decide.tracker import Tracker
from soundpost.events import Detection, Scores, State, Summary, SummaryState
from soundpost.health import Health

PERIOD_SECONDS = 3600
"""A label that never stops has a summary every hour."""

_DELAY_SECONDS = 60
"""The longest pre-roll of the gate: sound from so long ago may still pass it."""


class SummingTracker:
    """Yields the detections of a tracker, without those of events that are summed up instead.

    See `LastingLabel` for the labels whose events are, and for the sums.

    Args:
        tracker: Turns scores into events.
        rules: The rules of its labels.
        sample_rate_hz: The rate of the samples that it counts.
        health: Counts the events that are summed up.
    """

    def __init__(
        self, tracker: Tracker, rules: Sequence[Rule], sample_rate_hz: int, health: Health
    ) -> None:
        self._tracker = tracker
        self._rules = {rule.label: rule for rule in rules}
        self._sample_rate_hz = sample_rate_hz
        self._health = health
        self._followed: dict[str, LastingLabel] = {}
        self._busy: dict[str, LastingLabel] = {}
        self._since_utc_ns: dict[str, int] = {}
        self._summaries: list[Summary] = []
        self._now_sample, self._now_utc_ns = 0, 0

    @property
    def labels(self) -> list[str]:
        """The tracked labels, in the order of the rules."""
        return self._tracker.labels

    def set_rules(self, rules: Sequence[Rule]) -> None:
        """Replaces the rules from the next window on, see `Tracker.set_rules`."""
        self._tracker.set_rules(rules)
        self._rules = {rule.label: rule for rule in rules}
        for label, followed in self._followed.items():
            followed.rule = self._rules[label]

    def pop_summaries(self) -> list[Summary]:
        """Removes and returns the summaries that are complete, in their order."""
        summaries, self._summaries = self._summaries, []
        return summaries

    def update(self, scores: Scores) -> Iterator[Detection]:
        """Yields the states that one more window's scores decide, in the order of the rules."""
        window = scores.window
        self._set_now(window.start_sample, window.end_sample, window.utc_ns)
        yield from self._published(self._tracker.update(scores))
        for track in self._tracker.running:
            self._followed[track.label].set_peak(track.peak)
        self._advance(window.end_sample)

    def flush(self) -> Iterator[Detection]:
        """Yields the ends of all events, because the sound breaks off."""
        yield from self._published(self._tracker.flush())

    def pause(self, chunk: Chunk, capture_rate_hz: int) -> None:
        """Completes the summaries that are due while a chunk does not pass the gate.

        Args:
            chunk: The chunk, on the clock of capture.
            capture_rate_hz: The rate of that clock; the model may count samples at another one.
        """
        start_sample, end_sample = (
            sample * self._sample_rate_hz // capture_rate_hz
            for sample in (chunk.start_sample, chunk.end_sample)
        )
        self._set_now(start_sample, end_sample, chunk.utc_ns)
        self._advance(start_sample - _DELAY_SECONDS * self._sample_rate_hz)

    def close(self) -> None:
        """Completes all summaries, because no more sound comes; all events have ended before."""
        for followed in self._busy.values():
            followed.end(self._now_sample)
            self._add(followed)
        self._busy.clear()

    def _published(self, detections: Iterable[Detection]) -> Iterator[Detection]:
        for detection in detections:
            label = detection.label
            if label not in self._followed:
                period_samples = PERIOD_SECONDS * self._sample_rate_hz
                self._followed[label] = LastingLabel(self._rules[label], period_samples)
            followed = self._busy[label] = self._followed[label]
            is_published = followed.take(detection)
            self._add(followed)
            if is_published:
                yield detection
            elif detection.state is State.STARTED:
                self._health.events_summed += 1

    def _advance(self, sample: int) -> None:
        """Completes the summaries that are due by a sample."""
        for label, followed in list(self._busy.items()):
            followed.advance(sample)
            self._add(followed)
            if not followed.is_busy:
                del self._busy[label]

    def _add(self, followed: LastingLabel) -> None:
        self._summaries += [self._summary(followed.rule.label, s) for s in followed.pop_sums()]

    def _summary(self, label: str, period: PeriodSum) -> Summary:
        if period.state is SummaryState.BEGUN:
            self._since_utc_ns[label] = self._utc_ns(period.from_sample)
        return Summary(
            label=label,
            state=period.state,
            events=period.events,
            seconds=period.sounding_samples / self._sample_rate_hz,
            score=period.score,
            since_utc_ns=self._since_utc_ns[label],
            from_utc_ns=self._utc_ns(period.from_sample),
            to_utc_ns=self._utc_ns(period.to_sample),
        )

    def _set_now(self, start_sample: int, end_sample: int, start_utc_ns: int) -> None:
        """Sets the latest sample, and the time that follows from that of an earlier one."""
        duration_ns = samples_to_ns(end_sample - start_sample, self._sample_rate_hz)
        self._now_sample, self._now_utc_ns = end_sample, start_utc_ns + duration_ns

    def _utc_ns(self, sample: int) -> int:
        # By its samples: the wall clock may have been set meanwhile.
        return self._now_utc_ns - samples_to_ns(self._now_sample - sample, self._sample_rate_hz)
