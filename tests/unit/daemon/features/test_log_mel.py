"""Log-mel against its definition, and its properties."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from soundpost.audio import Pcm
from soundpost.errors import FeatureError
from soundpost.features import FeatureSpec, LogMel
from soundpost.features.mel import mel_filterbank

GOLDEN = Path(__file__).resolve().parents[3] / "golden"
SPEC = FeatureSpec()
LOG_MEL = LogMel(SPEC)
PCM = arrays(np.int16, st.integers(0, 2_000), elements=st.integers(-32_768, 32_767))


@pytest.mark.parametrize("name", ["silence", "sweep", "clicks", "square", "noise"])
def test_it_agrees_with_its_definition(name: str) -> None:
    """Golden vectors by a plain Fourier sum in extended precision, to float32's last digit.

    And in nearly all values to its last bit: float32 arithmetic inside would differ in a third.
    """
    with np.load(GOLDEN / "log_mel.npz") as golden:
        index = list(golden["name"]).index(name)
        pcm, expected = golden["pcm"][index], golden["log_mel"][index]
    computed = LOG_MEL.compute(pcm)
    assert computed == pytest.approx(expected, abs=1e-6)
    assert (computed != expected).mean() < 0.01


def test_the_golden_vectors_are_what_their_generator_makes() -> None:
    """Nobody has mended them by hand."""
    made = runpy.run_path(str(GOLDEN / "make_log_mel.py"))["vectors"]()
    with np.load(GOLDEN / "log_mel.npz") as golden:
        assert np.array_equal(golden["pcm"], made["pcm"])
        assert golden["log_mel"] == pytest.approx(made["log_mel"], abs=1e-6)


@given(PCM)
def test_any_sound_has_finite_features(samples: Pcm) -> None:
    """From the offset's logarithm up to what full scale can reach; float32, time first."""
    features = LOG_MEL.compute(samples)
    assert features.dtype == np.float32
    assert features.shape == (SPEC.frame_count(len(samples)), 64)
    assert (features >= np.float32(np.log(0.001))).all()
    assert (features < 8.0).all()


@given(PCM, st.integers(0, 10))
def test_a_frame_depends_on_its_own_samples_only(samples: Pcm, frame: int) -> None:
    """No clip around it: whatever comes before and after, the frame is the same."""
    first = frame * SPEC.hop_samples
    alone = LOG_MEL.compute(samples[first : first + SPEC.frame_samples])
    if len(alone):
        assert alone[0] == pytest.approx(LOG_MEL.compute(samples)[frame], abs=1e-6)


@pytest.mark.parametrize("frames", [49, 50, 51, 100, 137])
def test_blocks_leave_no_seam(frames: int) -> None:
    """Computing in blocks gives what frames alone give, at every edge of a block."""
    rng = np.random.default_rng(frames)
    samples = rng.integers(-3_000, 3_000, SPEC.sample_count(frames)).astype(np.int16)
    alone = [
        LOG_MEL.compute(samples[first : first + SPEC.frame_samples])[0]
        for first in range(0, frames * SPEC.hop_samples, SPEC.hop_samples)
    ]
    assert LOG_MEL.compute(samples) == pytest.approx(np.stack(alone), abs=1e-6)


@given(st.integers(2, 100))
def test_amplitude_becomes_a_sum(factor: int) -> None:
    """Well over the offset, louder by a factor is higher by its logarithm."""
    seconds = np.arange(SPEC.frame_samples) / SPEC.sample_rate_hz
    tone = 300.0 * np.sin(2 * np.pi * 1_000.0 * seconds)
    soft, loud = (np.rint(gain * tone).astype(np.int16) for gain in (1, factor))
    band = LOG_MEL.compute(soft)[0].argmax()
    difference = LOG_MEL.compute(loud)[0, band] - LOG_MEL.compute(soft)[0, band]
    assert difference == pytest.approx(np.log(factor), abs=0.01)


@pytest.mark.parametrize("hertz", [150.0, 440.0, 1_000.0, 3_000.0, 7_000.0])
def test_a_tone_lights_the_band_at_its_pitch(hertz: float) -> None:
    """Bands are spaced evenly in mel from 125 to 7,500 Hz."""
    seconds = np.arange(SPEC.frame_samples) / SPEC.sample_rate_hz
    tone = (10_000 * np.sin(2 * np.pi * hertz * seconds)).astype(np.int16)
    low, high = (1_127.0 * np.log1p(edge / 700.0) for edge in (125.0, 7_500.0))
    position = (1_127.0 * np.log1p(hertz / 700.0) - low) / (high - low) * 65 - 1
    assert abs(int(LOG_MEL.compute(tone)[0].argmax()) - position) <= 1.0


def test_every_band_hears_something() -> None:
    """64 bands at 512 points: none falls between two bins and stays dark for ever."""
    assert (mel_filterbank(SPEC).max(axis=0) > 0.3).all()


def test_a_constant_is_heard_by_no_band() -> None:
    """A microphone's offset at 0 Hz has no weight, even in a bank that begins there."""
    spec = FeatureSpec(low_hz=0.0)
    assert not mel_filterbank(spec)[0].any()


def test_other_specifications_are_obeyed() -> None:
    """Rate, frame, hop and bands are taken from the specification, not from the default."""
    spec = FeatureSpec(
        sample_rate_hz=8_000,
        frame_samples=256,
        hop_samples=128,
        fft_size=256,
        mel_bands=20,
        high_hz=4_000.0,
        log_offset=0.01,
    )
    silent = LogMel(spec).compute(np.zeros(spec.sample_count(5), np.int16))
    assert silent.shape == (5, 20)
    assert silent == pytest.approx(np.log(0.01))


@given(st.integers(0, 5_000))
def test_frames_and_samples_count_each_other(frames: int) -> None:
    """So many frames span so many samples, and one sample less holds one frame less."""
    samples = SPEC.sample_count(frames + 1)
    assert SPEC.frame_count(samples) == frames + 1
    assert SPEC.frame_count(samples - 1) == frames


@pytest.mark.parametrize(
    "changes",
    [
        {"hop_samples": 0},
        {"hop_samples": 500},
        {"fft_size": 256},
        {"mel_bands": 0},
        {"log_offset": 0.0},
        {"log_offset": float("inf")},
        {"log_offset": float("nan")},
        {"low_hz": -1.0},
        {"low_hz": 8_000.0},
        {"high_hz": 8_001.0},
        {"high_hz": float("nan")},
    ],
    ids=str,
)
def test_a_specification_that_contradicts_itself_is_refused(changes: dict[str, float]) -> None:
    """Before any sound is heard with it."""
    with pytest.raises(FeatureError, match="contradicts itself"):
        FeatureSpec(**changes)  # type: ignore[arg-type] # numbers all of them
