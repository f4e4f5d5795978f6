"""Scores of range models, and broken range models."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from range_bundle import RANGE_MODELS, TINY_FLOAT, bare_scores

from soundpost.classify.range.scores import range_scores
from soundpost.classify.range.week import WEEKS
from soundpost.config import Place
from soundpost.errors import BundleError

TINY = RANGE_MODELS / "tiny.tflite"
BERLIN = Place(52.5, 13.4)


@settings(max_examples=50)
@given(st.floats(-90.0, 90.0), st.floats(-180.0, 180.0), st.integers(1, WEEKS))
def test_scores_are_those_of_the_bare_runtime(latitude: float, longitude: float, week: int) -> None:
    """At any place in any week, to the bit."""
    scores = range_scores(TINY.read_bytes(), Place(latitude, longitude), 3)
    assert scores.shape == (WEEKS, 3)
    np.testing.assert_array_equal(scores[week - 1], bare_scores(TINY, latitude, longitude, week))


def test_a_model_may_leave_the_number_of_places_open() -> None:
    """As BirdNET's does; it is run for one place at a time."""
    scores = range_scores((RANGE_MODELS / "open.tflite").read_bytes(), BERLIN, 3)
    np.testing.assert_allclose(scores, range_scores(TINY.read_bytes(), BERLIN, 3), atol=1e-6)
    with pytest.raises(BundleError, match=r"expected output float32\[1, 4\], got float32\[-1, 3\]"):
        range_scores((RANGE_MODELS / "open.tflite").read_bytes(), BERLIN, 4)


@pytest.mark.parametrize(
    ("model", "labels", "message"),
    [
        (RANGE_MODELS / "broken.tflite", 3, r"expected scores from 0 to 1, got nan at 52\.5 N"),
        (RANGE_MODELS / "logits.tflite", 3, r"expected scores from 0 to 1, got -?[0-9.]+ at"),
        (RANGE_MODELS / "two.tflite", 3, r"got float32\[1, 3\], float32\[1, 16\]"),
        (TINY, 4, r"expected output float32\[1, 4\], got float32\[1, 3\]"),
        (
            TINY_FLOAT / "model.tflite",
            3,
            r"expected input float32\[1, 3\], got float32\[1, 16, 64, 1\]",
        ),
        (
            TINY_FLOAT.with_name("tiny-int8") / "model.tflite",
            3,
            r"expected input float32\[1, 3\], got int8",
        ),
        (TINY_FLOAT / "manifest.json", 3, "the TFLite runtime refuses the model"),
    ],
)
def test_a_model_that_cannot_be_used_is_refused(model: Path, labels: int, message: str) -> None:
    """The error names the file, what was expected and what was found, and the hint a way out."""
    with pytest.raises(BundleError, match=message) as caught:
        range_scores(model.read_bytes(), BERLIN, labels)
    assert str(caught.value).startswith("the range model range.tflite: ")
    assert 'decide.range = "off"' in caught.value.hint
