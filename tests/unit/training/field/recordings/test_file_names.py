"""A name in a table finds its file, however its letters are composed."""

import unicodedata
from pathlib import Path

import pytest

from soundpost_training.field.recordings.file_names import composed, find_within

TYPED, STORED = (unicodedata.normalize(form, "Küche/Tür.wav") for form in ("NFC", "NFD"))


def test_a_name_is_found_as_the_file_system_has_it(tmp_path: Path) -> None:
    """The name as it is stored is returned: other tables are compared with it."""
    file = tmp_path / STORED
    file.parent.mkdir()
    file.touch()
    assert TYPED != STORED
    assert composed(STORED) == TYPED
    assert find_within(tmp_path, TYPED) == STORED
    assert find_within(tmp_path, TYPED.split("/")[0]) == STORED.split("/")[0]
    assert find_within(tmp_path, STORED) == STORED


@pytest.mark.parametrize("name", ["Tür.wav", "../x", "/etc", "x" * 5000, "a\0b", "Küche/x"])
def test_what_is_not_in_the_folder_is_not_found(tmp_path: Path, name: str) -> None:
    """Nor what leads out of it, or can be no name."""
    (tmp_path / "Küche").mkdir()
    assert find_within(tmp_path / "Küche", name) is None
