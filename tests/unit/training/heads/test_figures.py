"""Figures of a label: of our learner, and of scikit-learn's on the same windows."""

import numpy as np
import pytest
from taught_examples import SIZE, background, embeddings, recording

from soundpost_training.heads.figures import ours, scikit_learn
from soundpost_training.heads.protocol import Material, Place

pytestmark = pytest.mark.training

TAUGHT = [recording(seed) for seed in range(6)]
GENERAL = embeddings(60, 9)


def place(seed: int, shift: float = 0.0) -> Place:
    """Returns five minutes of other sounds, as a stream and as clips."""
    clips = [embeddings(12, seed + number, shift) for number in range(100)]
    return Place(background(5.0, seed), clips)


MATERIAL = Material({}, place(1_000), place(2_000))


@pytest.mark.parametrize("measure", [ours, scikit_learn])
def test_a_sound_apart_is_separated(measure: object) -> None:
    """Recordings of it that were not taught have higher scores than all other clips."""
    test = [recording(seed) for seed in range(50, 60)]
    figures = measure(TAUGHT, test, MATERIAL, GENERAL)  # type: ignore[operator] # one of two functions
    assert figures.separation == 1.0
    assert figures.recall_at_share == 1.0


def test_ours_also_has_a_threshold() -> None:
    """Recall and false events are at the one that was chosen, in a place that is new."""
    test = [recording(seed) for seed in range(50, 60)]
    figures = ours(TAUGHT, test, MATERIAL, GENERAL)
    assert figures.recall >= 0.9
    assert figures.false_events_per_hour == 0.0
    assert not figures.is_refused


def test_a_sound_like_the_others_has_bad_figures() -> None:
    """They are measured on clips of the label that are not the taught ones."""
    test = [recording(seed, 0.0) for seed in range(50, 90)]
    figures = ours(TAUGHT, test, MATERIAL, np.empty((0, SIZE), np.float32))
    assert figures.separation == pytest.approx(0.5, abs=0.15)
    assert figures.recall_at_share <= 0.1
