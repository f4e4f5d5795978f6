"""A label that goes on all the time: when it does, what is published, what its sums contain."""

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from soundpost.decide import Rule
from soundpost.decide.surroundings.lasting_label import LastingLabel, PeriodSum
from soundpost.events import Detection, State, SummaryState

LASTING, EVENTS, PERIOD = 1_000, 4, 3_000
RULE = Rule(
    index=0,
    label="crickets",
    on_threshold=0.6,
    off_threshold=0.3,
    smoothing_windows=1,
    minimum_samples=0,
    refractory_samples=0,
    lasting_samples=LASTING,
    lasting_events=EVENTS,
)


def detection(state: State, onset: int, decided: int, offset: int | None = None) -> Detection:
    """Returns a state of an event."""
    return Detection(0, state, "crickets", 0.7, 0.6, onset, offset, decided, 0, None, -30.0)


class Label:
    """A label whose events are played one after the other.

    Attributes:
        lasting: The label under test.
        published: Of each event so far, whether its start was published.
        sums: The sums so far.
    """

    def __init__(self, rule_of_label: Rule = RULE) -> None:
        self.lasting = LastingLabel(rule_of_label, PERIOD)
        self.published: list[bool] = []
        self.sums: list[PeriodSum] = []

    def play(self, onset: int, offset: int | None, state: State = State.ENDED) -> None:
        """Plays an event, which is decided 10 samples late; it lasts on without an offset."""
        self.published.append(self.take(detection(State.STARTED, onset, onset + 10)))
        if state is State.ENDED:
            assert self.take(detection(State.CONFIRMED, onset, onset + 20)) == self.published[-1]
        if offset is not None:
            ended = detection(state, onset, max(offset, onset + 20) + 10, offset)
            assert self.take(ended) == self.published[-1]

    def take(self, state: Detection) -> bool:
        """Takes a detection; returns whether it is published."""
        is_published = self.lasting.take(state)
        self.sums += self.lasting.pop_sums()
        return is_published

    def advance(self, sample: int) -> list[PeriodSum]:
        """Advances to a sample; returns all sums so far."""
        self.lasting.advance(sample)
        self.sums += self.lasting.pop_sums()
        return self.sums


def flooded() -> Label:
    """Returns a label that goes on all the time since sample 410, by events of 50 samples."""
    label = Label()
    for number in range(EVENTS):
        label.play(100 * (number + 1), 100 * (number + 1) + 50)
    return label


def test_an_event_that_never_stops_is_published_and_summed_up_by_the_hour() -> None:
    """Its sums begin when it has lasted, and cover the time without a gap; its end is published."""
    label = Label()
    label.play(100, None)
    label.lasting.set_peak(0.8)
    assert label.advance(100 + LASTING) == [PeriodSum(SummaryState.BEGUN, 1_100, 1_100, score=0.8)]
    assert label.advance(4_099)[1:] == []
    label.lasting.set_peak(0.95)
    assert label.advance(7_100)[1:] == [
        PeriodSum(SummaryState.GOING_ON, 1_100, 4_100, 0, PERIOD, 0.95),
        PeriodSum(SummaryState.GOING_ON, 4_100, 7_100, 0, PERIOD, 0.95),
    ]
    assert label.take(detection(State.ENDED, 100, 7_210, 7_200))
    assert label.advance(8_200)[3:] == [PeriodSum(SummaryState.OVER, 7_100, 8_200, 0, 100, 0.7)]
    assert not label.lasting.is_busy


def test_a_label_that_starts_again_and_again_is_no_longer_published() -> None:
    """The event that is one too many is published to its end; those after it are summed up."""
    label = flooded()
    label.play(600, 650)
    label.play(700, 720, State.RETRACTED)
    label.play(1_500, 1_600)
    assert label.published == [True] * EVENTS + [False] * 3
    assert label.advance(3_410) == [
        PeriodSum(SummaryState.BEGUN, 410, 410, score=0.7),
        PeriodSum(SummaryState.OVER, 410, 2_600, 2, 190, 0.7),
    ]


def test_after_a_quiet_time_events_are_published_again() -> None:
    """The rule is lifted at an exact sample, and must be met anew."""
    label = flooded()
    label.play(450 + LASTING - 11, 450 + LASTING + 100)
    label.play(550 + 2 * LASTING, 600 + 2 * LASTING)
    assert label.published[-2:] == [False, True]
    assert label.sums[-1].state is SummaryState.OVER
    assert label.sums[-1].to_sample == 550 + 2 * LASTING


def test_too_few_events_in_time_are_all_published() -> None:
    """As many events, but one of them further away."""
    label = Label()
    for onset in (0, 400, 800, 1_200, 1_600, 2_000):
        label.play(onset, onset + 50)
    assert all(label.published)
    assert label.advance(10_000) == []


def test_without_the_rule_everything_is_published() -> None:
    """However long and often it sounds."""
    label = Label(msgspec.structs.replace(RULE, lasting_samples=0))
    for number in range(100):
        label.play(10 * number, 10 * number + 5)
    label.play(2_000, 20_000)
    assert all(label.published)
    assert label.advance(30_000) == []


def test_a_rule_that_is_switched_off_publishes_the_next_event() -> None:
    """The event that lasts by then is counted, and still not published."""
    label = flooded()
    assert label.take(detection(State.STARTED, 600, 610)) is False
    assert label.take(detection(State.CONFIRMED, 600, 620)) is False
    label.lasting.rule = msgspec.structs.replace(RULE, lasting_samples=0)
    assert len(label.advance(900)) == 1
    assert label.take(detection(State.ENDED, 600, 960, 950)) is False
    assert label.advance(960)[1:] == [PeriodSum(SummaryState.OVER, 410, 950, 1, 390, 0.7)]
    label.play(1_000, 1_050)
    assert label.published[-1] is True


def test_a_rule_that_is_switched_off_after_an_hour_ends_no_earlier() -> None:
    """The last event ended just before the hour was over, which was decided after it."""
    label = flooded()
    for onset in (1_000, 2_000, 3_000):
        label.play(onset, onset + 405)
    label.advance(3_420)
    label.lasting.rule = msgspec.structs.replace(RULE, lasting_samples=0)
    assert label.advance(3_430)[1:] == [
        PeriodSum(SummaryState.GOING_ON, 410, 3_410, 3, 40 + 2 * 405 + 410, 0.7),
        PeriodSum(SummaryState.OVER, 3_410, 3_410),
    ]


def test_a_label_that_becomes_quiet_late_in_an_hour_has_that_hour_first() -> None:
    """No period is longer than an hour, however late it is known."""
    label = flooded()
    for onset in (1_000, 2_000, 3_000):
        label.play(onset, onset + 100)
    assert [(s.state, s.to_sample) for s in label.advance(9_000)[1:]] == [
        (SummaryState.GOING_ON, 3_410),
        (SummaryState.OVER, 4_100),
    ]


def test_a_confirmed_event_that_is_retracted_does_not_sound() -> None:
    """A confounder was detected; what an earlier sum contains stays."""
    label = flooded()
    label.take(detection(State.STARTED, 600, 610))
    label.take(detection(State.CONFIRMED, 600, 620))
    label.take(detection(State.RETRACTED, 600, 710, 700))
    assert label.advance(1_700)[1:] == [PeriodSum(SummaryState.OVER, 410, 1_700, 1, 40, 0.7)]


def test_the_last_sum_is_complete_when_the_sound_ends() -> None:
    """A stop or a lost microphone ends it at once; then events are published again."""
    label = flooded()
    label.play(600, 650)
    label.lasting.end(700)
    label.advance(700)
    assert label.sums[-1] == PeriodSum(SummaryState.OVER, 410, 700, 1, 90, 0.7)
    label.play(710, 750)
    assert label.published[-1] is True
    assert label.sums[-1].state is SummaryState.OVER


def test_a_state_without_a_start_is_a_bug() -> None:
    """It must not be counted for another event."""
    with pytest.raises(ValueError, match="has not started"):
        Label().take(detection(State.CONFIRMED, 0, 10))


class LastingMachine(RuleBasedStateMachine):
    """Plays events and pauses of any length, and compares the sums with the events themselves."""

    @initialize()
    def begin(self) -> None:
        """Begins with a quiet label."""
        self.label = Label()
        self.sample = 0
        self.onset: int | None = None
        self.is_published = False
        self.sounding: list[tuple[int, int]] = []
        self.hidden = 0

    @rule(pause=st.integers(1, 2 * LASTING))
    def advance(self, pause: int) -> None:
        """Time passes, with or without a sound."""
        self.sample += pause
        self.label.advance(self.sample)

    @precondition(lambda self: self.onset is None)
    @rule()
    def start(self) -> None:
        """An event starts and is confirmed at once."""
        self.sample += 1
        self.onset = self.sample
        self.is_published = self.label.take(detection(State.STARTED, self.onset, self.sample))
        self.label.take(detection(State.CONFIRMED, self.onset, self.sample))
        self.hidden += not self.is_published

    @precondition(lambda self: self.onset is not None)
    @rule()
    def end(self) -> None:
        """The event ends."""
        assert self.onset is not None
        self.sample += 1
        ended = detection(State.ENDED, self.onset, self.sample, self.sample)
        assert self.label.take(ended) == self.is_published
        self.sounding.append((self.onset, self.sample))
        self.onset = None

    @invariant()
    def sums_follow_each_other(self) -> None:
        """A sum begins where the last one ended, unless the label was quiet in between."""
        state = SummaryState.OVER
        until = 0
        for period in self.label.sums:
            assert (state is SummaryState.OVER) == (period.state is SummaryState.BEGUN)
            assert period.to_sample - period.from_sample <= PERIOD
            if period.state is not SummaryState.BEGUN:
                assert period.from_sample == until
            state, until = period.state, period.to_sample

    @invariant()
    def sums_contain_what_sounded(self) -> None:
        """Their time is that of the events within them, to the sample."""
        sounding = [*self.sounding, *([(self.onset, self.sample)] if self.onset else [])]
        for period in self.label.sums:
            expected = sum(
                max(0, min(offset, period.to_sample) - max(onset, period.from_sample))
                for onset, offset in sounding
            )
            assert period.sounding_samples == expected

    @invariant()
    def every_event_is_published_or_summed_up(self) -> None:
        """Once the label is quiet, each confirmed event is one or the other."""
        if not self.label.lasting.is_busy:
            assert sum(period.events for period in self.label.sums) == self.hidden


TestLastingLabel = LastingMachine.TestCase
TestLastingLabel.settings = settings(max_examples=60, stateful_step_count=40)
