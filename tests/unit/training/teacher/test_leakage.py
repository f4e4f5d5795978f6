"""Teachers that may have been trained on what their student holds out."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from soundpost.classify import load_bundle
from soundpost.manifest import log_mel_input
from soundpost_training.dataset.clip import Dataset
from soundpost_training.errors import TrainingError
from soundpost_training.experiment.experiment import Experiment
from soundpost_training.experiment.load import load_experiment
from soundpost_training.experiment.teacher import TeacherConfig
from soundpost_training.teacher.leakage import refuse_bundle

pytestmark = pytest.mark.training

BUNDLE = Path(__file__).resolve().parents[4] / "models" / "esc10"
MANIFEST = load_bundle(BUNDLE).manifest
ESC10 = Dataset("ESC-10", (), tuple(reversed(MANIFEST.label_names)), "", "")


@pytest.fixture
def experiment(experiment_file: Path) -> Experiment:
    """An experiment with the features and the window of the bundle."""
    tiny = load_experiment(experiment_file)
    frames = log_mel_input(MANIFEST, "this test").window_frames
    window = msgspec.structs.replace(tiny.window, frames=frames)
    return msgspec.structs.replace(tiny, window=window)


@pytest.fixture
def check(experiment: Experiment) -> Callable[..., None]:
    """Checks whether a bundle may teach a student of ESC-10 that holds fold 2 out."""

    def check(folds: list[int], *, data: str = "ESC-10", stated: bool) -> None:
        training = msgspec.structs.replace(MANIFEST.training, folds=folds, data=data)
        manifest = msgspec.structs.replace(MANIFEST, training=training)
        config = TeacherConfig(bundle=str(BUNDLE), bundle_never_heard_them=stated)
        refuse_bundle(manifest, config, experiment, ESC10, 2)

    return check


def test_a_bundle_that_held_out_the_same_fold_may_teach(check: Callable[..., None]) -> None:
    """Its manifest has the folds that it was trained on; other data need a person's statement."""
    check([1, 3], stated=False)
    check([1, 2, 3], data="AudioSet", stated=True)


@pytest.mark.parametrize("stated", [False, True])
def test_a_bundle_that_was_trained_on_the_held_out_fold_is_refused(
    check: Callable[..., None], *, stated: bool
) -> None:
    """A person's statement does not override its manifest."""
    with pytest.raises(TrainingError, match="was trained on fold 2 of ESC-10, which is held out"):
        check([1, 2], stated=stated)


def test_a_bundle_of_other_data_is_refused_without_a_statement(
    check: Callable[..., None],
) -> None:
    """Its data may have the same recordings under another name."""
    with pytest.raises(TrainingError, match="was trained on ESC-50: its manifest") as caught:
        check([1], data="ESC-50", stated=False)
    assert "bundle_never_heard_them" in caught.value.hint


def test_a_bundle_without_the_students_labels_is_refused(experiment: Experiment) -> None:
    """The missing labels are named."""
    config = TeacherConfig(bundle=str(BUNDLE), bundle_never_heard_them=True)
    tones = Dataset("tones", (), ("low_tone", "high_tone"), "", "")
    with pytest.raises(TrainingError, match="has no label high_tone, low_tone"):
        refuse_bundle(MANIFEST, config, experiment, tones, 2)


def test_a_bundle_of_another_window_is_refused(experiment_file: Path) -> None:
    """Teacher and student must take the same input."""
    config = TeacherConfig(bundle=str(BUNDLE), bundle_never_heard_them=True)
    with pytest.raises(TrainingError, match="other features, another window"):
        refuse_bundle(MANIFEST, config, load_experiment(experiment_file), ESC10, 99)
