"""Alarms: raised and cleared with hysteresis."""

from hypothesis import given
from hypothesis import strategies as st

from soundpost.monitor.alarm import Alarm, AlarmSettings

OVER, RAISE_AT, CLEAR_AT = 5, 0.6, 0.2
values = st.lists(st.floats(0.0, 1.0), max_size=60)


def new_alarm() -> Alarm:
    """Returns an alarm that is raised at a mean of 0.6 over 5 values, and cleared at 0.2."""
    return Alarm(AlarmSettings(over=OVER, raise_at=RAISE_AT, clear_at=CLEAR_AT))


@given(values)
def test_an_alarm_changes_only_when_the_mean_passes_a_threshold(values: list[float]) -> None:
    """It is raised at or above the upper one, and cleared at or below the lower one."""
    alarm, was_raised = new_alarm(), False
    for count in range(1, len(values) + 1):
        latest = values[max(0, count - OVER) : count]
        mean = sum(latest) / len(latest)
        is_raised = alarm.update(values[count - 1])
        if is_raised and not was_raised:
            assert mean >= RAISE_AT
            assert count >= OVER
        if was_raised and not is_raised:
            assert mean <= CLEAR_AT
        if CLEAR_AT < mean < RAISE_AT:
            assert is_raised == was_raised
        was_raised = is_raised


@given(values)
def test_steady_values_decide_whatever_the_values_before(values: list[float]) -> None:
    """An alarm never gets stuck."""
    alarm = new_alarm()
    for value in values:
        alarm.update(value)
    assert [alarm.update(1.0) for _ in range(OVER)][-1]
    assert not [alarm.update(0.0) for _ in range(OVER)][-1]


def test_a_reset_clears_the_alarm_and_its_values() -> None:
    """After it as many values are needed as at first."""
    alarm = new_alarm()
    assert [alarm.update(1.0) for _ in range(OVER)] == [False] * (OVER - 1) + [True]
    alarm.reset()
    assert not alarm.is_raised
    assert [alarm.update(1.0) for _ in range(OVER)] == [False] * (OVER - 1) + [True]
