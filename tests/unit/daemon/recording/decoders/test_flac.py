"""The length that a FLAC states, against its last frame."""

from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.recording import RecordingError, open_recording

RATE_HZ = 16_000
SOUND = np.random.default_rng(7).normal(0.0, 0.1, 3 * RATE_HZ)


@pytest.fixture
def flac(tmp_path: Path) -> Path:
    """Provides a whole FLAC of three seconds."""
    path = tmp_path / "sound.flac"
    soundfile.write(path, SOUND, RATE_HZ)
    return path


def state_length(path: Path, samples: int) -> None:
    """Writes a number of samples into the header of a FLAC."""
    content = bytearray(path.read_bytes())
    content[21] &= 0xF0
    content[22:26] = samples.to_bytes(4, "big")
    path.write_bytes(content)


def read(path: Path) -> tuple[int, str]:
    """Returns the frames of a recording and its warning."""
    with open_recording(path) as recording:
        frames = sum(map(len, recording.blocks()))
        return frames, recording.warning


@pytest.mark.parametrize("stated", [1, 2_048, len(SOUND) - 1])
def test_a_length_that_is_too_small_loses_nothing(flac: Path, stated: int) -> None:
    """A recorder that died left the length of its first write: all frames are read, and it warns.

    The sound is that of the whole file.
    """
    expected, _ = soundfile.read(flac, dtype="float32")
    state_length(flac, stated)
    with open_recording(flac) as recording:
        sound = np.concatenate(list(recording.blocks()))[:, 0]
        assert "too small" in recording.warning
    np.testing.assert_array_equal(sound, expected)


@pytest.mark.parametrize("stated", [0, len(SOUND)])
def test_a_length_that_is_right_or_unknown_is_no_damage(flac: Path, stated: int) -> None:
    """Nothing is copied and nothing is said."""
    state_length(flac, stated)
    assert read(flac) == (len(SOUND), "")


def test_a_length_that_is_too_large_is_a_cut(flac: Path) -> None:
    """It is reported as before."""
    state_length(flac, 2 * len(SOUND))
    frames, warning = read(flac)
    assert frames == len(SOUND)
    assert "cut short" in warning


@pytest.mark.parametrize("size", [4, 10, 25, 42, 50, 100])
def test_a_header_that_is_cut_is_refused_or_read(flac: Path, size: int) -> None:
    """The search for the last frame copes with any length of the file."""
    flac.write_bytes(flac.read_bytes()[:size])
    frames = 0
    with suppress(RecordingError):
        frames, _ = read(flac)
    assert frames < len(SOUND)
