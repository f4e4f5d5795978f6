"""Recipes and descriptions of soundscapes."""

from pathlib import Path

import msgspec
import pytest

from soundpost_training.errors import DatasetError
from soundpost_training.soundscape.compose.recipe import (
    Recipe,
    plan_recordings,
    read_scene,
    write_scene,
)


def test_hours_are_split_into_recordings() -> None:
    """The last one has the remainder; a remainder under a second is dropped."""
    recipe = Recipe(seed=1, fold=1, hours=0.75, negative_hours=0.5001)
    recordings = plan_recordings(recipe)
    assert [(recording.name, recording.seconds) for recording in recordings] == [
        ("mixed-01.flac", 1800.0),
        ("mixed-02.flac", 900.0),
        ("negative-01.flac", 1800.0),
    ]
    assert [recording.is_negative for recording in recordings] == [False, False, True]


def test_the_keys_in_the_file_are_those_of_older_soundscapes() -> None:
    """Descriptions that were written by earlier versions stay readable."""
    keys = msgspec.to_builtins(Recipe(seed=1, fold=1)).keys()
    assert {"bed_dbfs", "bed_range_db", "bed_minutes", "bed_labels"} <= keys


def test_a_description_is_read_as_it_was_written(soundscape: Path, tmp_path: Path) -> None:
    """And its recordings are split into mixed ones and negatives."""
    scene = read_scene(soundscape)
    write_scene(tmp_path, scene)
    assert read_scene(tmp_path) == scene
    assert [recording.name for recording in scene.mixed] == ["mixed-01.flac"]
    assert [recording.name for recording in scene.negatives] == ["negative-01.flac"]


def test_a_folder_without_a_soundscape_is_refused(tmp_path: Path) -> None:
    """The hint names the command that makes one."""
    with pytest.raises(DatasetError, match="expected the description of a soundscape") as caught:
        read_scene(tmp_path)
    assert "soundpost-train soundscape" in caught.value.hint
