"""The input of a model: log-mel windows, or the waveform itself."""

from math import prod
from typing import Annotated, Literal

from msgspec import Meta

from soundpost.features import FeatureSpec, LogMel, WaveformWindower, Windower
from soundpost.manifest.types import Frames, Size, Strict

LARGEST_SCALE = 1e30
SMALLEST_SCALE = 1e-30
"""Both are normal float32 numbers: a scale must neither underflow to 0 nor overflow."""

MOST_WINDOW_SAMPLES = 4_000_000
"""Ten seconds at the rate of a bat recorder, minutes at 16 kHz."""
MOST_WINDOW_VALUES = 1_000_000
"""Of a log-mel window; those of the included bundles have 12,288."""

SampleRate = Annotated[int, Meta(ge=8_000, le=384_000)]
"""From telephones to bat recorders."""


class Tensor(Strict, frozen=True):
    """A tensor of the model; real value = scale * (quantised value - zero_point).

    A float32 tensor has scale 0 and zero point 0, as the interpreter reports it.
    """

    shape: Annotated[list[Size], Meta(min_length=1, max_length=8)]
    dtype: Literal["int8", "float32"]
    scale: Annotated[float, Meta(ge=0.0, le=LARGEST_SCALE)]
    zero_point: Annotated[int, Meta(ge=-128, le=127)]

    def __post_init__(self) -> None:
        if self.dtype == "int8" and self.scale < SMALLEST_SCALE:
            raise ValueError(f"an int8 tensor needs a scale of at least {SMALLEST_SCALE}")
        if self.dtype == "float32" and (self.scale, self.zero_point) != (0.0, 0):
            raise ValueError("a float32 tensor has scale 0 and zero point 0")


class LogMelInput(Strict, frozen=True, tag="log_mel", tag_field="kind"):
    """A model input of log-mel windows, tensor [1, frames, mel_bands, 1]."""

    features: FeatureSpec
    window_frames: Frames
    stride_frames: Frames
    tensor: Tensor

    @property
    def sample_rate_hz(self) -> int:
        """Sample rate of the sound that the features are made of."""
        return self.features.sample_rate_hz

    @property
    def window_samples(self) -> int:
        """Samples in a window."""
        return self.features.sample_count(self.window_frames)

    @property
    def stride_samples(self) -> int:
        """Samples from one window's start to the next one's."""
        return self.stride_frames * self.features.hop_samples

    @property
    def spectrogram(self) -> FeatureSpec:
        """The log-mel in which onsets are located and pictures are drawn: that of the model."""
        return self.features

    def windower(self, log_mel: LogMel | None = None) -> Windower:
        """Returns a new windower of the model's windows.

        Args:
            log_mel: Computes their frames, for several windowers of one specification.
        """
        return Windower(self.features, self.window_frames, self.stride_frames, log_mel)


class WaveformInput(Strict, frozen=True, tag="waveform", tag_field="kind"):
    """A model input of samples, full scale at 1.0; its tensor has `window_samples` values."""

    sample_rate_hz: SampleRate
    window_samples: Size
    stride_samples: Size
    tensor: Tensor

    @property
    def spectrogram(self) -> FeatureSpec:
        """The log-mel in which onsets are located and pictures are drawn."""
        return FeatureSpec.at_rate(self.sample_rate_hz)

    def windower(self) -> WaveformWindower:
        """Returns a new windower of the model's windows."""
        return WaveformWindower(self.window_samples, self.stride_samples, self.sample_rate_hz)


ModelInput = LogMelInput | WaveformInput


def input_rules(model_input: ModelInput) -> list[tuple[bool, str]]:
    """Returns the rules that the types of single fields cannot express, and whether each holds."""
    is_short = model_input.window_samples <= MOST_WINDOW_SAMPLES
    rules = [(is_short, f"a window has more than {MOST_WINDOW_SAMPLES} samples")]
    shape = model_input.tensor.shape
    if isinstance(model_input, WaveformInput):
        return [
            *rules,
            (
                prod(shape) == model_input.window_samples,
                f"input shape {shape} does not have window_samples values",
            ),
            (
                model_input.stride_samples <= model_input.window_samples,
                "stride_samples is above window_samples",
            ),
        ]
    frames, bands = model_input.window_frames, model_input.features.mel_bands
    return [
        *rules,
        (
            shape == [1, frames, bands, 1],
            f"input shape {shape} is not [1, window_frames, mel_bands, 1]",
        ),
        (
            frames * bands <= MOST_WINDOW_VALUES,
            f"a window has more than {MOST_WINDOW_VALUES} log-mel values",
        ),
        (model_input.stride_frames <= frames, "stride_frames is above window_frames"),
    ]
