"""The parameters of a log-mel spectrogram."""

import math
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from soundpost.errors import FeatureError

FRAME_MS, HOP_MS = 25, 10
LEAST_FFT_SIZE = 512
SHARE_OF_RATE = 15 / 32
"""Of the rate: 7,500 Hz at 16 kHz. The filters of resamplers end above it."""


class FeatureSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The parameters of a log-mel front end; the defaults are those of VGGish and YAMNet.

    Source: Hershey et al., "CNN architectures for large-scale audio classification",
    ICASSP 2017, and the front end published with its models.

    Raises:
        FeatureError: Two parameters contradict each other.
    """

    # The bounds hold for manifests: far beyond use, but within a small board's memory. The matrix
    # of mel filters has fft_size / 2 + 1 times mel_bands values, at most 17 MB.
    sample_rate_hz: Annotated[int, Meta(ge=1, le=1_000_000)] = 16_000
    frame_samples: Annotated[int, Meta(ge=1, le=16_384)] = 400
    hop_samples: Annotated[int, Meta(ge=1, le=16_384)] = 160
    fft_size: Annotated[int, Meta(ge=1, le=16_384)] = 512
    taper: Literal["hann_periodic"] = "hann_periodic"
    spectrum: Literal["magnitude"] = "magnitude"
    mel_scale: Literal["htk"] = "htk"
    mel_bands: Annotated[int, Meta(ge=1, le=256)] = 64
    low_hz: Annotated[float, Meta(ge=0.0, le=500_000.0)] = 125.0
    high_hz: Annotated[float, Meta(ge=0.0, le=500_000.0)] = 7_500.0
    log_offset: Annotated[float, Meta(ge=0.0, le=1_000.0)] = 0.001

    @classmethod
    def at_rate(cls, sample_rate_hz: int) -> "FeatureSpec":
        """Returns the front end that shows sound of a rate; at 16 kHz it has all defaults.

        Frames of 25 ms every 10 ms, and mel bands up to 15/16 of the highest frequency, as the
        defaults have them.

        Args:
            sample_rate_hz: 8 to 384 kHz.
        """
        frame_samples = sample_rate_hz * FRAME_MS // 1000
        return cls(
            sample_rate_hz=sample_rate_hz,
            frame_samples=frame_samples,
            hop_samples=sample_rate_hz * HOP_MS // 1000,
            # Never a shorter transform than the default one: a low band needs a bin of its own.
            fft_size=max(LEAST_FFT_SIZE, 1 << (frame_samples - 1).bit_length()),
            high_hz=sample_rate_hz * SHARE_OF_RATE,
        )

    def __post_init__(self) -> None:
        wrong = self._contradiction()
        if wrong:
            raise FeatureError(
                f"the feature specification contradicts itself: {wrong}",
                hint="take the values of the manifest that the model was trained with",
            )

    def _contradiction(self) -> str | None:
        checks = {
            "hop_samples must be at least 1": self.hop_samples >= 1,
            "frame_samples must be at least hop_samples": self.frame_samples >= self.hop_samples,
            "fft_size must be at least frame_samples": self.fft_size >= self.frame_samples,
            "mel_bands must be at least 1": self.mel_bands >= 1,
            "log_offset must be above 0 and finite": 0 < self.log_offset < math.inf,
            "0 <= low_hz < high_hz <= sample_rate_hz / 2": (
                0 <= self.low_hz < self.high_hz <= self.sample_rate_hz / 2
            ),
        }
        return next((rule for rule, holds in checks.items() if not holds), None)

    def frame_count(self, samples: int) -> int:
        """Returns the number of whole frames in a number of samples, without padding."""
        if samples < self.frame_samples:
            return 0
        return 1 + (samples - self.frame_samples) // self.hop_samples

    def sample_count(self, frames: int) -> int:
        """Returns the number of samples that a number of frames spans, at least one frame."""
        return (frames - 1) * self.hop_samples + self.frame_samples
