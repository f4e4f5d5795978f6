"""The time of a slice of work."""

from itertools import count

from soundpost.evidence.store.work_slice import WorkSlice, unlimited


def test_the_first_unit_may_always_start() -> None:
    """Work advances, however slow the disk and short the slice is."""
    work_slice = WorkSlice(0.0)
    assert work_slice.take()
    assert not work_slice.is_used_up
    assert not work_slice.take()
    assert work_slice.is_used_up


def test_a_slice_starts_with_its_first_unit_and_ends_by_its_clock() -> None:
    """Units that start within its time are done; it does not begin again."""
    seconds = (number / 8 for number in count(100))
    work_slice = WorkSlice(0.5, lambda: next(seconds))
    assert [work_slice.take() for _ in range(6)] == [True] * 4 + [False] * 2


def test_an_unlimited_slice_never_ends() -> None:
    """A command does all of its work."""
    work_slice = unlimited()
    assert all(work_slice.take() for _ in range(1000))
    assert not work_slice.is_used_up
