"""Composed recordings have true onsets, and no digital silence."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from soundpost_training.field.compose.writer import (
    AFTER_SECONDS,
    AMBIENCE_BELOW_DB,
    BEFORE_SECONDS,
    PAUSE_SECONDS,
    event_recording,
    negative_recording,
    write_flac,
)

RATE_HZ = 16_000


def burst(before: float, seconds: float, after: float) -> np.ndarray:
    """Returns a loud noise between digital zeros, int16[n]."""
    rng = np.random.default_rng(4)
    parts = [np.zeros(round(before * RATE_HZ)), rng.normal(0, 6000, round(seconds * RATE_HZ))]
    return np.concatenate([*parts, np.zeros(round(after * RATE_HZ))]).astype(np.int16)


@pytest.fixture
def ambience() -> np.ndarray:
    """Provides ambience that is shorter than any recording."""
    return np.random.default_rng(5).normal(0, 900, 2 * RATE_HZ).astype(np.int16)


def level_db(pcm: np.ndarray) -> float:
    """Returns the RMS level."""
    return float(20 * np.log10(np.sqrt(np.mean(pcm.astype(np.float64) ** 2)) + 1e-9))


def test_the_annotated_interval_is_where_the_sound_is(ambience: np.ndarray) -> None:
    """Ambience before and after it, at the stated distance below it."""
    composed = event_recording(
        np.random.default_rng(1), burst(1.0, 2.0, 0.5), ambience, RATE_HZ, whole=False
    )
    assert composed is not None
    pcm, (onset, offset) = composed
    assert offset - onset == pytest.approx(2.0, abs=0.02)
    assert BEFORE_SECONDS[0] + 0.98 <= onset <= BEFORE_SECONDS[1] + 1.02
    assert len(pcm) / RATE_HZ - offset == pytest.approx(0.5 + AFTER_SECONDS, abs=0.02)
    first, end = round(onset * RATE_HZ), round(offset * RATE_HZ)
    outside = np.concatenate([pcm[:first], pcm[end:]])
    assert np.abs(outside).max() > 0
    assert level_db(pcm[first:end]) - level_db(outside) >= AMBIENCE_BELOW_DB - 1.0


def test_a_sound_in_the_background_lasts_the_whole_clip(ambience: np.ndarray) -> None:
    """Its energy does not show when it is active."""
    clip = burst(1.0, 2.0, 0.5)
    composed = event_recording(np.random.default_rng(1), clip, ambience, RATE_HZ, whole=True)
    assert composed is not None
    onset, offset = composed[1]
    assert offset - onset == pytest.approx(3.5)


def test_digital_silence_is_no_recording(ambience: np.ndarray) -> None:
    """Nothing in it could be detected."""
    silence = np.zeros(RATE_HZ, np.int16)
    assert (
        event_recording(np.random.default_rng(1), silence, ambience, RATE_HZ, whole=False) is None
    )


def test_negatives_stand_in_a_row_with_pauses() -> None:
    """Over a faint noise floor, at their own level, and never clipped."""
    clips = [burst(0.0, 1.0, 0.0), np.full(RATE_HZ, 32767, np.int16)]
    pcm = negative_recording(np.random.default_rng(1), clips, RATE_HZ)
    assert len(pcm) / RATE_HZ == pytest.approx(2.0 + 3 * PAUSE_SECONDS)
    pause = pcm[: round(PAUSE_SECONDS * RATE_HZ)]
    assert 0 < np.abs(pause).max() < 200
    assert np.abs(pcm).max() < 32767


def test_a_file_holds_the_samples_bit_by_bit(tmp_path: Path) -> None:
    """In a folder that is made for it."""
    pcm = burst(0.1, 0.2, 0.1)
    path = tmp_path / "a" / "b.flac"
    write_flac(path, pcm, RATE_HZ)
    samples, rate_hz = soundfile.read(path, dtype="int16")
    assert rate_hz == RATE_HZ
    assert (samples == pcm).all()
