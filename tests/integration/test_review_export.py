"""From reviewed events to training: the exported folder is read as it is."""

import subprocess
import sys
from pathlib import Path

import pytest
from daemon_process import SOUNDPOST
from review_events import event_id, write_event_clip

from soundpost.review import Decision, ReviewStore, Verdict
from soundpost.review.origins.import_events import import_events
from soundpost_training.dataset.readers.open import open_dataset
from soundpost_training.experiment.load import load_experiment

pytestmark = pytest.mark.training

TRAIN = Path(sys.executable).parent / "soundpost-train"
CLIPS = 24


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that `soundpost review --export` wrote: two labels, and background.

    The clips are a minute apart, and the labels alternate, so each group of ten minutes has all.
    """
    store = ReviewStore(tmp_path / "review.db")
    decisions = []
    for number in range(CLIPS):
        label = ("dog", "Größe, 鳥; =1", "siren")[number % 3]
        write_event_clip(tmp_path / "clips", number, "dog", hz=300.0 + 50 * number)
        verdict = (Verdict.RIGHT, Verdict.RELABELLED, Verdict.WRONG)[number % 3]
        corrected = label if verdict is Verdict.RELABELLED else None
        decisions.append(Decision(event_id(number), verdict, corrected))
    import_events(store, tmp_path / "clips")
    store.record(decisions)
    store.close()
    out = tmp_path / "mein garten"
    command = [
        str(SOUNDPOST),
        "review",
        "--store",
        str(tmp_path / "review.db"),
        "--export",
        str(out),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return out


def test_prepare_takes_the_exported_folder_as_it_is(folder: Path, tmp_path: Path) -> None:
    """With the experiment that lies in it; nothing is left out."""
    answer = subprocess.run(
        [TRAIN, "prepare", "--config", folder / "experiment.toml", "--cache", tmp_path / "cache"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "16 clips, 2 labels, folds [1, 2, 3]" in answer.stdout
    assert "left out" not in answer.stdout + answer.stderr


def test_wrong_events_are_background_and_groups_stay_in_one_fold(folder: Path) -> None:
    """As the reader of the trainer sees them."""
    dataset = open_dataset(load_experiment(folder / "experiment.toml").data)
    assert dataset.labels == ("dog", "gr_e_1")
    assert {clip.label for clip in dataset.background} == {"background"}
    assert len(dataset.background) == CLIPS // 3
    folds = {clip.group: clip.fold for clip in dataset.recordings}
    assert {(clip.group, clip.fold) for clip in dataset.recordings} == set(folds.items())
    assert len(folds) == 3
