"""What teachers say together, and how it is kept while they are asked."""

import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from soundpost.classify.activation import softmax
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.experiment import load_experiment
from soundpost_training.teacher.ensemble import blended
from soundpost_training.teacher.resumable_array import fill_resumable

pytestmark = pytest.mark.training


@given(st.integers(1, 40), st.integers(1, 7), st.integers(0, 39))
@settings(deadline=None)
def test_an_interrupted_listening_ends_as_an_unbroken_one(
    questions: int, batch: int, stop: int
) -> None:
    """Wherever it stops, the same call goes on and answers every question."""
    told: list[int] = []

    def answer(asked: NDArray[np.int64]) -> NDArray[np.float64]:
        if len(told) == stop:
            told.append(0)
            raise KeyboardInterrupt
        told.append(1)
        return np.stack((asked, asked**2), axis=1) / 64

    with tempfile.TemporaryDirectory() as folder:
        arguments = Path(folder) / "said.npy", (questions, 2), batch, answer, "listening"
        try:
            fill_resumable(*arguments)
        except KeyboardInterrupt:
            fill_resumable(*arguments)
        said = fill_resumable(*arguments)
        expected = np.arange(questions)[:, None] ** [1, 2] / 64
        np.testing.assert_allclose(said, expected, rtol=1e-3)


def shapes(draw: st.DrawFn) -> list[NDArray[np.float32]]:
    """The logits of one to three teachers of the same examples, some with several heads."""
    examples, labels = draw(st.integers(1, 6)), draw(st.integers(2, 5))
    seeds = draw(st.lists(st.tuples(st.integers(0, 99), st.integers(1, 3)), min_size=1, max_size=3))
    return [
        np.random.default_rng(seed).normal(0, 9, (examples, heads, labels)).astype(np.float32)
        for seed, heads in seeds
    ]


@given(st.composite(shapes)(), st.floats(0.5, 8.0), st.sampled_from(["scores", "logits"]))
def test_what_an_ensemble_tells_are_scores(
    said: list[NDArray[np.float32]], temperature: float, blend: str
) -> None:
    """They sum to one, and teachers that agree are not contradicted."""
    told = blended(said, temperature, "logits" if blend == "logits" else "scores")
    assert told.shape == (said[0].shape[0], said[0].shape[2])
    np.testing.assert_allclose(told.sum(axis=1), 1.0, atol=1e-5)
    alike = [said[0][:, :1]] * 3
    alone = softmax(said[0][:, 0].astype(np.float64) / temperature)
    np.testing.assert_allclose(blended(alike, temperature, "scores"), alone, atol=1e-6)
    np.testing.assert_allclose(blended(alike, temperature, "logits"), alone, atol=1e-6)


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("pool_passes = 2", "there is no teacher"),
        ('weights = "x"', "weights and layers go together"),
        ('layers = [7]\nruns = ["one"]', "weights and layers go together"),
        ('runs = ["../one"]', "runs"),
        ('runs = ["one"]\nblend = "votes"', "blend"),
    ],
)
def test_a_teacher_that_is_none_is_refused(experiment_file: Path, table: str, told: str) -> None:
    """Somebody must teach, and completely."""
    with experiment_file.open("a", encoding="utf-8") as file:
        file.write(f"[teacher]\n{table}\n")
    with pytest.raises(ExperimentError, match=told):
        load_experiment(experiment_file)
