"""The activation of a foreign model, found by what it gives."""

import numpy as np
import pytest

from soundpost.classify.activation import sigmoid, softmax
from soundpost.errors import BundleImportError
from soundpost.importer.model.activation import find_activation

RNG = np.random.default_rng(1)
TAGGER = RNG.normal(-6.0, 2.0, (6, 50))
CLOSED = RNG.normal(0.0, 2.0, (6, 50))


def test_scores_need_no_activation() -> None:
    """It is stated whether they sum to 1."""
    found = find_activation(sigmoid(TAGGER), None)
    assert found.activation == "none"
    assert "a sigmoid inside" in found.reason
    found = find_activation(softmax(CLOSED), None)
    assert found.activation == "none"
    assert "a softmax, sums of 1 inside" in found.reason


def test_logits_of_which_most_are_low_get_a_sigmoid() -> None:
    """Most labels do not sound, so most logits of independent labels are low."""
    found = find_activation(TAGGER, None)
    assert found.activation == "sigmoid"
    assert found.reason.startswith("logits: outputs from -")


def test_logits_that_show_nothing_need_a_statement() -> None:
    """Only the differences of a softmax's logits count."""
    with pytest.raises(BundleImportError, match="--activation is needed"):
        find_activation(CLOSED, None)
    assert find_activation(CLOSED, "softmax").activation == "softmax"


def test_what_contradicts_the_outputs_is_refused() -> None:
    """Logits are not scores."""
    with pytest.raises(BundleImportError, match="--activation none: expected scores from 0 to 1"):
        find_activation(TAGGER, "none")


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_outputs_that_are_not_finite_are_refused(value: float) -> None:
    """Whatever is stated."""
    broken = TAGGER.copy()
    broken[2, 3] = value
    with pytest.raises(BundleImportError, match="expected finite outputs, got 1 of 300"):
        find_activation(broken, "sigmoid")
