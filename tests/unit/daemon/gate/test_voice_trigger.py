"""The voice trigger, and the figures behind the gate's default."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from soundpost.audio import level_dbfs
from soundpost.gate.voice_trigger import VoiceTrigger

BLOCK = 320
NOISE_DBFS = -50.0
LEARNING_SECONDS = 15


def pink_noise(seconds: int) -> NDArray[np.float64]:
    """Returns noise that falls 3 dB per octave, at NOISE_DBFS."""
    count = seconds * 16_000
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(size=count))
    spectrum /= np.sqrt(np.maximum(1.0, np.arange(len(spectrum))))
    noise: NDArray[np.float64] = np.fft.irfft(spectrum)
    noise *= 32_768 * 10 ** (NOISE_DBFS / 20) / noise.std()
    return noise


def voiced(path: Path, peak_over_noise_db: float, strictness: int = 2) -> NDArray[np.bool_]:
    """Returns the triggered blocks of a clip whose loudest block is so far over pink noise."""
    clip, _ = soundfile.read(path, dtype="int16")
    peak_dbfs = max(level_dbfs(block) for block in clip.reshape(-1, BLOCK))
    sound = pink_noise(LEARNING_SECONDS + 5)
    sound[-len(clip) :] += clip * 10 ** ((NOISE_DBFS + peak_over_noise_db - peak_dbfs) / 20)
    blocks = np.clip(np.rint(sound), -32_768, 32_767).astype(np.int16).reshape(-1, BLOCK)
    trigger = VoiceTrigger(strictness, 16_000)
    return np.array([trigger.is_triggered(block) for block in blocks])[-len(clip) // BLOCK :]


def glass_breaking(shared_data: Path) -> list[Path]:
    """Returns the forty clips of ESC-50 in which glass breaks; 39 is their class there."""
    clips = sorted((shared_data / "esc50" / "audio").glob("*-39.flac"))
    assert len(clips) == 40
    return clips


def test_steady_noise_does_not_trigger() -> None:
    """Noise is no voice once the detector has learned it."""
    trigger = VoiceTrigger(2, 16_000)
    noise = pink_noise(10).astype(np.int16).reshape(-1, BLOCK)
    assert not any([trigger.is_triggered(block) for block in noise][250:])


def test_loud_breaking_glass_triggers(shared_data: Path) -> None:
    """All forty breaks do, 20 dB over the background: a voice gate does not select voices."""
    assert all(voiced(clip, 20.0).any() for clip in glass_breaking(shared_data))


def test_distant_breaking_glass_is_lost(shared_data: Path) -> None:
    """6 dB over the background many breaks are lost: a voice gate must not be the default."""
    detected = sum(voiced(clip, 6.0).any() for clip in glass_breaking(shared_data))
    assert detected < 30


def test_a_stricter_detector_loses_most_breaking_glass(shared_data: Path) -> None:
    """At strictness 3 few breaks 6 dB over the background trigger."""
    detected = sum(voiced(clip, 6.0, strictness=3).any() for clip in glass_breaking(shared_data))
    assert detected < 10


def test_a_reset_discards_the_background() -> None:
    """After a reset the same sound triggers as it did at first."""
    noise = pink_noise(4).astype(np.int16).reshape(-1, BLOCK)
    trigger = VoiceTrigger(0, 16_000)
    first = [trigger.is_triggered(block) for block in noise]
    assert [trigger.is_triggered(block) for block in noise] != first
    trigger.reset()
    assert [trigger.is_triggered(block) for block in noise] == first


@pytest.mark.parametrize("value", [-32_768, 0, 32_767])
def test_extreme_blocks_are_accepted(value: int) -> None:
    """Many full-scale constants or silent blocks in a row raise nothing."""
    trigger = VoiceTrigger(3, 16_000)
    block = np.full(BLOCK, value, np.int16)
    assert {trigger.is_triggered(block) for _ in range(100)} <= {True, False}
