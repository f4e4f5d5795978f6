"""The twin that is tested in place of a bundle of all folds.

The files of a proof are tested by the training of a whole bundle, in test_end_to_end.py.
"""

from pathlib import Path

import pytest

from soundpost_training.bundle.proof import twin_context
from soundpost_training.experiment.load import load_experiment
from soundpost_training.train.prepare_context import prepare_context

pytestmark = pytest.mark.training


@pytest.mark.usefixtures("tones_at_home")
def test_a_twin_holds_the_last_fold_out_and_is_otherwise_the_same(
    experiment_file: Path, tmp_path: Path
) -> None:
    """Its recipe and its runs are those of the bundle, so that nothing is trained twice."""
    text = experiment_file.read_text(encoding="utf-8").replace("held_out_fold = 3\n", "")
    experiment_file.write_text(text, encoding="utf-8")
    context = prepare_context(load_experiment(experiment_file), tmp_path / "cache", tmp_path)
    twin = twin_context(context)
    assert context.experiment.bundle.held_out_fold is None
    assert twin.experiment.bundle.held_out_fold == 3
    assert twin.experiment.bundle.id == "tiny-fold3"
    assert twin.experiment.bundle.version == context.experiment.bundle.version
    assert twin.recipe == context.recipe
    assert twin.folder == context.folder
