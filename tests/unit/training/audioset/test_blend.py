"""The blend of both teachers."""

from dataclasses import replace

import numpy as np
import pytest

from soundpost.audio import Pcm
from soundpost_training.audioset.blend import Blend
from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.audioset.soft_scores import AudioSetTeachers, TeacherScores
from soundpost_training.errors import DatasetError

NEVER = -50.0
"""A logit whose probability is 0 in float32."""


def test_a_score_is_the_mean_of_both_teachers_highest_classes(teachers: AudioSetTeachers) -> None:
    """mn04 is at 0.5 for a bark, YAMNet at 0.25 for a dog; other labels stay at 0."""
    label_map = read_label_map()
    scores = TeacherScores(
        np.full((1, 527), NEVER, np.float16),
        np.zeros((1, 384), np.float16),
        np.zeros((1, 521), np.float16),
    )
    scores.mn04_logits[0, teachers.mn04.class_names.index("Bark")] = 0.0
    scores.mn04_logits[0, teachers.mn04.class_names.index("Dog")] = -2.0
    scores.yamnet_scores[0, teachers.yamnet.class_names.index("Dog")] = 0.25
    dog = label_map.names.index("dog")
    arithmetic = Blend(label_map, teachers).label_scores(scores)
    geometric = Blend(label_map, teachers, "geometric").label_scores(scores)
    assert arithmetic.dtype == np.float32
    assert arithmetic[0, dog] == 0.375
    assert geometric[0, dog] == pytest.approx(0.125**0.5)
    assert np.delete(arithmetic[0], dog).max() < 1e-6


def test_a_dog_is_the_highest_label_of_its_recording(teachers: AudioSetTeachers, dog: Pcm) -> None:
    """The order of the labels is that of the map."""
    label_map = read_label_map()
    scores = Blend(label_map, teachers).label_scores(teachers.soft_scores(dog))
    assert scores.shape == (2, len(label_map.names))
    assert [label_map.names[index] for index in scores.argmax(axis=1)] == ["dog", "dog"]


def test_an_unknown_class_ends_before_any_scoring(teachers: AudioSetTeachers) -> None:
    """A misspelt class would otherwise be left out without a word."""
    label_map = read_label_map()
    wrong = replace(label_map.labels[0], audioset=("Gunshot, gunfire", "Fusilade"))
    with pytest.raises(DatasetError, match="got Fusilade") as caught:
        Blend(replace(label_map, labels=(wrong, *label_map.labels[1:])), teachers)
    assert caught.value.hint == "did you mean Fusillade?"
