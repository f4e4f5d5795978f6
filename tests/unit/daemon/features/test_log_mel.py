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
    """Features equal golden vectors from a plain Fourier sum in extended precision.

    They agree to float32's last digit, and in nearly all values to its last bit; arithmetic in
    float32 would differ in a third of them.
    """
    with np.load(GOLDEN / "log_mel.npz") as golden:
        index = list(golden["name"]).index(name)
        pcm, expected = golden["pcm"][index], golden["log_mel"][index]
    computed = LOG_MEL.compute(pcm)
    assert computed == pytest.approx(expected, abs=1e-6)
    assert (computed != expected).mean() < 0.01


def test_the_golden_vectors_come_from_their_generator() -> None:
    """The golden vectors were not edited by hand."""
    made = runpy.run_path(str(GOLDEN / "make_log_mel.py"))["vectors"]()
    with np.load(GOLDEN / "log_mel.npz") as golden:
        assert np.array_equal(golden["pcm"], made["pcm"])
        assert golden["log_mel"] == pytest.approx(made["log_mel"], abs=1e-6)


@given(PCM)
def test_any_sound_has_finite_features(samples: Pcm) -> None:
    """Features are float32, time first, between the offset's logarithm and full scale."""
    features = LOG_MEL.compute(samples)
    assert features.dtype == np.float32
    assert features.shape == (SPEC.frame_count(len(samples)), 64)
    assert (features >= np.float32(np.log(0.001))).all()
    assert (features < 8.0).all()


@given(PCM, st.integers(0, 10))
def test_a_frame_depends_on_its_own_samples_only(samples: Pcm, frame: int) -> None:
    """A frame is the same alone and within a clip."""
    first = frame * SPEC.hop_samples
    alone = LOG_MEL.compute(samples[first : first + SPEC.frame_samples])
    if len(alone):
        assert alone[0] == pytest.approx(LOG_MEL.compute(samples)[frame], abs=1e-6)


@pytest.mark.parametrize("frames", [49, 50, 51, 100, 137])
def test_blocks_leave_no_seam(frames: int) -> None:
    """Frames at the edges of a block equal frames that are computed alone."""
    rng = np.random.default_rng(frames)
    samples = rng.integers(-3_000, 3_000, SPEC.sample_count(frames)).astype(np.int16)
    alone = [
        LOG_MEL.compute(samples[first : first + SPEC.frame_samples])[0]
        for first in range(0, frames * SPEC.hop_samples, SPEC.hop_samples)
    ]
    assert LOG_MEL.compute(samples) == pytest.approx(np.stack(alone), abs=1e-6)


@given(st.integers(2, 100))
def test_amplitude_becomes_a_sum(factor: int) -> None:
    """Sound that is louder by a factor, well over the offset, is higher by its logarithm."""
    seconds = np.arange(SPEC.frame_samples) / SPEC.sample_rate_hz
    tone = 300.0 * np.sin(2 * np.pi * 1_000.0 * seconds)
    soft, loud = (np.rint(gain * tone).astype(np.int16) for gain in (1, factor))
    band = LOG_MEL.compute(soft)[0].argmax()
    difference = LOG_MEL.compute(loud)[0, band] - LOG_MEL.compute(soft)[0, band]
    assert difference == pytest.approx(np.log(factor), abs=0.01)


@pytest.mark.parametrize("hertz", [150.0, 440.0, 1_000.0, 3_000.0, 7_000.0])
def test_a_tone_lights_the_band_at_its_pitch(hertz: float) -> None:
    """A tone is loudest in the band of its pitch, evenly spaced in mel from 125 to 7,500 Hz."""
    seconds = np.arange(SPEC.frame_samples) / SPEC.sample_rate_hz
    tone = (10_000 * np.sin(2 * np.pi * hertz * seconds)).astype(np.int16)
    low, high = (1_127.0 * np.log1p(edge / 700.0) for edge in (125.0, 7_500.0))
    position = (1_127.0 * np.log1p(hertz / 700.0) - low) / (high - low) * 65 - 1
    assert abs(int(LOG_MEL.compute(tone)[0].argmax()) - position) <= 1.0


def test_every_band_covers_a_bin() -> None:
    """No band falls between two bins, with 64 bands at 512 points."""
    assert (mel_filterbank(SPEC).max(axis=0) > 0.3).all()


def test_a_constant_has_no_weight_in_any_band() -> None:
    """A microphone's offset at 0 Hz has no weight, even in a bank that starts there."""
    spec = FeatureSpec(low_hz=0.0)
    assert not mel_filterbank(spec)[0].any()


def test_all_parameters_come_from_the_specification() -> None:
    """Rate, frame, hop and bands come from the specification, not from its defaults."""
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
    """One sample fewer than a number of frames spans holds one frame fewer."""
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
    """A contradiction is refused when the specification is built."""
    with pytest.raises(FeatureError, match="contradicts itself"):
        FeatureSpec(**changes)  # type: ignore[arg-type] # numbers all of them
