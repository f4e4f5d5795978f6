"""n of the last m windows, with n and m for each label."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.decide.voting import WindowVote

SHARES = st.floats(0, 1, width=32)
LABELS = st.lists(st.tuples(SHARES, st.integers(1, 4), st.integers(0, 5)), min_size=1, max_size=4)


@given(LABELS, st.data())
def test_votes_equal_a_count_by_hand(
    labels: list[tuple[float, int, int]], data: st.DataObject
) -> None:
    """For all thresholds, n and m; a new stretch starts without votes."""
    labels = [(threshold, n, n + more) for threshold, n, more in labels]
    thresholds, needed, of = zip(*labels, strict=True)
    vote = WindowVote(thresholds, needed, of)
    rows = st.lists(SHARES, min_size=len(labels), max_size=len(labels))
    for _ in range(2):
        past: list[list[float]] = []
        for row in data.draw(st.lists(rows, max_size=12)):
            past.append(row)
            enough, some = vote.add(np.array(row, np.float32))
            for position, (threshold, n, m) in enumerate(labels):
                votes = sum(old[position] >= np.float32(threshold) for old in past[-m:])
                assert (enough[position], some[position]) == (votes >= n, votes > 0)
        vote.reset()
