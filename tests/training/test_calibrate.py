"""Decision defaults."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from soundpost.features import FeatureSpec
from soundpost_training.calibrate import (
    HIGHEST_ON,
    LOWEST_ON,
    PRECISION,
    calibrated,
    on_threshold,
    smoothed,
)


@given(
    st.lists(st.tuples(st.floats(0, 1, width=32), st.booleans()), min_size=1, max_size=200),
)
def test_a_threshold_is_within_bounds_and_right_nine_times_in_ten(
    windows: list[tuple[float, bool]],
) -> None:
    """Between the bounds, at least nine in ten of the windows from the threshold up are right."""
    scores = np.array([score for score, _ in windows], np.float32)
    right = np.array([is_right for _, is_right in windows])
    threshold = on_threshold(scores, right)
    assert LOWEST_ON <= threshold <= HIGHEST_ON
    above = right[scores >= threshold]
    if LOWEST_ON < threshold < HIGHEST_ON and len(above):
        assert above.mean() >= PRECISION


def test_a_label_that_is_always_right_gets_the_lowest_threshold() -> None:
    """Nothing is gained by waiting for more."""
    scores = np.linspace(0, 1, 100, dtype=np.float32)
    assert on_threshold(scores, scores > 0.2) == LOWEST_ON


def test_a_label_that_is_never_right_gets_the_highest_threshold() -> None:
    """It is hardly ever told."""
    scores = np.linspace(0, 1, 100, dtype=np.float32)
    assert on_threshold(scores, np.zeros(100, bool)) == HIGHEST_ON


def test_smoothing_does_not_cross_from_clip_to_clip() -> None:
    """The first window of a clip stands alone, the others are averaged with the one before."""
    scores = np.array([[0.0], [1.0], [0.5], [0.1]], np.float32)
    owners = np.array([0, 0, 1, 1])
    np.testing.assert_allclose(smoothed(scores, owners)[:, 0], [0.0, 0.5, 0.5, 0.3])


def test_labels_leave_in_their_order_with_quantities_in_samples() -> None:
    """A label's off threshold is below its on threshold, and half a second is 8,000 samples."""
    rng = np.random.default_rng(0)
    scores = rng.random((60, 3)).astype(np.float32)
    labels = calibrated(("a", "b", "c"), FeatureSpec(), scores, rng.integers(0, 3, 60))
    assert [label.name for label in labels] == ["a", "b", "c"]
    assert all(label.off_threshold < label.on_threshold for label in labels)
    assert {label.minimum_samples for label in labels} == {8000}
