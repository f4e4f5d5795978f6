"""Teachers, and what a fold's student may learn from them."""

import re
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from soundpost.classify.activation import sigmoid
from soundpost.features import FeatureSpec, LogMel
from soundpost_training.cli import main
from soundpost_training.dataset.decode.audio import read_pcm
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import load_experiment
from soundpost_training.teacher import DistillationLoss
from soundpost_training.teacher.example_pool import fingerprint
from soundpost_training.teacher.yamnet_embedding import build_embedding
from soundpost_training.train.context import TrainingContext

pytestmark = pytest.mark.training

CONFIGS = Path(__file__).resolve().parents[4] / "training" / "configs"

TEACHER = """
[teacher]
weights = "{weights}"
layers = [2, 3]
pool_passes = 2
head_units = 8
head_epochs = 1
"""


def test_the_loss_is_the_teachers_cross_entropy_and_a_little_truth() -> None:
    """The loss equals its formula, computed in numpy."""
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(4, 3))
    true, told = (rng.dirichlet(np.ones(3), 4) for _ in range(2))
    loss = DistillationLoss(temperature=2.0, weight=0.9)
    got = loss(np.stack((true, told), axis=1).astype("f4"), logits.astype("f4"))

    def log_softmax(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(values - np.log(np.exp(values).sum(axis=1, keepdims=True)))

    hard = -(true * log_softmax(logits)).sum(axis=1)
    soft = -(told * log_softmax(logits / 2)).sum(axis=1) * 4
    assert float(got) == pytest.approx((0.1 * hard + 0.9 * soft).mean(), rel=1e-5)


def test_the_ear_is_yamnet(shared_data: Path) -> None:
    """The dequantised layers answer what YAMNet's own file answers, on a real clip."""
    weights = shared_data / "yamnet" / "yamnet_weights.tflite"
    pcm = read_pcm(shared_data / "esc50" / "audio" / "1-100032-A-0.flac", 16_000)[:15_600]
    log_mel = LogMel(FeatureSpec()).compute(pcm)[:96]
    ear = build_embedding(weights, (14,), 96, 64)
    heard = np.exp(ear.predict(log_mel[None, ..., None], verbose=0)[0, :1024]) - 0.01
    interpreter = Interpreter(model_path=str(weights))
    interpreter.allocate_tensors()
    kernel, bias = (_constant(interpreter, name) for name in ("/MatMul", "/resource"))
    scores = sigmoid(heard.astype(np.float64) @ kernel.T + bias)
    interpreter.set_tensor(0, (pcm / 32768).astype(np.float32)[None])
    interpreter.invoke()
    expected = interpreter.get_tensor(interpreter.get_output_details()[0]["index"])[0]
    assert scores.argmax() == expected.argmax()
    np.testing.assert_allclose(scores, expected, atol=0.05)


def _constant(interpreter: Interpreter, name: str) -> NDArray[np.float32]:
    """The dequantised constant of YAMNet's last layer whose name ends so."""
    details = interpreter.get_tensor_details()
    (found,) = (one for one in details if "dense" in one["name"] and one["name"].endswith(name))
    scales = found["quantization_parameters"]["scales"]
    values = interpreter.get_tensor(found["index"])
    return np.asarray(values * scales[:, None] if len(scales) else values, np.float32)


def test_a_teacher_that_is_no_yamnet_is_refused(tmp_path: Path) -> None:
    """A foreign file gives one clear error."""
    (tmp_path / "other.tflite").write_bytes(b"not a model")
    with pytest.raises(TrainingError, match="cannot be read as TFLite"):
        build_embedding(tmp_path / "other.tflite", (7,), 64, 64)


@pytest.mark.parametrize("name", ["esc50-taught", "esc10-taught"])
def test_pools_that_were_listened_to_are_found_again(name: str) -> None:
    """A setting that is new and not used leaves the names of older pools as they are."""
    experiment = load_experiment(CONFIGS / f"{name}.toml")
    assert experiment.teacher is not None
    log_mel = np.zeros((2, 64), np.float32)
    assert fingerprint(experiment, experiment.teacher, log_mel) == "43bf77fbb742b5e5"


@pytest.mark.usefixtures("tones_at_home")
def test_no_student_hears_its_held_out_fold(
    shared_data: Path, experiment_file: Path, tmp_path: Path
) -> None:
    """Of the pool, a fold may use the examples in which no clip of it was mixed, and only those."""
    with experiment_file.open("a", encoding="utf-8") as file:
        file.write(TEACHER.format(weights=shared_data / "yamnet" / "yamnet_weights.tflite"))
    experiment = load_experiment(experiment_file)
    material = TrainingContext.of(experiment, tmp_path / "cache", tmp_path / "runs")
    dataset, pool = material.dataset, material.pool
    for fold in dataset.folds:
        forbidden = dataset.in_folds([fold])
        usable = pool.usable(fold)
        assert not np.isin(pool.drawn.clips[usable], forbidden).any()
        others = np.setdiff1d(np.arange(len(pool.drawn.clips)), usable)
        assert np.isin(pool.drawn.clips[others], forbidden).any(axis=1).all()
    assert np.isfinite(pool.heard).all()
    assert (pool.heard.std(axis=0) > 0).any()


@pytest.mark.usefixtures("tones_at_home")
def test_teaching_says_how_good_the_teachers_are(
    shared_data: Path, experiment_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anybody learns from them, and only of a fold that is asked for."""
    with experiment_file.open("a", encoding="utf-8") as file:
        file.write(TEACHER.format(weights=shared_data / "yamnet" / "yamnet_weights.tflite"))
    places = ["--runs", str(tmp_path / "runs"), "--cache", str(tmp_path / "cache")]
    asked = ["teach", "--config", str(experiment_file), *places]
    assert main(asked) == 0
    assert "no teacher was trained on" not in capsys.readouterr().out
    assert main([*asked, "--fold", "2"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert re.search(
        r"fold 2, which no teacher was trained on: accuracy of the teachers [\d.]+% of clips, "
        r"[\d.]+% of windows",
        told,
    )
    assert main([*asked, "--fold", "9"]) == 1
    assert "9" in capsys.readouterr().err
