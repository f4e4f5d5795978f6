"""The input of a foreign model, from its shape and from what a user states."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from soundpost.classify.runtime import TensorInfo
from soundpost.errors import BundleImportError
from soundpost.features import FeatureSpec
from soundpost.importer.model.input import model_input
from soundpost.importer.options import SoundOptions
from soundpost.manifest import LogMelInput, WaveformInput


def tensor(*shape: int, dtype: str = "float32") -> TensorInfo:
    """Returns an input of a shape."""
    return TensorInfo(0, shape, dtype, 0.0, 0, name="input")


@pytest.mark.parametrize(
    ("shape", "whole"),
    [
        ((144_000,), [144_000]),
        ((1, 144_000), [1, 144_000]),
        ((-1, 144_000), [1, 144_000]),
        ((1, 144_000, 1), [1, 144_000, 1]),
        ((-1, 1, 144_000), [1, 1, 144_000]),
    ],
)
def test_a_long_row_is_a_waveform(shape: tuple[int, ...], whole: list[int]) -> None:
    """With and without a batch, which may be open, and a channel."""
    found = model_input(tensor(*shape), 0, SoundOptions(rate_hz=48_000))
    assert isinstance(found, WaveformInput)
    assert (found.window_samples, found.stride_samples) == (144_000, 48_000)
    assert found.tensor.shape == whole


def test_the_stride_is_half_a_window_and_at_most_a_second() -> None:
    """A short sound lies within a window, and a long window is not late by seconds."""
    assert model_input(tensor(15_600), 16_000, SoundOptions()).stride_samples == 7_800
    stated = SoundOptions(rate_hz=16_000, stride_seconds=0.25)
    assert model_input(tensor(15_600), 0, stated).stride_samples == 4_000


def test_an_unknown_rate_is_needed_and_the_lengths_that_it_would_mean_are_listed() -> None:
    """Nothing is guessed."""
    with pytest.raises(BundleImportError) as refused:
        model_input(tensor(1, 144_000), 0, SoundOptions())
    assert str(refused.value).startswith(
        "--rate is needed: 144000 samples are 3 s at 48 kHz, 3.265 s at 44.1 kHz, 4.5 s at 32 kHz"
    )


@pytest.mark.parametrize("samples", [-1, 1])
def test_a_model_of_any_length_needs_a_window(samples: int) -> None:
    """With one it has the samples of that window."""
    with pytest.raises(BundleImportError, match="--window is needed"):
        model_input(tensor(1, samples), 16_000, SoundOptions())
    stated = SoundOptions(window_seconds=2.0)
    found = model_input(tensor(1, samples), 16_000, stated)
    assert (found.window_samples, found.tensor.shape) == (32_000, [1, 32_000])


@pytest.mark.parametrize(
    ("shape", "metadata_rate_hz", "options", "message"),
    [
        ((1, 3), 0, SoundOptions(rate_hz=48_000), "at least 400 samples, got an input of 3"),
        ((1, 144_000), 0, SoundOptions(rate_hz=1_000), "got 144 s: 144000 samples at 1000 Hz"),
        ((15_600,), 16_000, SoundOptions(rate_hz=48_000), "metadata state, 16000 Hz, got --rate"),
        ((15_600,), 16_000, SoundOptions(window_seconds=3.0), "window of 0.975 s"),
        ((15_600,), 16_000, SoundOptions(stride_seconds=1.0), "a stride of at most a window"),
        ((2, 15_600), 16_000, SoundOptions(), r"got \[2, 15600\]"),
        ((1, 2, 15_600), 16_000, SoundOptions(), r"got \[1, 2, 15600\]"),
        ((1, 1, 64, 96), 0, SoundOptions(rate_hz=16_000), r"log-mel, \[1, frames, bands, 1\]"),
        ((1, 96, 128, 1), 0, SoundOptions(), "by the mel bands of the features"),
        ((1, 96, 64, 1), 0, SoundOptions(rate_hz=48_000), "the rate of the features, 16000 Hz"),
    ],
)
def test_a_shape_or_a_statement_that_does_not_fit_is_refused(
    shape: tuple[int, ...], metadata_rate_hz: int, options: SoundOptions, message: str
) -> None:
    """The error has the shape, and what was expected."""
    with pytest.raises(BundleImportError, match=message):
        model_input(tensor(*shape), metadata_rate_hz, options)


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float16", "int8", "string"])
def test_an_input_of_another_type_is_refused(dtype: str) -> None:
    """int8 needs a scale."""
    with pytest.raises(
        BundleImportError, match=f"of float32, or of int8 with a scale, got {dtype}"
    ):
        model_input(tensor(1, 15_600, dtype=dtype), 16_000, SoundOptions())


def test_a_picture_of_time_and_bands_is_log_mel() -> None:
    """Its parameters are those that are stated."""
    spec = FeatureSpec(mel_bands=96)
    found = model_input(tensor(-1, 98, 96, 1), 0, SoundOptions(features=spec))
    assert isinstance(found, LogMelInput)
    assert (found.window_frames, found.stride_frames, found.features) == (98, 50, spec)
    assert found.tensor.shape == [1, 98, 96, 1]


@given(
    st.lists(st.integers(-1, 200_000), min_size=1, max_size=5),
    st.one_of(st.none(), st.integers(8_000, 384_000)),
)
def test_any_shape_is_an_input_or_refused(shape: list[int], rate_hz: int | None) -> None:
    """No shape is a traceback."""
    try:
        found = model_input(tensor(*shape), 0, SoundOptions(rate_hz=rate_hz))
    except BundleImportError:
        return
    assert 0 < found.stride_samples <= found.window_samples
