"""Heads on the outputs of teachers: learnt where there are enough examples, and only there."""

import numpy as np
import pytest
from numpy.typing import NDArray

from soundpost_training.audioset.soft_scores import TeacherScores
from soundpost_training.tagging.experiment import TargetsConfig
from soundpost_training.tagging.heads import SURE_SCORE, Heads
from soundpost_training.tagging.presence import Presence

pytestmark = pytest.mark.training

EXAMPLES, KNOWN = 600, 300
EASY, ENOUGH, TOO_FEW, UNKNOWN = range(4)
SHAPE = EXAMPLES, 4
SHORT = TargetsConfig(head_examples=60, head_epochs=1)
LONG = TargetsConfig(head_examples=60, head_epochs=150)


def is_easy() -> NDArray[np.bool_]:
    """Returns the examples with the easy label: every second, bool[n]."""
    easy: NDArray[np.bool_] = np.arange(EXAMPLES) % 2 == 0
    return easy


def teacher_scores(seed: int) -> TeacherScores:
    """Returns random outputs; all dimensions of the embedding rise with the easy label."""
    rng = np.random.default_rng(seed)
    embedding = rng.normal(0.0, 1.0, (EXAMPLES, 20)) + 2.0 * is_easy()[:, None]
    return TeacherScores(
        rng.normal(0.0, 2.0, (EXAMPLES, 3)).astype(np.float16),
        embedding.astype(np.float16),
        rng.uniform(0.0, 1.0, (EXAMPLES, 2)).astype(np.float16),
    )


def presence() -> Presence:
    """Returns knowledge of the first half: 60 examples of one label, 59 of another, no third."""
    present = np.zeros(SHAPE, np.float32)
    present[:KNOWN, EASY] = is_easy()[:KNOWN]
    present[:60, ENOUGH] = present[:59, TOO_FEW] = 1.0
    absent = present == 0.0
    absent[:, UNKNOWN] = False
    absent[KNOWN:] = False
    return Presence(present, absent)


def fit(known: Presence, blended: NDArray[np.float32], config: TargetsConfig = SHORT) -> Heads:
    """Returns heads fitted to the examples of the first seed."""
    return Heads(config, teacher_scores(1), known, blended, 3)


@pytest.fixture(scope="module")
def fitted() -> Heads:
    """Provides heads fitted to the known half."""
    return fit(presence(), np.zeros(SHAPE, np.float32))


def test_a_separable_label_is_learnt() -> None:
    """Other examples than those that were fitted are classified right."""
    heads = fit(presence(), np.zeros(SHAPE, np.float32), LONG)
    scores = heads.label_scores(teacher_scores(2))
    assert scores.dtype == np.float32
    assert scores.shape == SHAPE
    assert scores.min() >= 0.0
    assert scores.max() <= 1.0
    assert ((scores[:, EASY] > 0.5) == is_easy()).mean() > 0.9


def test_a_label_with_too_few_examples_has_no_head(fitted: Heads) -> None:
    """60 are enough here, 59 are not; nor is there a head for a label of unknown examples."""
    assert fitted.is_fitted.tolist() == [True, True, False, False]


def test_unknown_examples_change_nothing(fitted: Heads) -> None:
    """They may be half certain, or certain for the teachers; the same seed gives the same heads."""
    known = presence()
    known.present[KNOWN:, EASY] = 0.5
    blended = np.zeros(SHAPE, np.float32)
    blended[KNOWN:] = 1.0
    scores = teacher_scores(1)
    expected = fitted.label_scores(scores)
    assert np.array_equal(fit(known, blended).label_scores(scores), expected)


def test_an_excluded_label_that_the_teachers_are_sure_of_is_left_out(fitted: Heads) -> None:
    """Such an example is as unknown: a data set names one sound of several."""
    known = presence()
    known.absent[KNOWN:] = True
    blended = np.zeros(SHAPE, np.float32)
    blended[KNOWN:] = SURE_SCORE
    scores = teacher_scores(1)
    expected = fitted.label_scores(scores)
    assert np.array_equal(fit(known, blended).label_scores(scores), expected)
    blended[KNOWN:] = SURE_SCORE - 0.01
    assert not np.array_equal(fit(known, blended).label_scores(scores), expected)
