"""The sound of a recording as a WAV file and as a picture."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from soundpost.audio import Chunk
from soundpost.cli.listen.details.sound import SoundFile, SpectrogramPicture
from soundpost.errors import EvidenceError

RATE_HZ = 16_000
TONE = (8_000 * np.sin(2 * np.pi * 1_000 * np.arange(RATE_HZ * 2) / RATE_HZ)).astype(np.int16)


def chunks(samples: np.ndarray, size: int) -> list[Chunk]:
    """Returns sound in chunks of a size."""
    return [
        Chunk(start, samples[start : start + size], 0) for start in range(0, len(samples), size)
    ]


def write_tone(path: Path) -> SoundFile:
    """Writes the tone in chunks."""
    with SoundFile(path, RATE_HZ) as file:
        for chunk in chunks(TONE, 1_777):
            file.on_chunk(chunk)
    return file


def png_size(png: bytes) -> tuple[int, int]:
    """Returns the width and the height of a picture."""
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def test_the_sound_is_the_same(tmp_path: Path) -> None:
    """Sample by sample; the header has its length."""
    file = write_tone(tmp_path / "sound.wav")
    with wave.open(str(tmp_path / "sound.wav")) as sound:
        assert np.array_equal(np.frombuffer(sound.readframes(10**6), "<i2"), TONE)
    assert file.samples == len(TONE)


def test_a_picture_does_not_depend_on_the_chunks() -> None:
    """It has a column for each frame of a short recording."""
    pictures = set()
    for size in (160, 1_777, len(TONE)):
        picture = SpectrogramPicture(RATE_HZ)
        for chunk in chunks(TONE, size):
            picture.on_chunk(chunk)
        pictures.add(picture.png())
    assert len(pictures) == 1
    assert png_size(pictures.pop()) == (198, 192)


def test_a_long_recording_has_a_picture_of_bounded_width() -> None:
    """A minute has 6,000 frames."""
    picture = SpectrogramPicture(RATE_HZ)
    for chunk in chunks(np.tile(TONE, 30), 80_000):
        picture.on_chunk(chunk)
    assert 800 <= png_size(picture.png())[0] <= 1_600


@pytest.mark.parametrize("samples", [0, 1, 399])
def test_a_recording_without_a_whole_frame_has_a_picture(samples: int) -> None:
    """Of silence."""
    picture = SpectrogramPicture(RATE_HZ)
    for chunk in chunks(TONE[:samples], 100):
        picture.on_chunk(chunk)
    assert png_size(picture.png()) == (1, 192)


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Also if the disk is full in the middle of it."""
    with pytest.raises(EvidenceError, match=r"sound\.wav cannot be written"):
        SoundFile(tmp_path / "nowhere" / "sound.wav", RATE_HZ)
    with pytest.raises(EvidenceError, match="No space left on device"):
        write_tone(Path("/dev/full"))
