"""The events of one label, and their sums while it goes on all the time."""

from collections import deque

import msgspec

from soundpost.decide.rules.rule import Rule
from soundpost.events import Detection, State, SummaryState


class _OpenEvent(msgspec.Struct):
    """The event of the label that lasts."""

    is_published: bool
    onset_sample: int
    peak: float
    is_confirmed: bool = False


class PeriodSum(msgspec.Struct):
    """The sum of the events of a period; positions are samples since the start of capture.

    Attributes:
        state: The state of the label at the end of the period.
        from_sample: Start of the period.
        to_sample: Its end.
        events: Events that were confirmed in it, and not published one by one.
        sounding_samples: How long events sounded in it.
        score: The highest peak of the events that sounded in it; 0 without any.
    """

    state: SummaryState
    from_sample: int
    to_sample: int
    events: int = 0
    sounding_samples: int = 0
    score: float = 0.0


class LastingLabel:
    """Finds out whether a label goes on all the time, and sums up its events while it does.

    It does from the moment at which an event has lasted for `lasting_samples`, or `lasting_events`
    have started within them, until no event has lasted for as long. No event that starts meanwhile
    is published. Every limit is an exact sample, so the sums depend on the detections alone.

    Args:
        rule: The rule of the label.
        period_samples: The longest period of a sum.

    Attributes:
        rule: The rule of the label; may be replaced.
    """

    def __init__(self, rule: Rule, period_samples: int) -> None:
        self.rule = rule
        self._period_samples = period_samples
        self._starts: deque[int] = deque()
        self._open: _OpenEvent | None = None
        self._quiet_since_sample = 0
        self._running: PeriodSum | None = None
        self._sums: list[PeriodSum] = []

    @property
    def is_busy(self) -> bool:
        """True while an event lasts, or the label goes on all the time."""
        return self._open is not None or self._running is not None

    def pop_sums(self) -> list[PeriodSum]:
        """Removes and returns the sums that are complete, in their order."""
        sums, self._sums = self._sums, []
        return sums

    def take(self, detection: Detection) -> bool:
        """Takes the next detection of the label; returns whether it is published."""
        self.advance(detection.decided_sample)
        if detection.state is State.STARTED:
            self._start(detection)
        event = self._open
        if event is None:
            raise ValueError(f"{detection.state} of an event that has not started: a bug")
        event.peak = detection.score
        if detection.state is State.CONFIRMED:
            event.is_confirmed = True
            if self._running is not None:
                self._running.events += not event.is_published
        if detection.offset_sample is not None:
            if detection.state is State.ENDED:
                self._count(event, detection.offset_sample)
            self._open, self._quiet_since_sample = None, detection.offset_sample
        return event.is_published

    def set_peak(self, peak: float) -> None:
        """Sets the highest smoothed score so far of the event that lasts."""
        if self._open is not None:
            self._open.peak = peak

    def advance(self, sample: int) -> None:
        """Completes the sums that are due by a sample; all detections before it were taken."""
        if self._running is None and self._open is not None and self.rule.lasting_samples:
            lasts_since_sample = self._open.onset_sample + self.rule.lasting_samples
            if lasts_since_sample <= sample:
                self._begin(lasts_since_sample, self._open.peak)
        while self._running is not None:
            due_sample = self._running.from_sample + self._period_samples
            over_sample = self._quiet_since_sample + self.rule.lasting_samples
            if self._open is None and over_sample <= min(due_sample, sample):
                self.end(over_sample)
            elif due_sample <= sample:
                self._complete(SummaryState.GOING_ON, due_sample)
            else:
                return

    def end(self, sample: int) -> None:
        """Completes the last sum; the next events are published one by one again."""
        if self._running is not None:
            self._complete(SummaryState.OVER, max(sample, self._running.from_sample))
            self._running = None

    def _start(self, detection: Detection) -> None:
        decided_sample = detection.decided_sample
        is_published = self._running is None
        self._open = _OpenEvent(is_published, detection.onset_sample, detection.score)
        if not is_published or not self.rule.lasting_samples:
            return
        self._starts.append(decided_sample)
        while self._starts[0] <= decided_sample - self.rule.lasting_samples:
            self._starts.popleft()
        if len(self._starts) >= self.rule.lasting_events:
            self._begin(decided_sample, detection.score)

    def _begin(self, sample: int, score: float) -> None:
        self._starts.clear()
        self._running = PeriodSum(SummaryState.BEGUN, sample, sample, score=score)
        self._complete(SummaryState.BEGUN, sample)

    def _complete(self, state: SummaryState, sample: int) -> None:
        """Completes the running sum, and begins the next one."""
        running = self._running
        if running is None:
            return
        if self._open is not None:
            self._count(self._open, sample)
        self._sums.append(msgspec.structs.replace(running, state=state, to_sample=sample))
        self._running = PeriodSum(state, sample, sample)

    def _count(self, event: _OpenEvent, until_sample: int) -> None:
        """Adds to the running sum how long a confirmed event has sounded until a sample."""
        running = self._running
        if running is None or not event.is_confirmed:
            return
        since_sample = max(event.onset_sample, running.from_sample)
        if until_sample > since_sample:
            running.sounding_samples += until_sample - since_sample
            running.score = max(running.score, event.peak)
