"""Labels as classes of networks."""

from dataclasses import replace

import numpy as np
import pytest

from soundpost_training.audioset.label_map import LabelMap
from soundpost_training.audioset.label_map_file import read_label_map
from soundpost_training.audioset.soft_scores import AudioSetTeachers
from soundpost_training.errors import DatasetError


def test_every_class_of_the_map_is_one_of_audioset(teachers: AudioSetTeachers) -> None:
    """All names are among mn04's 527, and YAMNet has a class of each label."""
    label_map = read_label_map()
    label_map.check_classes(teachers.mn04.class_names)
    for teacher in (teachers.mn04, teachers.yamnet):
        for label, columns in zip(
            label_map.labels, label_map.columns(teacher.class_names), strict=True
        ):
            names = [teacher.class_names[column] for column in columns]
            assert names == [name for name in label.audioset if name in teacher.class_names]


def test_a_class_that_one_network_lacks_is_left_out_for_it() -> None:
    """A label needs one class that the network has."""
    label_map = _with_classes("Siren", "Male speech, man speaking")
    (columns,) = label_map.columns(["Speech", "Siren"])
    np.testing.assert_array_equal(columns, [1])


def test_a_label_without_a_class_of_the_network_is_an_error() -> None:
    """The error names the line and the classes."""
    with pytest.raises(DatasetError, match=r"label_map\.csv line 2: .* got Male speech"):
        _with_classes("Male speech, man speaking").columns(["Speech"])


def test_an_unknown_class_is_an_error_with_the_nearest_name() -> None:
    """Spelling counts: AudioSet's display names have commas and brackets."""
    with pytest.raises(DatasetError, match=r"label_map\.csv line 2: .* got Gunshot$") as caught:
        _with_classes("Gunshot").check_classes(["Siren", "Gunshot, gunfire"])
    assert caught.value.hint == "did you mean Gunshot, gunfire?"


def _with_classes(*names: str) -> LabelMap:
    label_map = read_label_map()
    return replace(label_map, labels=(replace(label_map.labels[0], audioset=names),))
