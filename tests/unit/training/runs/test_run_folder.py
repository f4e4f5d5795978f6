"""Folders of runs, and what they are tied to."""

import dataclasses
import json
from pathlib import Path

import msgspec
import pytest

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.load import load_experiment
from soundpost_training.runs.run_folder import claim_folds, claim_run_folder, load_run_experiment

pytestmark = pytest.mark.training

CONFIGS = Path(__file__).resolve().parents[4] / "training" / "configs"

YOUNGER = {
    "data": ("labels", "background", "shuffle_anyway"),
    "model": ("arch", "layers", "width"),
    "train": ("init", "backbone_learning_rate"),
    "teacher": ("runs", "bundle", "bundle_never_heard_them", "blend"),
}
"""Settings that are younger than the runs of the first bundles."""


@pytest.mark.parametrize("name", ["esc50-taught", "esc10-taught"])
def test_a_run_continues_though_there_are_new_settings(name: str, tmp_path: Path) -> None:
    """A setting that a stored experiment lacks counts as its default."""
    experiment = load_experiment(CONFIGS / f"{name}.toml")
    kept = json.loads(msgspec.json.encode(experiment))
    for section, settings in YOUNGER.items():
        for setting in settings:
            del kept[section][setting]
    (tmp_path / "experiment.json").write_text(json.dumps(kept), encoding="utf-8")
    claim_run_folder(tmp_path, experiment)
    assert load_run_experiment(tmp_path) == experiment


def test_a_run_of_another_experiment_is_not_continued(tmp_path: Path) -> None:
    """Another network needs another run."""
    experiment = load_experiment(CONFIGS / "esc50-taught.toml")
    claim_run_folder(tmp_path, experiment)
    with pytest.raises(TrainingError, match="holds a run of another experiment"):
        claim_run_folder(tmp_path, load_experiment(CONFIGS / "esc50-taught.toml", arch="separable"))


@pytest.mark.parametrize("content", ["", "{", '{"name": 3}'])
def test_a_damaged_record_of_a_run_is_refused(tmp_path: Path, content: str) -> None:
    """Its folder is not given to another experiment either."""
    (tmp_path / "experiment.json").write_text(content, encoding="utf-8")
    with pytest.raises(TrainingError, match="holds a run of another experiment"):
        claim_run_folder(tmp_path, load_experiment(CONFIGS / "esc50-taught.toml"))


CLIPS = tuple(Clip(Path(f"{name}.wav"), "fox", fold, name) for name, fold in (("a", 1), ("b", 2)))
DATA = Dataset("mine", CLIPS, ("fox",), "CC0-1.0", "nobody")
OTHER_FOLDS = dataclasses.replace(CLIPS[0], fold=2), dataclasses.replace(CLIPS[1], fold=1)


@pytest.mark.parametrize("clips", [CLIPS[:1], OTHER_FOLDS, CLIPS[::-1]])
def test_a_run_on_other_recordings_is_not_continued(
    tmp_path: Path, clips: tuple[Clip, ...]
) -> None:
    """New recordings change the folds, so that it may have trained on clips held out now."""
    claim_folds(tmp_path, DATA)
    claim_folds(tmp_path, dataclasses.replace(DATA, clips=DATA.clips))
    with pytest.raises(TrainingError, match="other recordings of mine"):
        claim_folds(tmp_path, dataclasses.replace(DATA, clips=clips))


def test_recordings_may_move(tmp_path: Path) -> None:
    """A run continues on the same names, labels and folds in another folder or format."""
    claim_folds(tmp_path, DATA)
    moved = (dataclasses.replace(clip, path=Path("/b", f"{clip.path.stem}.flac")) for clip in CLIPS)
    claim_folds(tmp_path, dataclasses.replace(DATA, clips=tuple(moved)))
