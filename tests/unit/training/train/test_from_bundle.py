"""Training that starts from a bundle, from folders to the advice after it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.classify import load_bundle
from soundpost_training.cli import main
from soundpost_training.dataset.windows import windows_of_clips
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.load import load_experiment
from soundpost_training.network.pretrained.bundle_network import network_from_bundle
from soundpost_training.train.initial_weights import refuse_leaking_bundle
from soundpost_training.train.prepare_context import prepare_context
from soundpost_training.train.train import train_fold

pytestmark = pytest.mark.training

RATE_HZ = 16_000
ESC10 = Path(__file__).resolve().parents[4] / "models" / "esc10"
FEW = """\
name = "mine"
[data]
kind = "folders"
folder = "{folder}"
folds = 2
licence = "my own"
[train]
epochs = 1
batch_size = 4
learning_rate = 1e-5
[train.init]
kind = "bundle"
bundle = "esc10"
[bundle]
id = "mine"
version = "0.1.0"
held_out_fold = 2
calibration_windows = 10
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """Provides an experiment on recordings of a whistle and a horn that starts from a bundle."""
    for label, frequency_hz in (("whistle", 3000.0), ("horn", 300.0)):
        for take in range(4):
            path = tmp_path / "data" / label / f"{label}{take}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            time = np.arange(2 * RATE_HZ + 8000) / RATE_HZ
            tone = 0.3 * np.sin(2 * np.pi * frequency_hz * (1.0 + 0.01 * take) * time)
            noise = np.random.default_rng(take).normal(0, 0.003, len(time))
            soundfile.write(path, tone * (np.sin(6 * np.pi * time) > 0) + noise, RATE_HZ)
    config = tmp_path / "mine.toml"
    config.write_text(FEW.format(folder=tmp_path / "data"), encoding="utf-8")
    return config


def test_one_epoch_from_the_fitted_head_is_enough(own: Path) -> None:
    """Held-out clips are recognised; weights of the body stay near those of the bundle."""
    experiment = load_experiment(own)
    context = prepare_context(experiment, own.parent / "cache", own.parent / "runs")
    network = train_fold(context, 2)
    clips = context.dataset.in_folds([2])
    windows, owners = windows_of_clips(context.features, clips, experiment.window)
    answers = np.asarray(network.predict_on_batch(windows[..., None])).argmax(axis=1)
    assert np.array_equal(answers, np.array(context.dataset.targets())[clips][owners])
    start = network_from_bundle(ESC10, context.dataset.labels, 0.0)
    trained, initial = (each.get_weights()[0] for each in (network, start))
    assert 0.0 < np.abs(trained - initial).max() < 1e-3


@pytest.mark.slow
def test_own_recordings_become_a_bundle(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Card and manifest name the bundle's data; advice follows."""
    places = [f"--{name}={own.parent / name}" for name in ("cache", "runs", "models")]
    assert main(["export", "--config", str(own), *places, "--force"]) == 0
    printed = capsys.readouterr()
    assert "what to do next:" in printed.out
    assert "more of horn: 4 clips of 4 recordings" in printed.out
    manifest = load_bundle(own.parent / "models" / "mine").manifest
    esc10 = load_bundle(ESC10).manifest
    assert manifest.training.licence == f"my own; initial weights: {esc10.training.licence}"
    assert next(m.value for m in manifest.metrics if m.name == "clip_accuracy_int8") == 1.0
    card = " ".join((own.parent / "models/mine/MODEL_CARD.md").read_text(encoding="utf-8").split())
    assert f"from the int8 weights of the bundle esc10 {esc10.version}" in card


@pytest.mark.usefixtures("tones_at_home")
def test_a_bundle_that_may_know_the_held_out_fold_is_refused(
    experiment_file: Path, tmp_path: Path
) -> None:
    """Of a published data set; a fold that is not held out may be known."""
    text = experiment_file.read_text(encoding="utf-8")
    plain = text[: text.index("[window]")] + text[text.index("[bundle]") :]
    experiment_file.write_text(plain, encoding="utf-8")
    experiment = load_experiment(experiment_file, init="bundle:esc10")
    dataset = prepare_context(experiment, tmp_path / "cache", tmp_path / "runs").dataset
    refuse_leaking_bundle(experiment, dataset, None)
    with pytest.raises(TrainingError, match="was trained on") as error:
        refuse_leaking_bundle(experiment, dataset, 2)
    assert "never_heard_them = true" in error.value.hint or "held out" in error.value.hint
    unheard = load_experiment(experiment_file, init="bundle:esc10@never-heard")
    trained_on = load_bundle(ESC10).manifest
    if trained_on.training.data == dataset.name:
        with pytest.raises(TrainingError, match="was trained on fold 2"):
            refuse_leaking_bundle(unheard, dataset, 2)
    else:
        refuse_leaking_bundle(unheard, dataset, 2)
