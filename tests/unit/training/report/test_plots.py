"""The pictures of a report."""

import io

import matplotlib.image
import numpy as np
import pytest
from sample_evaluation import GROUND_TRUTH, sample_evaluation, sample_scores

from soundpost_training.report import plots

pytestmark = pytest.mark.training


def pixels(png: bytes) -> np.ndarray:
    """Returns the pixels of a picture, float32[height, width, channels]."""
    return matplotlib.image.imread(io.BytesIO(png), format="png")


def test_every_picture_of_an_evaluation_can_be_drawn() -> None:
    """None of them is blank."""
    evaluation = sample_evaluation()
    for png in (
        plots.confusion_matrix(evaluation),
        plots.curves(evaluation, sample_scores(), GROUND_TRUTH),
        plots.reliability_diagram(evaluation),
        plots.label_bars(evaluation),
    ):
        assert pixels(png).std() > 0.01


def test_a_label_without_clips_has_no_curve() -> None:
    """It has no recall; the other labels are drawn."""
    with_rain = sample_scores()[:4]
    assert pixels(plots.curves(sample_evaluation(), with_rain, GROUND_TRUTH[:4])).std() > 0.01


def test_validation_losses_are_drawn_where_there_are_some() -> None:
    """A history has two columns, or three with validation; there may be none at all."""
    losses = np.array([[0.0, 1.0], [1.0, 0.5]])
    validated = np.array([[0.0, 1.0, 1.2], [1.0, 0.5, 0.8]])
    pictures = [
        pixels(plots.loss_curves(histories))
        for histories in ({}, {"fold1": losses}, {"fold1": validated})
    ]
    assert not np.array_equal(pictures[0], pictures[1])
    assert not np.array_equal(pictures[1], pictures[2])
