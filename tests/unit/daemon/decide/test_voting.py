"""n of the last m windows, for each label its own; and what they start and keep."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.decide import Rule
from soundpost.decide.hysteresis import HysteresisThreshold
from soundpost.decide.voting import WindowVote

SHARES = st.floats(0, 1, width=32)
LABELS = st.lists(st.tuples(SHARES, st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=4)


@given(LABELS, st.data())
def test_it_counts_as_one_would_by_hand(
    labels: list[tuple[float, int, int]], data: st.DataObject
) -> None:
    """Whatever the thresholds, n and m; a new stretch begins with nothing."""
    labels = [(threshold, n, n + more) for threshold, n, more in labels]
    thresholds, needed, of = zip(*labels, strict=True)
    vote = WindowVote(thresholds, needed, of)
    rows = st.lists(SHARES, min_size=len(labels), max_size=len(labels))
    for _ in range(2):
        heard: list[list[float]] = []
        for row in data.draw(st.lists(rows, max_size=12)):
            heard.append(row)
            enough, some = vote.add(np.array(row, np.float32))
            for place, (threshold, n, m) in enumerate(labels):
                votes = sum(old[place] >= np.float32(threshold) for old in heard[-m:])
                assert (enough[place], some[place]) == (votes >= n, votes > 0)
        vote.reset()


def test_a_window_below_the_threshold_starts_nothing_whatever_came_before_it() -> None:
    """So the score that is told is never below the threshold; what goes on is kept."""
    rule = Rule(0, "dog", 0.6, 0.3, 1, 0, 0, needed_windows=1, of_windows=3)
    judge = HysteresisThreshold([rule])
    verdicts = [judge.update(np.array([score], np.float32)) for score in (0.9, 0.5, 0.1, 0.1)]
    assert [bool(threshold_state.starts[0]) for threshold_state in verdicts] == [
        True,
        False,
        False,
        False,
    ]
    assert [bool(threshold_state.keeps[0]) for threshold_state in verdicts] == [
        True,
        True,
        True,
        True,
    ]
