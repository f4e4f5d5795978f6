"""The teacher mn04."""

from pathlib import Path

import numpy as np
import pytest

from soundpost.audio import FULL_SCALE, Pcm
from soundpost_training.audioset.mn04 import BATCH, MN04_CLASSES, MN04_MODEL, Mn04
from soundpost_training.audioset.soft_scores import AudioSetTeachers
from soundpost_training.errors import TrainingError


def test_a_barking_dog_is_recognised(teachers: AudioSetTeachers, dog: Pcm) -> None:
    """The highest class is the bark or one of its parents, by far more likely than not."""
    output = teachers.mn04.score(dog.astype(np.float32) / np.float32(FULL_SCALE))
    best = output.logits.argmax(axis=1)
    parents = {"Animal", "Domestic animals, pets", "Dog", "Bark"}
    assert {teachers.mn04.class_names[index] for index in best} <= parents
    assert (output.logits.max(axis=1) > 0).all()
    assert output.embedding.shape == (2, 384)


def test_more_than_a_batch_has_the_scores_of_single_windows(
    teachers: AudioSetTeachers, dog: Pcm
) -> None:
    """Each window is resampled and scored by itself, also in the last, shorter batch."""
    windows = np.concatenate([dog] * 9).astype(np.float32) / np.float32(FULL_SCALE)
    assert len(windows) > BATCH
    windows *= np.linspace(0.1, 1.0, len(windows), dtype=np.float32)[:, None]
    together = teachers.mn04.score(windows)
    for index in (0, BATCH - 1, BATCH, len(windows) - 1):
        alone = teachers.mn04.score(windows[index : index + 1])
        np.testing.assert_allclose(together.logits[index], alone.logits[0], atol=0.01)


@pytest.mark.parametrize("content", [None, "index,mid,display_name\n0,/m/09x0r,Speech\n", "a\n1\n"])
def test_another_table_of_classes_is_an_error(
    content: str | None, tmp_path: Path, teacher_data: Path
) -> None:
    """A wrong order of classes would teach wrong labels without any sign."""
    classes = tmp_path / Path(MN04_CLASSES).name
    if content is not None:
        classes.write_text(content)
    with pytest.raises(TrainingError, match=classes.name):
        Mn04(teacher_data / MN04_MODEL, classes)
