"""The number of frames that an MP3 states, against its frames."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.recording import open_recording

RATE_HZ = 16_000
SECONDS = 3.0
TIME = np.arange(round(SECONDS * RATE_HZ)) / RATE_HZ
SOUND = 0.3 * np.sin(2 * np.pi * 600 * TIME)


@pytest.fixture
def mp3(tmp_path: Path) -> Path:
    """Provides a whole MP3 of three seconds, whose first frame states the number of frames."""
    path = tmp_path / "sound.mp3"
    soundfile.write(path, SOUND, RATE_HZ, format="MP3")
    return path


def read(path: Path) -> tuple[float, str]:
    """Returns the seconds of a recording, and its warning."""
    with open_recording(path) as recording:
        frames = sum(map(len, recording.blocks()))
        return frames / recording.rate_hz, recording.warning


def test_a_number_of_frames_that_is_too_small_loses_nothing(mp3: Path) -> None:
    """A recorder that died left the number of its first write: all frames are read, it warns."""
    content = bytearray(mp3.read_bytes())
    at = max(content.find(b"Xing"), content.find(b"Info"))
    content[at + 8 : at + 12] = (10).to_bytes(4, "big")
    mp3.write_bytes(content)
    seconds, warning = read(mp3)
    assert seconds == pytest.approx(SECONDS, abs=0.1)
    assert "too small" in warning


@pytest.mark.parametrize("tag", [b"", b"ID3\x03\0\0\0\0\0\x64" + bytes(100)])
def test_an_appended_recording_is_read(mp3: Path, tag: bytes) -> None:
    """`cat a.mp3 b.mp3` plays both everywhere; the first one states its own length only."""
    mp3.write_bytes(mp3.read_bytes() + tag + mp3.read_bytes())
    seconds, warning = read(mp3)
    assert seconds == pytest.approx(2 * SECONDS, abs=0.3)
    assert "too small" in warning


def test_a_whole_recording_has_no_warning(mp3: Path) -> None:
    """The number of frames is right."""
    seconds, warning = read(mp3)
    assert seconds == pytest.approx(SECONDS, abs=0.1)
    assert not warning
