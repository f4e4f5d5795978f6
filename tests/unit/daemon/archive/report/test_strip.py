"""The spectrogram of a whole recording."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from archive_parts import part
from numpy.typing import NDArray

from soundpost.archive.clips import ClipSettings
from soundpost.archive.report.strip import WIDTH, Strip, strip_name
from soundpost.audio import Chunk
from soundpost.config import Config
from soundpost.evidence.encode.png import SIGNATURE
from soundpost.features import FeatureSpec, LogMel

RATE_HZ = 16_000
LOG_MEL = LogMel(FeatureSpec.at_rate(RATE_HZ))


def decode(png: bytes) -> NDArray[np.uint8]:
    """Returns the pixels of a picture, as indices of its palette."""
    assert png.startswith(SIGNATURE)
    width, height = struct.unpack(">II", png[16:24])
    at, data = len(SIGNATURE), b""
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        if png[at + 4 : at + 8] == b"IDAT":
            data += png[at + 8 : at + 8 + length]
        at += length + 12
    rows = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width + 1)
    assert set(rows[:, 0]) == {2}  # the filter Up
    return np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8)


def draw(sound: NDArray[np.int16], chunk_samples: int = 1_600) -> NDArray[np.uint8]:
    """Returns the picture of a sound that is passed in chunks."""
    strip = Strip(len(sound) / RATE_HZ, LOG_MEL)
    assert strip.end_sample <= len(sound)
    for start in range(0, len(sound), chunk_samples):
        strip.add(Chunk(start, sound[start : start + chunk_samples], 0))
    return decode(strip.png())


def tone(seconds: float, hz: float) -> NDArray[np.int16]:
    """Returns a tone."""
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return (8_000 * np.sin(2 * np.pi * hz * time)).astype(np.int16)


@pytest.mark.parametrize("seconds", [20.0, 60.0, 400.0])
def test_time_runs_from_left_to_right_and_low_sounds_are_below(seconds: float) -> None:
    """A low tone, then a high one, in a picture of bounded width."""
    image = draw(np.concatenate((tone(seconds / 2, 300), tone(seconds / 2, 5_000))))
    assert image.shape == (128, WIDTH)
    left, right = image[:, : WIDTH // 2 - 4], image[:, WIDTH // 2 + 4 :]
    assert left.mean(axis=1).argmax() > 100
    assert right.mean(axis=1).argmax() < 40


@pytest.mark.parametrize("chunk_samples", [7, 1_600, 10**6])
def test_the_picture_does_not_depend_on_the_chunks(chunk_samples: int) -> None:
    """Nor does it keep more than they bring."""
    sound = np.random.default_rng(1).integers(-9_000, 9_000, 4 * RATE_HZ).astype(np.int16)
    assert np.array_equal(draw(sound, chunk_samples), draw(sound, 333))


def test_a_short_sound_has_fewer_columns() -> None:
    """One for each frame; every column is drawn, the last one too."""
    image = draw(tone(0.5, 1_000))
    assert image.shape[1] == LOG_MEL.spec.frame_count(RATE_HZ // 2)
    assert image.max(axis=0).min() > 100


def test_a_sound_shorter_than_a_frame_has_a_picture() -> None:
    """It is silence."""
    assert draw(tone(0.01, 1_000)).shape == (128, 1)


def test_the_name_follows_from_content_rate_and_channel() -> None:
    """A picture of that name is the picture of that sound."""
    settings = ClipSettings.of(Config(), RATE_HZ)
    names = {
        strip_name(part(), settings),
        strip_name(part(sha256="cd" * 32), settings),
        strip_name(part(), replace(settings, rate_hz=48_000)),
        strip_name(part(), replace(settings, channel="left")),
    }
    assert len(names) == 4
    assert strip_name(part("copy.wav"), settings) == strip_name(part(), settings)
