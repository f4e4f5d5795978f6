"""Thresholds above the scores of noise."""

import numpy as np
import pytest

from soundpost.importer.noise.measure import NoiseScores
from soundpost.importer.noise.noises import Noise
from soundpost.importer.noise.thresholds import LabelThreshold, label_thresholds

WHITE, PINK = Noise("white", -34), Noise("pink", -34)


def thresholds(
    white: float, pink: float = 0.0, excess: float = 0.0, default: float = 0.5
) -> LabelThreshold:
    """Returns the thresholds of a label with these highest scores."""
    spread = np.array([excess])
    measured = [
        NoiseScores(WHITE, 100, np.array([white]), spread),
        NoiseScores(PINK, 100, np.array([pink]), spread),
    ]
    return label_thresholds(measured, default)[0]


def test_a_label_that_does_not_score_in_noise_has_the_default() -> None:
    """Its event ends below half of it."""
    assert thresholds(0.04) == LabelThreshold(on_threshold=0.5, off_threshold=0.25)
    assert thresholds(0.04, default=0.25).on_threshold == 0.25
    assert thresholds(0.08, default=0.1).is_raised


def test_a_label_that_scores_below_its_threshold_is_noted() -> None:
    """The default is high enough."""
    noted = thresholds(0.2)
    assert (noted.on_threshold, noted.is_raised, noted.is_off) == (0.5, False, False)
    assert (noted.noise_score, noted.noise) == (0.2, WHITE)
    assert noted.off_threshold == 0.35


def test_a_label_that_scores_high_gets_a_threshold_above_it() -> None:
    """Half a logit at least; more where the scores spread."""
    raised = thresholds(0.52)
    assert (raised.on_threshold, raised.is_raised) == (0.65, True)
    assert 0.52 < raised.off_threshold < raised.on_threshold
    assert thresholds(0.52, excess=0.3).on_threshold == 0.82


def test_the_loudest_noise_counts() -> None:
    """It is named."""
    found = thresholds(0.2, pink=0.6)
    assert (found.noise, found.noise_score) == (PINK, 0.6)
    assert found.on_threshold == 0.72


@pytest.mark.parametrize(("white", "excess"), [(0.97, 0.0), (0.6, 1.0)])
def test_a_label_that_no_threshold_helps_is_off(white: float, excess: float) -> None:
    """A threshold above 0.95 is one that the sound itself seldom reaches."""
    off = thresholds(white, excess=excess)
    assert off.is_off
    assert white < off.off_threshold <= off.on_threshold <= 1.0
