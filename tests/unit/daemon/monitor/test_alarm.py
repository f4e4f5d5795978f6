"""Raising and clearing with hysteresis."""

from hypothesis import given
from hypothesis import strategies as st

from soundpost.monitor.alarm import Alarm, AlarmSettings

OVER, RAISE_AT, CLEAR_AT = 5, 0.6, 0.2
values = st.lists(st.floats(0.0, 1.0), max_size=60)


def new_latch() -> Alarm:
    """One that is raised at a mean of 0.6 over 5, and cleared at 0.2."""
    return Alarm(AlarmSettings(over=OVER, raise_at=RAISE_AT, clear_at=CLEAR_AT))


@given(values)
def test_it_changes_only_where_its_mean_passes_a_threshold(values: list[float]) -> None:
    """What is raised had reached the one, what is cleared had fallen to the other."""
    latch, was_raised = new_latch(), False
    for count in range(1, len(values) + 1):
        latest = values[max(0, count - OVER) : count]
        mean = sum(latest) / len(latest)
        is_raised = latch.update(values[count - 1])
        if is_raised and not was_raised:
            assert mean >= RAISE_AT
            assert count >= OVER
        if was_raised and not is_raised:
            assert mean <= CLEAR_AT
        if CLEAR_AT < mean < RAISE_AT:
            assert is_raised == was_raised
        was_raised = is_raised


@given(values)
def test_steady_values_decide_whatever_came_before(values: list[float]) -> None:
    """Nothing is ever stuck."""
    latch = new_latch()
    for value in values:
        latch.update(value)
    assert [latch.update(1.0) for _ in range(OVER)][-1]
    assert not [latch.update(0.0) for _ in range(OVER)][-1]


def test_forgetting_clears_and_begins_anew() -> None:
    """After it, as many values are needed as at first."""
    latch = new_latch()
    assert [latch.update(1.0) for _ in range(OVER)] == [False] * (OVER - 1) + [True]
    latch.reset()
    assert not latch.is_raised
    assert [latch.update(1.0) for _ in range(OVER)] == [False] * (OVER - 1) + [True]
