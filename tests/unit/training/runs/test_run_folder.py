"""What a run keeps, and what goes on with it."""

import dataclasses
import json
from pathlib import Path

import msgspec
import pytest

from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import load_experiment
from soundpost_training.runs.run_folder import claim_folds, claim_run_folder, kept_experiment

pytestmark = pytest.mark.training

CONFIGS = Path(__file__).resolve().parents[4] / "training" / "configs"

YOUNGER = {
    "data": ("labels", "background", "shuffle_anyway"),
    "model": ("arch", "layers", "width"),
    "train": ("init", "backbone_learning_rate"),
    "teacher": ("runs", "bundle", "bundle_never_heard_them", "blend"),
}
"""Settings that there were not when the first bundles' runs were kept."""


@pytest.mark.parametrize("name", ["esc50-taught", "esc10-taught"])
def test_a_run_goes_on_though_there_are_new_settings(name: str, tmp_path: Path) -> None:
    """What a run did not know of counts as its default."""
    experiment = load_experiment(CONFIGS / f"{name}.toml")
    kept = json.loads(msgspec.json.encode(experiment))
    for section, settings in YOUNGER.items():
        for setting in settings:
            del kept[section][setting]
    (tmp_path / "experiment.json").write_text(json.dumps(kept), encoding="utf-8")
    claim_run_folder(tmp_path, experiment)
    assert kept_experiment(tmp_path) == experiment


def test_a_run_of_something_else_is_not_gone_on_with(tmp_path: Path) -> None:
    """Another network, another run."""
    experiment = load_experiment(CONFIGS / "esc50-taught.toml")
    claim_run_folder(tmp_path, experiment)
    with pytest.raises(TrainingError, match="holds a run of another experiment"):
        claim_run_folder(tmp_path, load_experiment(CONFIGS / "esc50-taught.toml", arch="separable"))


@pytest.mark.parametrize("content", ["", "{", '{"name": 3}'])
def test_what_is_no_record_of_a_run_is_not_taken_for_one(tmp_path: Path, content: str) -> None:
    """Damaged or foreign, it claims the folder for nobody else."""
    (tmp_path / "experiment.json").write_text(content, encoding="utf-8")
    with pytest.raises(TrainingError, match="holds a run of another experiment"):
        claim_run_folder(tmp_path, load_experiment(CONFIGS / "esc50-taught.toml"))


CLIPS = tuple(Clip(Path(f"{name}.wav"), "fox", fold, name) for name, fold in (("a", 1), ("b", 2)))
DATA = Dataset("mine", CLIPS, ("fox",), "CC0-1.0", "nobody")
DEALT_ANEW = dataclasses.replace(CLIPS[0], fold=2), dataclasses.replace(CLIPS[1], fold=1)


@pytest.mark.parametrize("clips", [CLIPS[:1], DEALT_ANEW, CLIPS[::-1]])
def test_a_run_on_other_recordings_is_not_gone_on_with(
    tmp_path: Path, clips: tuple[Clip, ...]
) -> None:
    """Whoever adds recordings has folds dealt anew: the run may have heard what is held out now."""
    claim_folds(tmp_path, DATA)
    claim_folds(tmp_path, dataclasses.replace(DATA, clips=DATA.clips))
    with pytest.raises(TrainingError, match="other recordings of mine"):
        claim_folds(tmp_path, dataclasses.replace(DATA, clips=clips))


def test_recordings_may_move(tmp_path: Path) -> None:
    """Another folder, another format: a run on the same names, labels and folds is the same."""
    claim_folds(tmp_path, DATA)
    moved = (dataclasses.replace(one, path=Path("/b", f"{one.path.stem}.flac")) for one in CLIPS)
    claim_folds(tmp_path, dataclasses.replace(DATA, clips=tuple(moved)))
