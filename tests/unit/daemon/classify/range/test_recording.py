"""The labels that occur when a recording was made."""

from datetime import UTC, datetime

import numpy as np
import pytest

from soundpost.classify.range import WEEKS, LabelRange, recording_filter, recording_weeks
from soundpost.config import Place

SECOND = 10**9
LABELS = ("swift", "robin", "penguin")
LAST_OF_WEEK_16 = int(datetime(2026, 4, 30, 23, 59, 50, tzinfo=UTC).timestamp()) * SECOND
"""Ten seconds before the swift comes."""


@pytest.fixture
def label_range() -> LabelRange:
    """Provides a bird of the summer, one of the year, and one of elsewhere."""
    scores = np.zeros((WEEKS, len(LABELS)), np.float32)
    scores[16:40, 0] = 0.9
    scores[:, 1] = 0.03
    return LabelRange(Place(52.5, 13.4), 0.03, LABELS, scores)


def test_the_week_is_that_of_the_recording_and_changes_within_it(label_range: LabelRange) -> None:
    """Times in a recording are counted from its start, which the filter adds."""
    occurring = recording_filter(label_range, LAST_OF_WEEK_16)
    assert [occurring.includes(label, 9 * SECOND) for label in LABELS] == [False, True, False]
    assert [occurring.includes(label, 10 * SECOND) for label in LABELS] == [True, True, False]
    assert recording_weeks(LAST_OF_WEEK_16, 9.9) == "16"
    assert recording_weeks(LAST_OF_WEEK_16, 10.0) == "16-17"


def test_without_a_trusted_time_the_labels_of_the_whole_year_occur(label_range: LabelRange) -> None:
    """The place is known all the same, so that what never occurs there is still held back."""
    occurring = recording_filter(label_range, None)
    assert [occurring.includes(label, 0) for label in LABELS] == [True, True, False]
    assert recording_weeks(None, 60.0) == "all"


def test_what_is_no_label_of_the_model_occurs_always(label_range: LabelRange) -> None:
    """Such as `unknown`."""
    assert recording_filter(label_range, None).includes("unknown", 0)
    assert recording_filter(label_range, LAST_OF_WEEK_16).includes("unknown", 0)
