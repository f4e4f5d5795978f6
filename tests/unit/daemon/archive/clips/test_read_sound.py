"""Recordings that are read again for clips: those that were analyzed, and no others."""

import os
from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost.archive.clips import ClipSettings, read_sound
from soundpost.archive.files import ArchiveFile, archive_files
from soundpost.audio import Chunk, Pcm
from soundpost.config import Config
from soundpost.errors import CaptureError

RATE_HZ = 16_000
SETTINGS = ClipSettings.of(Config(), RATE_HZ)
SECONDS = 5


class Keeper:
    """Keeps all samples that it gets."""

    def __init__(self, end_sample: int) -> None:
        self.end_sample = end_sample
        self.pieces: list[Pcm] = []

    def add(self, chunk: Chunk) -> None:
        """Keeps the samples."""
        self.pieces.append(chunk.samples.copy())


@pytest.fixture
def file(tmp_path: Path) -> ArchiveFile:
    """Provides a recording of noise."""
    path = tmp_path / "a.wav"
    sound = np.random.default_rng(1).integers(-9_000, 9_000, SECONDS * RATE_HZ)
    soundfile.write(path, sound.astype(np.int16), RATE_HZ)
    (file,) = archive_files([tmp_path], [path])
    return file


def test_every_consumer_gets_the_sound_as_far_as_one_needs_it(file: ArchiveFile) -> None:
    """The recording is not read beyond that."""
    short, long = Keeper(RATE_HZ), Keeper(2 * RATE_HZ)
    read_sound(file, SETTINGS, [short, long])
    expected, _ = soundfile.read(file.path, dtype="int16")
    for keeper in (short, long):
        samples = np.concatenate(keeper.pieces)
        assert 2 * RATE_HZ <= len(samples) < 3 * RATE_HZ
        assert np.array_equal(samples, expected[: len(samples)])


def test_a_recording_that_is_gone_is_an_error(file: ArchiveFile) -> None:
    """The card may be out of the reader."""
    file.path.unlink()
    with pytest.raises(CaptureError, match="cannot be read: No such file"):
        read_sound(file, SETTINGS, [Keeper(1)])


def test_a_recording_that_was_changed_is_an_error(file: ArchiveFile) -> None:
    """Its events would not be where they were, even if its size is the same."""
    os.utime(file.path, ns=(file.mtime_ns + 1, file.mtime_ns + 1))
    with pytest.raises(CaptureError, match="was changed"):
        read_sound(file, SETTINGS, [Keeper(1)])


def test_a_recording_that_ends_too_early_is_an_error(file: ArchiveFile) -> None:
    """A clip is never shorter than it claims."""
    with pytest.raises(CaptureError, match=r"ends at 5\.0 s"):
        read_sound(file, SETTINGS, [Keeper(SECONDS * RATE_HZ + 1)])
