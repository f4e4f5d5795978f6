"""The sound of a recording as the models receive it: a WAV file and a spectrogram."""

import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from soundpost.audio import Chunk
from soundpost.cli.listen.details.maxima import Maxima
from soundpost.errors import EvidenceError
from soundpost.evidence.encode.png import encode_png
from soundpost.evidence.encode.spectrogram import PALETTE, shades
from soundpost.features import FeatureSpec, LogMel
from soundpost.observer import Observer

MOST_COLUMNS = 1_600
"""More than a page is wide; a longer recording has half to all of them."""
_BAND_PIXELS = 3
_SAMPLE_BYTES = 2


class SoundFile(Observer):
    """Writes the sound as WAV, 16 bits and one channel, which every browser plays.

    The standard library writes it, because libsndfile hides the errors of the disk.

    Args:
        path: The file.
        sample_rate_hz: The rate of the chunks.

    Attributes:
        samples: Samples written.

    Raises:
        EvidenceError: It cannot be written, from here and from all methods.
    """

    def __init__(self, path: Path, sample_rate_hz: int) -> None:
        self.samples = 0
        self._path = path
        with self._reporting():
            self._file = path.open("wb")
        self._wave = wave.Wave_write(self._file)
        self._wave.setnchannels(1)
        self._wave.setsampwidth(_SAMPLE_BYTES)
        self._wave.setframerate(sample_rate_hz)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._reporting(), self._file:
            self._wave.close()  # writes the length into the header

    def on_chunk(self, chunk: Chunk) -> None:
        """Writes a chunk."""
        self.samples = chunk.end_sample
        with self._reporting():
            self._wave.writeframesraw(chunk.samples.astype("<i2", copy=False).data)

    @contextmanager
    def _reporting(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EvidenceError(
                f"{self._path} cannot be written: {error.strerror}",
                hint="name another folder, or free space there",
            ) from error


class SpectrogramPicture(Observer):
    """Draws the log-mel of a recording of any length in bounded memory.

    Args:
        sample_rate_hz: The rate of the chunks.

    Attributes:
        spec: The front end of its frames.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self.spec = FeatureSpec.at_rate(sample_rate_hz)
        self._log_mel = LogMel(self.spec)
        self._loudest = Maxima(self.spec.mel_bands, MOST_COLUMNS)
        self._rest = np.empty(0, np.int16)

    def on_chunk(self, chunk: Chunk) -> None:
        """Adds the frames of a chunk."""
        samples = np.concatenate((self._rest, chunk.samples))
        frames = self._log_mel.compute(samples)
        self._loudest.add(frames)
        self._rest = samples[len(frames) * self.spec.hop_samples :]

    def png(self) -> bytes:
        """Returns the picture, low sounds below; a column of silence without a whole frame."""
        columns = self._loudest.columns
        if not len(columns):
            columns = np.full((1, self.spec.mel_bands), np.log(self.spec.log_offset), np.float32)
        image = np.repeat(shades(columns, self.spec).T[::-1], _BAND_PIXELS, axis=0)
        return encode_png(image, PALETTE)
