"""The single label of a row that has several."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost_training.dataset.readers.fsd_labels import SingleLabels
from soundpost_training.errors import DatasetError

NAMES = st.lists(st.sampled_from(["A", "B", "C", "D"]), min_size=1, max_size=4, unique=True)


def test_labels_that_would_become_one_are_refused() -> None:
    """Two spellings that are the same in a topic are refused."""
    with pytest.raises(DatasetError, match="'Dog' and 'dog' would be one"):
        SingleLabels([["Dog"], ["dog"]], ())


@given(st.lists(NAMES, min_size=1, max_size=12))
def test_the_single_label_is_one_of_its_row(rows: list[list[str]]) -> None:
    """For any rows, a row has a label of its own or a reason, never both."""
    single = SingleLabels(rows, ())
    for row in rows:
        label, reason = single.of(row)
        assert (label is None) == bool(reason)
        assert label is None or label.upper() in row
        assert len(row) > 1 or label == row[0].lower()
