"""Targets: teachers and heads must agree, and data sets overrule them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from soundpost_training.audioset.soft_scores import TeacherScores
from soundpost_training.tagging.experiment import TargetsConfig
from soundpost_training.tagging.heads import SURE_SCORE, Heads
from soundpost_training.tagging.presence import Presence
from soundpost_training.tagging.targets import (
    DOUBT_SCORE,
    HIGHEST_TARGET,
    make_targets,
    sharpen,
)

pytestmark = pytest.mark.training

CONFIG = TargetsConfig(head_examples=2, head_epochs=1)
EXAMPLES = 6
WITH_HEAD, WITHOUT_HEAD = 0, 1
Scores = NDArray[np.float32]


@pytest.fixture(scope="module")
def heads() -> Heads:
    """Provides heads of which the first of two labels has one."""
    outputs = np.zeros((EXAMPLES, 3), np.float16)
    present = np.zeros((EXAMPLES, 2), np.float32)
    present[:2, WITH_HEAD] = 1.0
    fitted = Heads(
        CONFIG,
        TeacherScores(outputs, outputs, outputs),
        Presence(present, present == 0.0),
        np.zeros((EXAMPLES, 2), np.float32),
        1,
    )
    assert fitted.is_fitted.tolist() == [True, False]
    return fitted


def row(*values: float) -> Scores:
    """Returns the scores of one example."""
    return np.array([values], np.float32)


OPEN = Presence(row(0, 0), np.zeros((1, 2), bool))
EXCLUDED = Presence(row(0, 0), np.ones((1, 2), bool))
STATED = Presence(row(1, 1), np.zeros((1, 2), bool))


def targets(heads: Heads, blended: Scores, head_scores: Scores, presence: Presence) -> list[float]:
    """Returns the targets of one example."""
    made = make_targets(CONFIG, blended, heads, head_scores, presence)
    assert made.dtype == np.float32
    return [float(value) for value in made[0]]


def test_the_even_score_becomes_one_half() -> None:
    """Scores above it are raised, and those far below it lowered."""
    low, even, high = sharpen(row(0.02, CONFIG.even_score, 0.7), CONFIG)[0]
    assert even == pytest.approx(0.5, abs=1e-6)
    assert low < 0.02
    assert high > 0.7


def test_head_and_blend_must_both_be_convinced(heads: Heads) -> None:
    """One of them alone gives a low target; a label without a head follows the blend."""
    both, alone = targets(heads, row(0.9, 0.9), row(0.9, 0.0), OPEN)
    assert both > 0.85
    assert alone > 0.9
    assert targets(heads, row(0.9, 0.9), row(0.01, 0.01), OPEN)[WITH_HEAD] < 0.15
    assert targets(heads, row(0.001, 0.001), row(0.99, 0.99), OPEN)[WITH_HEAD] < 0.15


def test_a_stated_label_has_the_higher_score_of_both(heads: Heads) -> None:
    """A head that is sure raises the target over that of the blend, up to a limit."""
    stated = targets(heads, row(0.05, 0.05), row(0.8, 0.8), STATED)
    assert stated == pytest.approx([0.8, 0.8])
    assert targets(heads, row(0.05, 0.05), row(1.0, 1.0), STATED) == pytest.approx(
        [HIGHEST_TARGET] * 2
    )


def test_an_excluded_label_is_zero_unless_the_teachers_are_sure(heads: Heads) -> None:
    """Up to the score of doubt it is 0; from the sure score on the exclusion has no effect."""
    sure = row(1.0, 1.0)
    assert targets(heads, row(DOUBT_SCORE, DOUBT_SCORE), sure, EXCLUDED) == [0.0, 0.0]
    between = targets(heads, row(0.5, 0.5), sure, EXCLUDED)
    known = targets(heads, row(0.5, 0.5), sure, OPEN)
    assert between == pytest.approx([0.6 * value for value in known], rel=1e-4)
    score = SURE_SCORE + 1e-6
    assert targets(heads, row(score, score), sure, EXCLUDED) == targets(
        heads, row(score, score), sure, OPEN
    )


UNIT = st.floats(0.0, 1.0, width=32)
MATRIX = arrays.arrays(np.float32, (EXAMPLES, 2), elements=UNIT)
FLAGS = arrays.arrays(np.bool_, (EXAMPLES, 2))


@settings(max_examples=200)
@given(blended=MATRIX, raised=MATRIX, head_scores=MATRIX, present=MATRIX, absent=FLAGS)
def test_targets_are_shares_and_never_fall_as_the_blend_rises(
    heads: Heads,
    *,
    blended: Scores,
    raised: Scores,
    head_scores: Scores,
    present: Scores,
    absent: NDArray[np.bool_],
) -> None:
    """For all scores and all knowledge of data sets."""
    presence = Presence(np.where(absent, np.float32(0.0), present), absent)
    higher = np.maximum(blended, raised)
    lower_targets, higher_targets = (
        make_targets(CONFIG, scores, heads, head_scores, presence) for scores in (blended, higher)
    )
    for made in (lower_targets, higher_targets):
        assert np.isfinite(made).all()
        assert made.min() >= 0.0
        assert made.max() <= 1.0
    assert (higher_targets >= lower_targets - 1e-6).all()
