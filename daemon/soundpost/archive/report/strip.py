"""The spectrogram of a whole recording in a picture of bounded width."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from soundpost.archive.clips.plan import ClipSettings
from soundpost.archive.part import Part
from soundpost.audio import Chunk
from soundpost.evidence.encode.png import encode_png
from soundpost.evidence.encode.spectrogram import PALETTE, shades
from soundpost.features import FeatureSpec, LogMel

WIDTH = 960
"""Columns; twice as many as a phone shows, as many as a page shows."""
_BAND_PIXELS = 2
_COLUMN_FRAMES = 16
"""Frames that are computed of a column: 0.175 s. With all of them, a picture of a day would cost
a tenth of its analysis. The loudest of them is shown, so that short sounds stay visible."""
_DRAWING = 1
"""Another number has all pictures made again; to be raised if they are drawn in another way."""
_NAME_DIGITS = 16


def strip_name(part: Part, settings: ClipSettings) -> str:
    """Returns the name of a recording's picture: a digest of all that it depends on."""
    identity = repr((part.sha256, settings.rate_hz, settings.channel, _DRAWING))
    return f"{hashlib.sha256(identity.encode()).hexdigest()[:_NAME_DIGITS]}.png"


class Strip:
    """Draws a recording while it is read. Memory does not depend on its length.

    Args:
        seconds: The length of the recording.
        log_mel: Computes the frames.
    """

    def __init__(self, seconds: float, log_mel: LogMel) -> None:
        self._log_mel = log_mel
        spec = log_mel.spec
        whole = round(seconds * spec.sample_rate_hz)
        samples = max(whole, spec.frame_samples)
        columns = max(1, min(WIDTH, spec.frame_count(samples)))
        last_start = samples - spec.frame_samples
        self._starts = [last_start * column // max(1, columns - 1) for column in range(columns)]
        self._ends = [
            start + min(spec.sample_count(_COLUMN_FRAMES), max(end - start, spec.frame_samples))
            for start, end in zip(self._starts, [*self._starts[1:], samples], strict=True)
        ]
        self._loudest = np.full((columns, spec.mel_bands), np.log(spec.log_offset), np.float32)
        self._column = 0
        self._held = np.empty(0, np.int16)
        self._held_start = 0
        self.end_sample = min(self._ends[-1], whole)

    @property
    def spec(self) -> FeatureSpec:
        """The front end of its frames."""
        return self._log_mel.spec

    def add(self, chunk: Chunk) -> None:
        """Takes the next samples."""
        held = np.concatenate((self._held, chunk.samples))
        while self._column < len(self._starts) and self._ends[self._column] <= chunk.end_sample:
            self._draw_column(held)
        if self._column < len(self._starts):
            drop = min(len(held), max(0, self._starts[self._column] - self._held_start))
            self._held, self._held_start = held[drop:].copy(), self._held_start + drop

    def png(self) -> bytes:
        """Returns the picture, low sounds below."""
        while self._column < len(self._starts):  # of a recording that is shorter than a frame
            self._draw_column(self._held)
        image = np.repeat(shades(self._loudest, self.spec).T[::-1], _BAND_PIXELS, axis=0)
        return encode_png(image, PALETTE)

    def _draw_column(self, held: NDArray[np.int16]) -> None:
        start, end = (
            edges[self._column] - self._held_start for edges in (self._starts, self._ends)
        )
        frames = self._log_mel.compute(held[start:end])
        if len(frames):
            self._loudest[self._column] = frames.max(axis=0)
        self._column += 1
