"""Scores of several teachers, and the table that names them."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.classify.activation import softmax
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.load import load_experiment
from soundpost_training.teacher.ensemble import ensemble_scores

pytestmark = pytest.mark.training


def teacher_logits(draw: st.DrawFn) -> list[NDArray[np.float32]]:
    """The logits of one to three teachers of the same examples, some with several heads."""
    examples, labels = draw(st.integers(1, 6)), draw(st.integers(2, 5))
    seeds = draw(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 3)), min_size=1, max_size=3))
    return [
        np.random.default_rng(seed).normal(0, 9, (examples, heads, labels)).astype(np.float32)
        for seed, heads in seeds
    ]


@given(st.composite(teacher_logits)(), st.floats(0.5, 8.0), st.sampled_from(["scores", "logits"]))
def test_an_ensemble_gives_scores(
    logits: list[NDArray[np.float32]], temperature: float, blend: str
) -> None:
    """They sum to one, and equal those of teachers that agree."""
    scores = ensemble_scores(logits, temperature, "logits" if blend == "logits" else "scores")
    assert scores.shape == (logits[0].shape[0], logits[0].shape[2])
    np.testing.assert_allclose(scores.sum(axis=1), 1.0, atol=1e-5)
    alike = [logits[0][:, :1]] * 3
    alone = softmax(logits[0][:, 0].astype(np.float64) / temperature)
    np.testing.assert_allclose(ensemble_scores(alike, temperature, "scores"), alone, atol=1e-6)
    np.testing.assert_allclose(ensemble_scores(alike, temperature, "logits"), alone, atol=1e-6)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("pool_passes = 2", "there is no teacher"),
        ('weights = "x"', "weights and layers go together"),
        ('waveform = "x"\nheads_of = ["one"]', "heads_of needs the weights and layers"),
        ('layers = [7]\nruns = ["one"]', "weights and layers go together"),
        ('runs = ["../one"]', "runs"),
        ('runs = ["one"]\nblend = "votes"', "blend"),
    ],
)
def test_an_incomplete_teacher_is_refused(experiment_file: Path, table: str, message: str) -> None:
    """The table names a teacher, with all that it needs."""
    with experiment_file.open("a", encoding="utf-8") as file:
        file.write(f"[teacher]\n{table}\n")
    with pytest.raises(ExperimentError, match=message):
        load_experiment(experiment_file)
