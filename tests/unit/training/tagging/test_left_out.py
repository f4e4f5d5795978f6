"""Categories that are left out of an experiment leave no trace in its examples and labels."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest

from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.audioset.soft_scores import TeacherScores
from soundpost_training.dataset.clip import Clip, Dataset
from soundpost_training.errors import ExperimentError
from soundpost_training.experiment.deploy import BundleConfig
from soundpost_training.sources.recording import SourceRecording
from soundpost_training.tagging import left_out
from soundpost_training.tagging.context import TaggingContext
from soundpost_training.tagging.examples.chosen_rows import ChosenRows
from soundpost_training.tagging.examples.example_pool import ExamplePool
from soundpost_training.tagging.experiment import SourcesConfig, TaggingExperiment
from soundpost_training.tagging.left_out import AUDIBLE_SCORE, leave_out

pytestmark = pytest.mark.training

LABELS = read_label_map().names
FROG, DOG = Path("frog.wav"), Path("dog.wav")
NONE = -1


class FewScores:
    """Teachers whose blended scores are those that a test gives."""

    blended = np.zeros((0, 0), np.float32)

    def __init__(self, *_: object) -> None:
        pass

    def label_scores(self, _scores: TeacherScores) -> np.ndarray:
        """Returns the scores of the examples."""
        return self.blended


@pytest.fixture(autouse=True)
def _small_esc50(monkeypatch: pytest.MonkeyPatch) -> None:
    """Replaces ESC-50 by a clip of two categories, and the teachers' scores by those of a test."""
    clips = tuple(Clip(path, path.stem, 1, path.stem) for path in (FROG, DOG))
    dataset = Dataset("esc50", clips, ("frog", "dog"), "CC BY-NC 3.0", "Piczak")
    monkeypatch.setattr(left_out, "data_folder", lambda _name: Path())
    monkeypatch.setattr(left_out, "read_esc50", lambda _folder: dataset)
    monkeypatch.setattr(left_out, "Blend", FewScores)
    monkeypatch.setattr(left_out, "AudioSetTeachers", lambda: None)


def recording(path: Path, *labels: str) -> SourceRecording:
    """Returns a recording of a source."""
    return SourceRecording(path, "esc50", path.stem, labels, "CC0-1.0", "", held_out=False)


def context(components: list[list[int]], *categories: str) -> TaggingContext:
    """Returns an experiment with an example for each pair of positions of recordings.

    The recordings are a frog, a dog, and one of another source that has the label frog.
    """
    recordings = (
        recording(FROG, "frog"),
        recording(DOG, "dog"),
        recording(Path("pond.ogg"), "frog"),
    )
    count = len(components)
    return TaggingContext(
        experiment=TaggingExperiment(
            name="few",
            bundle=BundleConfig(id="few", version="1.0.0"),
            sources=SourcesConfig(without_categories=categories),
        ),
        label_map=read_label_map(),
        sources=[],
        waveforms=cast("Any", SimpleNamespace(recordings=recordings)),
        pool=ExamplePool(
            log_mel=np.arange(count * 4, dtype=np.float16).reshape(count, 4),
            scores=cast("Any", None),
            components=cast("Any", SimpleNamespace(recordings=np.array(components))),
        ),
    )


def targets(count: int) -> np.ndarray:
    """Returns targets of which every value differs."""
    return np.arange(count * len(LABELS), dtype=np.float32).reshape(count, len(LABELS))


def score(count: int, **by_label: dict[int, float]) -> None:
    """Gives examples scores of labels, by their positions."""
    FewScores.blended = np.zeros((count, len(LABELS)), np.float32)
    for name, values in by_label.items():
        for row, value in values.items():
            FewScores.blended[row, LABELS.index(name)] = value


def test_nothing_changes_without_categories() -> None:
    """The experiment, its targets and its examples are the very objects that were given."""
    given, of_all = context([[0, NONE]]), targets(1)
    assert leave_out(given, of_all) == (given, of_all, given.pool.log_mel)


def test_examples_with_a_left_out_recording_are_left_out() -> None:
    """As the first sound, as the second, and of another source with such a label."""
    score(5)
    given = context([[1, NONE], [0, NONE], [1, 0], [2, 1], [1, 1]], "frog")
    _, kept_targets, rows = leave_out(given, targets(5))
    assert isinstance(rows, ChosenRows)
    assert len(rows) == len(kept_targets) == 2
    assert np.array_equal(rows[np.array([0, 1])], given.pool.log_mel[[0, 4]])


def test_a_left_out_label_has_neither_output_nor_target() -> None:
    """The others keep their order and their values."""
    score(1)
    narrowed, kept_targets, _ = leave_out(context([[1, NONE]], "frog"), targets(1))
    kept = [name for name in LABELS if name != "frog"]
    assert list(narrowed.label_map.names) == kept
    assert np.array_equal(kept_targets[0], [LABELS.index(name) for name in kept])


def test_an_example_in_which_teachers_detect_a_left_out_label_is_left_out() -> None:
    """From the least score on at which its sound may be there."""
    score(3, frog={0: AUDIBLE_SCORE, 1: AUDIBLE_SCORE - 0.01}, dog={2: 1.0})
    _, _, rows = leave_out(context([[1, NONE]] * 3, "frog"), targets(3))
    assert len(rows) == 2


def test_an_unknown_category_is_refused_with_the_nearest_one() -> None:
    """A typo would leave nothing out, and figures would be too high."""
    score(1)
    with pytest.raises(ExperimentError, match="has frgo, which is no category") as error:
        leave_out(context([[1, NONE]], "frgo"), targets(1))
    assert "did you mean frog?" in error.value.hint


def test_rows_are_read_by_slices_and_positions() -> None:
    """In the order of the chosen rows."""
    values = np.arange(12, dtype=np.float16).reshape(6, 2)
    rows = ChosenRows(values, np.array([1, 3, 5]))
    assert np.array_equal(rows[1:], values[[3, 5]])
    assert np.array_equal(rows[np.array([2, 0])], values[[5, 1]])
