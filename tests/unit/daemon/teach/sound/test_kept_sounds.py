"""Sound of clips is kept whole, if the user says so."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from made_clips import RATE_HZ, doorbell

from soundpost.errors import TeachError
from soundpost.teach.sound.kept_sounds import keep_sounds, sound_path


def test_sounds_are_kept_once_and_whole(tmp_path: Path) -> None:
    """One that is there stays as it is."""
    keep_sounds(tmp_path / "bell", {"a" * 64: lambda: doorbell(1)}, RATE_HZ)
    path = sound_path(tmp_path / "bell", "a" * 64)
    assert np.array_equal(soundfile.read(path, dtype="int16")[0], doorbell(1))
    keep_sounds(tmp_path / "bell", {"a" * 64: lambda: doorbell(2)}, RATE_HZ)
    assert np.array_equal(soundfile.read(path, dtype="int16")[0], doorbell(1))


def test_a_disk_that_refuses_sounds_is_an_error(tmp_path: Path) -> None:
    """With the way to do without."""
    (tmp_path / "bell").write_text("a file")
    with pytest.raises(TeachError, match="cannot be kept") as error:
        keep_sounds(tmp_path / "bell", {"a" * 64: lambda: doorbell(1)}, RATE_HZ)
    assert "--keep-sounds" in error.value.hint
